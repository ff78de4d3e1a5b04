"""The rule that finds requests: every example of its table holds, and every counter-example."""

import re

import pytest

from campaigns.links import asking
from campaigns.links.asking import ASKS, DOES_NOT, asks_for_link, why

FOUND = [text for pattern in ASKS for text in pattern.examples]
NOT_FOUND = [text for pattern in ASKS for text in pattern.others]
NOT_FOUND += [text for pattern in DOES_NOT for text in pattern.examples]
PRAISE = [
    "好看",
    "绝了",
    "不错，回购三次",
    "这个颜色太适合黄皮了",
    "",
    "求你们别涨价",
    "怎么这么好看",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_request_is_found(text):
    assert asks_for_link(text)


@pytest.mark.parametrize("text", [*NOT_FOUND, *PRAISE])
def test_what_asks_for_no_link_is_left_alone(text):
    assert not asks_for_link(text)


@pytest.mark.parametrize("place", range(len(ASKS)))
def test_each_pattern_finds_something_that_no_other_does(place, monkeypatch):
    rest = [each for number, each in enumerate(asking._ASKS) if number != place]
    monkeypatch.setattr(asking, "_ASKS", rest)

    assert not all(asks_for_link(text) for text in ASKS[place].examples)


@pytest.mark.parametrize("place", range(len(DOES_NOT)))
def test_each_exception_is_shown_by_its_examples(place):
    pattern = re.compile(DOES_NOT[place].words, re.IGNORECASE)
    assert all(pattern.search(text) for text in DOES_NOT[place].examples)


def test_the_words_that_ask_are_marked():
    assert [(part.text, part.is_found) for part in why("太美了，求链接谢谢")] == [
        ("太美了，", False),
        ("求链接", True),
        ("谢谢", False),
    ]


def test_nothing_is_marked_where_nothing_asks():
    assert [part.is_found for part in why("不要链接")] == [False]
