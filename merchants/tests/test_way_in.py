"""The steps on a store's page from its registration to its application."""

import pytest

from merchants.models import Role
from merchants.tests.factories import (
    make_application,
    make_connection,
    make_evidence,
    make_policy,
    make_store,
)

pytestmark = pytest.mark.usefixtures("own_files")
RULES = [
    {"id": "consent", "kind": "connection", "partner": "top"},
    {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"},
]


@pytest.fixture
def store(brand):
    make_policy(rules=RULES)
    return make_store(brand)


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def way(client, store):
    """Return each step's anchor with how it stands, in the order of the page."""
    response = client.get(f"/b/shancha/stores/{store.pk}/", headers={"accept-language": "en"})
    shown = response.context["steps"]
    assert ('aria-current="step"' in response.text) == bool(shown)
    return [
        (step.place, "done" if step.is_done else "now" if step.is_now else "") for step in shown
    ]


def state(client, store, overall):
    facts = {"category": "beauty", "overall_score": overall}
    client.post(f"/b/shancha/stores/{store.pk}/facts/", facts)


def test_a_new_store_begins_with_what_it_states(marketer, store):
    assert way(marketer, store) == [
        ("facts", "now"),
        ("consents", ""),
        ("evidence", ""),
        ("lack", ""),
    ]


def test_each_step_that_is_taken_leads_to_the_next(marketer, store):
    state(marketer, store, "4.7")
    assert dict(way(marketer, store))["consents"] == "now"
    make_connection(store, "top")
    assert dict(way(marketer, store))["evidence"] == "now"
    make_evidence(store, kind="scores")
    assert [step for step, how in way(marketer, store) if how == "now"] == ["lack"]


def test_what_is_not_uploaded_is_not_done_before_the_facts_are_stated(marketer, store):
    assert dict(way(marketer, store))["evidence"] == ""


def test_a_draft_that_is_not_stated_yet_is_not_done(marketer, store):
    state(marketer, store, "4.7")
    state(marketer, store, "nine")

    assert dict(way(marketer, store))["facts"] == "now"


def test_a_score_below_the_floor_leads_back_to_the_first_step(marketer, store):
    state(marketer, store, "4.1")

    assert dict(way(marketer, store))["facts"] == "now"


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_there_is_no_way_in_while_it_is_judged_or_when_it_has_joined(marketer, store, status):
    make_application(store, status=status)

    assert way(marketer, store) == []
