import gc
import weakref

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django_htmx.middleware import HtmxDetails

from portal.lib.htmx import render_page
from portal.lib.warm import load_pages


class Figures:
    pass


@pytest.fixture
def request_of_a_stranger(rf):
    request = rf.get("/")
    request.htmx = HtmxDetails(request)
    request.user, request.session = AnonymousUser(), SessionBase()
    return request


def test_what_a_page_was_made_of_is_let_go_of_when_it_is_rendered(request_of_a_stranger):
    figures = Figures()
    held = weakref.ref(figures)
    gc.disable()
    try:
        answer = render_page(request_of_a_stranger, "404.html", {"figures": figures})
        del figures
        assert held() is None
    finally:
        gc.enable()
    assert "<html" in answer.text


def test_every_page_of_ours_compiles():
    load_pages()
