"""Who taps: each rule has a request that it alone catches."""

import pytest

from campaigns.jump import agents
from campaigns.jump.agents import kind_of, place_of, program_of
from campaigns.jump.asked import Asked, client_address
from campaigns.jump.behaviour import TABLE, as_markdown, way_of
from campaigns.models import ClickApp, ClickKind
from campaigns.tests.agents import (
    CUBOT,
    IPAD,
    IPHONE,
    LINUX,
    LUMIA,
    MAC,
    MATE,
    PROGRAMS,
    READERS,
)
from portal.tests.running import ROOT


def asked(agent=IPHONE, method="GET", **headers) -> Asked:
    sent = {"user-agent": agent} | {name.replace("_", "-"): each for name, each in headers.items()}
    return Asked(method, "", "192.0.2.1", sent.get)


@pytest.fixture(autouse=True)
def nothing_remembered():
    program_of.cache_clear()
    yield
    program_of.cache_clear()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.system}-{row.app or 'any'}")
def test_each_row_of_the_table_has_its_reader(row):
    agent = READERS[row.system, row.app]

    system, app = place_of(agent)

    assert (system, row.app or app) == (row.system, app)
    assert way_of(system, app) == row.went
    assert kind_of(asked(agent)) == ClickKind.PERSON


def test_every_place_has_one_answer():
    assert len({(row.system, row.app) for row in TABLE}) == len(TABLE) == len(READERS)
    assert all(way_of(row.system, app) for row in TABLE for app in ClickApp)


@pytest.mark.parametrize(
    ("agent", "system"),
    [(IPAD, "ios"), (CUBOT, "android"), (MATE, "harmony"), (MAC, "desktop"), (LINUX, "desktop")],
)
def test_other_readers_are_known_too(agent, system):
    assert place_of(agent) == (system, "plain")
    assert kind_of(asked(agent)) == ClickKind.PERSON


def test_a_windows_phone_is_no_android():
    assert place_of(LUMIA) == ("other", "plain")


@pytest.mark.parametrize("word", agents.PROGRAMS)
def test_a_program_is_what_its_word_says_and_without_that_rule_is_not(word, monkeypatch):
    kind = agents.PROGRAMS[word]
    assert kind_of(asked(PROGRAMS[word])) == kind
    others = {each: kind_of(asked(agent)) for each, agent in PROGRAMS.items() if each != word}

    rules = {each: says for each, says in agents.PROGRAMS.items() if each != word}
    monkeypatch.setattr(agents, "PROGRAMS", rules)
    program_of.cache_clear()

    assert kind_of(asked(PROGRAMS[word])) != kind
    assert {each: kind_of(asked(PROGRAMS[each])) for each in others} == others


EARLY = [
    ("sec_purpose", "prefetch"),
    ("sec_purpose", "prefetch;prerender"),
    ("purpose", "prefetch"),
    ("x_purpose", "preview"),
    ("x_moz", "prefetch"),
]


@pytest.mark.parametrize(("header", "value"), EARLY)
def test_a_prefetch_is_told_by_its_header_alone(header, value, monkeypatch):
    request = asked(**{header: value})
    assert kind_of(request) == ClickKind.PREFETCH

    monkeypatch.delitem(agents.EARLY, header.replace("_", "-"))

    assert kind_of(request) == ClickKind.PERSON


def test_every_early_header_has_its_request():
    assert {header.replace("_", "-") for header, _value in EARLY} == set(agents.EARLY)


def test_a_purpose_that_is_no_prefetch_is_a_person():
    assert kind_of(asked(sec_purpose="partitioned-popin")) == ClickKind.PERSON


def test_asking_only_for_headers_is_counted_apart():
    assert kind_of(asked(method="HEAD")) == ClickKind.HEAD


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        (None, 0, "10.0.0.1"),
        ("203.0.113.9", 0, "10.0.0.1"),
        ("203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
        (None, 1, "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_say_whose_request_it_is(forwarded, proxies, address):
    assert client_address("10.0.0.1", forwarded, proxies) == address


def test_the_docs_show_the_table_as_it_is():
    assert as_markdown() in (ROOT / "docs" / "jump.md").read_text()


def test_of_an_endless_agent_little_is_remembered():
    endless = asked(IPHONE + "x" * 100_000)

    assert len(endless.agent) == 512
    assert kind_of(endless) == ClickKind.PERSON
