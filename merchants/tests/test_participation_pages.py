"""What a brand sees of how its stores take part, and what needs it now."""

from datetime import date

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from merchants.models import Connection, Role
from merchants.tests.factories import (
    make_application,
    make_connection,
    make_membership,
    make_participation,
    make_policy,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

STORES = "/b/shancha/stores/"
ENGLISH = {"accept-language": "en"}
FLOOR = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}
LOW = dict.fromkeys(
    ("overall_score", "description_score", "service_score", "logistics_score"), "4.3"
)
WITH_ALERTS = ["results/", "data/", "notes/"]


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


@pytest.fixture
def store(brand):
    make_policy(rules=[FLOOR])
    return joined(brand, 1, **LOW)


def joined(brand, number, **fields):
    store = make_store(brand, number, **fields)
    make_connection(store, "top")
    make_application(store, status="approved")
    return store


def read(client, path):
    response = client.get(path, headers=ENGLISH)
    assert response.status_code == 200
    return response.text


def page(store):
    return f"{STORES}{store.pk}/"


@pytest.mark.parametrize(
    ("status", "until", "words"),
    [
        ("at_risk", date(2025, 7, 7), "the store is restricted from 2025-07-07 on"),
        ("at_risk", None, "Links work and new ones can be attached"),
        ("restricted", date(2025, 7, 7), "the links are paused from 2025-07-07 on"),
        ("suspended", None, "Its links are paused"),
    ],
)
def test_the_stores_page_says_what_each_standing_means_and_what_cures_it(
    viewer, store, status, until, words
):
    make_participation(store, status, until=until)
    text = read(viewer, page(store))

    assert words in text
    assert "Raise the overall score from 4.3 to 4.5." in text
    assert "1 point to fix" in text


def test_a_store_in_good_standing_is_told_that_it_is_checked_daily(viewer, brand, store):
    text = read(viewer, page(joined(brand, 2)))

    assert "In good standing" in text
    assert "The rules are checked every day" in text


def test_a_rule_that_was_just_broken_is_said_before_the_judgement(viewer, store):
    assert "A rule is not met at present" in read(viewer, page(store))


def test_a_store_that_was_just_mended_is_told_to_wait_for_the_judgement(viewer, brand, store):
    other = joined(brand, 2)
    make_participation(other, "suspended")
    assert "judged anew within minutes" in read(viewer, page(other))


def test_a_joined_store_is_judged_by_what_is_true_today(viewer, store):
    assert "Judged by the version in force today" in read(viewer, page(store))


def test_a_suspension_by_staff_names_its_reason(viewer, store):
    make_participation(store, "suspended", held_because="Fakes.", held_from="good")
    text = read(viewer, page(store))

    assert "“Fakes.”" in text
    assert "Read why the platform suspended it" in read(viewer, STORES)


def test_the_history_keeps_each_step(viewer, store):
    participation = make_participation(store)
    with scope(Hat.NIGHT):
        participation.move_to("restricted", changes={"until": date(2025, 7, 21)})

    text = read(viewer, page(store))
    assert "How the store has taken part" in text
    assert "links paused from 2025-07-21 on" in text


def test_the_list_shows_standing_and_date(viewer, store):
    make_participation(store, until=date(2025, 7, 7))
    text = read(viewer, STORES)

    assert "At risk" in text
    assert "restricted from 2025-07-07 on" in text
    assert "Fix what is lacking" in text
    assert "Store score" in text


@pytest.mark.parametrize("path", WITH_ALERTS)
def test_what_needs_the_brand_now_stands_on_its_pages(viewer, store, path):
    assert "Needs you now" not in read(viewer, f"/b/shancha/{path}")
    make_participation(store, "restricted", until=date(2025, 7, 7))

    text = read(viewer, f"/b/shancha/{path}")
    assert "Needs you now" in text
    assert page(store) in text


@pytest.mark.parametrize("path", WITH_ALERTS)
def test_a_lost_consent_is_said_wherever_figures_stand(viewer, store, path):
    make_connection(store)
    with scope(Hat.NIGHT):
        Connection.objects.filter(partner="juguang").update(status="needs_consent")

    text = read(viewer, f"/b/shancha/{path}")
    assert "Juguang: no new data is pulled" in text
    assert "the figures so far stay" in text


def test_a_narrowed_member_hears_only_of_their_stores(brand, store):
    make_participation(store, "restricted")
    own = joined(brand, 2)
    client, user = Client(), make_user("narrowed@example.test")
    make_membership(brand, user, Role.VIEWER, stores=(own,))
    client.force_login(user)

    assert "Needs you now" not in read(client, "/b/shancha/results/")


@pytest.mark.parametrize("path", [*WITH_ALERTS, "stores/"])
def test_ten_troubled_stores_cost_as_many_queries_as_one(viewer, brand, store, path):
    def queries():
        with CaptureQueriesContext(database) as captured:
            read(viewer, f"/b/shancha/{path}")
        return len(captured)

    make_participation(store, "restricted")
    before = queries()
    for number in range(2, 11):
        make_participation(joined(brand, number, **LOW), "suspended")
    assert queries() == before


def test_the_public_policy_page_says_how_long_the_grace_is(viewer):
    make_policy(grace_days_at_risk=10, grace_days_restricted=20)
    text = read(viewer, "/b/shancha/policy/")

    assert "10 days at risk" in text
    assert "then 20 days restricted, then its links are paused" in text
