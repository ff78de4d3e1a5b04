"""What an operator writes into the environment is believed only where it can be read."""

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from campaigns.links.health_law import Goods
from portal.lib.environment import ids_by_kind

NAME = "GOODS_BY_TMALL_CATEGORY"


def test_ids_are_read_by_their_kind(monkeypatch):
    monkeypatch.setenv(NAME, '{"tobacco": ["50012345"]}')
    assert ids_by_kind(NAME, settings.GOODS) == {"tobacco": ["50012345"]}


def test_without_the_variable_there_are_none(monkeypatch):
    monkeypatch.delenv(NAME, raising=False)
    assert ids_by_kind(NAME, settings.GOODS) == {}


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"tobacco": "50012345"}', '{"tobacco": [50012345]}', '{"healthfood": ["1"]}'],
    ids=["cut off", "list", "text", "numbers", "unknown"],
)
def test_what_cannot_be_read_ends_the_start_with_one_line(monkeypatch, text):
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        ids_by_kind(NAME, settings.GOODS)


def test_the_kinds_are_those_of_the_law():
    assert set(settings.GOODS) == set(Goods) - {Goods.PLAIN}
