"""What an operator writes into the environment is believed only where it can be read."""

from datetime import date

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from campaigns.links.health_law import Goods
from portal.lib.environment import ids_by_kind, periods

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


def test_periods_have_a_name_and_two_days(monkeypatch):
    monkeypatch.setenv("FESTIVALS", '[["年货节", "2026-01-10", "2026-01-20"]]')

    assert periods("FESTIVALS", "[]") == (("年货节", date(2026, 1, 10), date(2026, 1, 20)),)


@pytest.mark.parametrize(
    "text",
    ["[", "{}", '[["618", "2025-06-20"]]', '[["618", "2025-06-20", "2025-05-13"]]', "[[1, 2, 3]]"],
    ids=["cut off", "no list", "one day", "backwards", "no days"],
)
def test_periods_that_cannot_be_read_end_the_start_with_one_line(monkeypatch, text):
    monkeypatch.setenv("FESTIVALS", text)
    with pytest.raises(ImproperlyConfigured, match="FESTIVALS"):
        periods("FESTIVALS", "[]")
