"""The reviewers' queue: its order, its filters, who hands out work, and that it stays quick."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from merchants.margins import margin_of
from merchants.models import Application, Category, User
from merchants.review_clock import DAY, before_working_time, due_after, working_time
from merchants.rules import Facts, Scores
from merchants.seed import seed_people
from merchants.tests.factories import (
    give_second_factor,
    make_application,
    make_brand,
    make_policy,
    make_store,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

QUEUE = "/admin/merchants/application/"
NOW = datetime(2025, 6, 23, 9, 40, tzinfo=days.SHANGHAI)  # a Monday, the demo's own moment
TMALL = {"id": "store_type", "kind": "store_type"}
CONSENT = {"id": "consent", "kind": "connection", "partner": "top"}
FLOOR = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def own_clock(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def people(db):
    make_policy()
    seed_people()


@pytest.fixture
def reviewer(people):
    return logged_in("reviewer")


@pytest.fixture
def lead(people):
    return logged_in("lead")


@pytest.fixture
def waiting(people):
    """Three that wait, the last handed in the soonest due."""
    brand = make_brand("camellia", "茶花")
    return [waiting_application(brand, n, due=NOW + n * timedelta(days=1)) for n in (3, 2, 1)]


def logged_in(login):
    client, user = Client(headers=ENGLISH), person(login)
    client.force_login(user)
    give_second_factor(client, user)
    return client


def person(login):
    return User.objects.get(email=f"{login}@demo.redcat.test")


def waiting_application(brand, number, due=NOW, *, category="beauty", score="4.8", **fields):
    store = make_store(
        brand,
        number,
        status="registered",
        category=category,
        overall_score=score and Decimal(score),
    )
    fields = {"status": "submitted", "due_at": due, "submitted_at": NOW} | fields
    return make_application(store, **fields)


def listed(client, query=""):
    answer = client.get(f"{QUEUE}?{query}")
    assert answer.status_code == 200
    return [each.pk for each in answer.context["cl"].result_list]


def assign(client, chosen, to):
    form = {"action": "assign", "_selected_action": [each.pk for each in chosen], "to": to.pk}
    return client.post(QUEUE, form, follow=True)


def reread(application):
    with scope(Hat.ADMIN):
        return Application.objects.get(pk=application.pk)


def test_what_is_due_soonest_comes_first_and_what_is_decided_last(reviewer, waiting):
    store = make_store(make_brand("other", "别家"))
    decided = make_application(store, status="approved")

    assert listed(reviewer) == [*(each.pk for each in reversed(waiting)), decided.pk]


@pytest.mark.parametrize(
    ("promise", "kept"),
    [
        ("waiting", {"late", "very late", "today", "later"}),
        ("kept", {"later"}),
        ("today", {"today"}),
        ("overdue", {"late", "very late"}),
        ("overdue_1", {"very late"}),
        ("overdue_3", set()),
    ],
)
def test_the_queue_is_filtered_by_its_promise_in_working_days(reviewer, promise, kept):
    brand = make_brand("camellia", "茶花")
    due = {
        "late": NOW - timedelta(days=2),  # a Saturday: ten hours of work
        "very late": NOW - timedelta(days=4),
        "today": NOW.replace(hour=23),
        "later": NOW.replace(day=24, hour=0, minute=0),
    }
    rows = {name: waiting_application(brand, n, at) for n, (name, at) in enumerate(due.items(), 1)}
    make_application(make_store(brand, 9), status="approved")

    shown = listed(reviewer, f"promise={promise}")

    assert {name for name, each in rows.items() if each.pk in shown} == kept
    assert len(shown) == len(kept)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("store__category__exact=sports", {2}),
        ("score=high", {1}),
        ("score=middle", {2}),
        ("score=low", {3}),
        ("score=unknown", {4}),
        ("margin__exact=near_miss", {3}),
        ("status__exact=appealed", {4}),
        ("assigned=nobody", {1, 2, 3, 4}),
        ("assigned=me", set()),
        ("score=nonsense", {1, 2, 3, 4}),
    ],
)
def test_the_queue_is_filtered_by_what_a_reviewer_asks_for(reviewer, query, kept):
    brand = make_brand("camellia", "茶花")
    rows = [
        waiting_application(brand, 1),
        waiting_application(brand, 2, score="4.7", category=Category.SPORTS),
        waiting_application(brand, 3, score="4.4", margin="near_miss"),
        waiting_application(brand, 4, score=None, status="appealed"),
    ]

    shown = listed(reviewer, query)

    assert {n for n, each in enumerate(rows, 1) if each.pk in shown} == kept


@pytest.mark.parametrize("term", ["茶花", "官方旗舰店2"])
def test_the_queue_is_searched_by_brand_and_store(reviewer, waiting, term):
    waiting_application(make_brand("other", "别家"), 4)

    assert 0 < len(listed(reviewer, f"q={term}")) < 4


def test_the_queue_says_what_is_late_and_what_is_for_today(reviewer):
    brand = make_brand("camellia", "茶花")
    waiting_application(brand, 1, NOW - DAY)
    waiting_application(brand, 2, NOW.replace(hour=23))

    text = reviewer.get(QUEUE).text

    assert "Decision overdue · 2025-06-22 09:40" in text
    assert "Decision due today · 2025-06-23 23:40" in text


def test_ten_in_the_queue_cost_the_queries_of_one(reviewer):
    brand, counts = make_brand("camellia", "茶花"), []
    for numbers in (range(1, 2), range(2, 11)):
        for n in numbers:
            waiting_application(brand, n, claimed_by=person("lead"), claimed_until=NOW)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            listed(reviewer)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_lead_hands_out_what_is_free_and_is_told_what_was_skipped(lead, waiting):
    held, decided, _free = waiting
    with scope(Hat.ADMIN):
        held.claim(by=person("lead"))
        Application.objects.filter(pk=decided.pk).update(status="approved", due_at=None)

    text = assign(lead, waiting, person("reviewer")).text

    assert "1 application is assigned to 林审核." in text
    assert f"they don&#x27;t wait: {held}, {decided}" in text or f"{decided}, {held}" in text
    assert [reread(each).assigned_to for each in waiting] == [None, None, person("reviewer")]


def test_an_appeal_is_not_assigned_to_who_rejected(lead, waiting):
    with scope(Hat.ADMIN):
        rows = Application.objects.filter(pk=waiting[0].pk)
        rows.update(status="appealed", rejected_by=person("reviewer"))

    assign(lead, waiting[:1], person("reviewer"))

    assert reread(waiting[0]).assigned_to is None


def test_who_is_assigned_finds_it_and_another_may_still_claim_it(lead, reviewer, waiting):
    assign(lead, waiting[:1], person("reviewer"))

    assert listed(reviewer, "assigned=me") == [waiting[0].pk]
    lead.post(f"{QUEUE}{waiting[0].pk}/claim/", {"confirmed": "True"})
    assert reread(waiting[0]).claimed_by == person("lead")


def test_assigning_asks_for_a_reviewer_first_and_offers_only_those(lead, waiting):
    form = {"action": "assign", "_selected_action": [waiting[0].pk]}

    text = lead.post(QUEUE, form).text

    assert "林审核" in text
    assert "周雨桐" not in text
    assert lead.post(QUEUE, form | {"to": person("owner").pk}).status_code == 422
    assert reread(waiting[0]).assigned_to is None


def test_a_reviewer_hands_out_nothing(reviewer, waiting):
    assert "Assign to a reviewer" not in reviewer.get(QUEUE).text
    assign(reviewer, waiting, person("reviewer"))

    assert reread(waiting[0]).assigned_to is None


@pytest.mark.parametrize(
    ("scores", "connected", "margin"),
    [
        (Scores(Decimal("4.8")), True, "clear"),
        (Scores(Decimal("4.6")), True, "narrow"),
        (Scores(Decimal("4.5")), True, "narrow"),
        (Scores(Decimal("4.4")), True, "near_miss"),
        (Scores(Decimal("4.4")), False, "near_miss"),
        (Scores(Decimal("4.0"), *[Decimal("4.5")] * 3), False, "near_miss"),
        (Scores(Decimal("4.0")), True, "near_miss"),
        (Scores(Decimal("4.0")), False, "short"),
        (Scores(Decimal("4.8")), False, "near_miss"),
        (Scores(), False, "short"),
    ],
)
def test_a_near_miss_lacks_one_rule_alone_or_a_tenth_of_a_score(scores, connected, margin):
    facts = Facts("B", scores=scores, connected={"top": NOW} if connected else {})

    assert margin_of([TMALL, CONSENT, FLOOR], facts) == margin


@pytest.mark.parametrize("hours", [0, 5, 24, 40, 72, 100])
def test_working_time_is_counted_back_as_it_is_counted_on(hours):
    passed = timedelta(hours=hours)
    assert working_time(before_working_time(NOW, passed), NOW) == passed


def test_a_decision_is_due_earlier_the_longer_it_has_waited():
    dues = [due_after(n * DAY, NOW) for n in range(6)]

    assert dues == sorted(dues, reverse=True)
    assert dues[3] == NOW
    assert working_time(NOW, dues[1]) == 2 * DAY
    assert working_time(dues[5], NOW) == 2 * DAY
