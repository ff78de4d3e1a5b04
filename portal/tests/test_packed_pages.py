"""Pages travel packed; what answers a POST, and what is no page, does not."""

import gzip

import pytest
from django.test import Client

from merchants.models import Role

PACKED = {"Accept-Encoding": "gzip"}
LOGIN = "/account/login/"


def test_a_page_is_packed_for_who_can_read_it(client_as):
    client = client_as(Role.VIEWER)

    packed = client.get("/b/shancha/overview/", headers=PACKED)
    plain = client.get("/b/shancha/overview/")

    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert int(packed["Content-Length"]) < len(plain.content) / 2
    assert b"</html>" in gzip.decompress(packed.content)
    assert "Content-Encoding" not in plain


@pytest.mark.django_db
def test_the_answer_to_a_post_is_not_packed():
    answer = Client().post(LOGIN, {"login": "x"}, headers=PACKED)

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer


def test_a_file_is_not_packed(client_as):
    answer = client_as(Role.VIEWER).get("/b/shancha/results.csv", headers=PACKED)

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer
