"""The review page, its keys, and the desk's figures."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from merchants import desk
from merchants.models import AccessEvent, Application, ApplicationEvent, User
from merchants.rules import Facts, freeze
from merchants.seed import seed_people, seed_policy
from merchants.tests.factories import (
    another_picture,
    give_second_factor,
    make_application,
    make_brand,
    make_connection,
    make_evidence,
    make_second_review,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

QUEUE = "/admin/merchants/application/"
FIGURES = f"{QUEUE}figures/"
NOW = datetime(2025, 6, 23, 9, 40, tzinfo=days.SHANGHAI)  # a Monday, the demo's own moment
DAY = timedelta(days=1)
RULES = [
    {"id": "store_type", "kind": "store_type"},
    {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"},
]
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def own_clock(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def brand(db):
    seed_policy()
    seed_people()
    return make_brand("camellia", "茶花")


@pytest.fixture
def reviewer(brand):
    return logged_in("reviewer")


@pytest.fixture
def lead(brand):
    return logged_in("lead")


def logged_in(login):
    client, user = Client(headers=ENGLISH), person(login)
    client.force_login(user)
    give_second_factor(client, user)
    return client


def person(login):
    return User.objects.get(email=f"{login}@demo.redcat.test")


def waiting(brand, number, due=NOW, **fields):
    store = make_store(brand, number, status="registered")
    fields = {"status": "submitted", "due_at": due, "verdicts": freeze(RULES, Facts("B"))} | fields
    return make_application(store, **fields)


def decision(brand, number, target="approved", *, ago=1, took=1.0, by="reviewer", **fields):
    facts = {"category": fields.pop("category", "beauty")}
    store = fields.pop("store", None) or make_store(brand, number)
    application = make_application(store, status=target, facts=facts)
    with scope(Hat.ADMIN):
        return ApplicationEvent.objects.create(
            brand_id=brand.pk,
            store=store,
            application=application,
            source="in_review",
            target=target,
            actor=person(by),
            at=NOW - ago * DAY,
            waited=took * DAY,
        )


def figures():
    with scope(Hat.ADMIN):
        return desk.figures(NOW)


def page(client, application):
    return client.get(f"{QUEUE}{application.pk}/change/").text


def key(text, which):
    """Return the address that a key of the page opens, or nothing."""
    before, found, _rest = text.partition(f'data-desk-key="{which}"')
    return before.rpartition('href="')[2].partition('"')[0] if found else ""


def test_each_rule_stands_beside_the_files_that_speak_for_it(reviewer, brand):
    application = waiting(brand, 1, status="draft", due_at=None)
    scores = make_evidence(application.store, name="scores-shot", kind="scores")
    licence = make_evidence(application.store, name="licence-shot", kind="licence")

    text = page(reviewer, application)

    rule, others = text.index("Store score"), text.index("Other files")
    assert rule < text.index(f'<img src="/admin/merchants/evidence/{scores.pk}/file/"') < others
    assert others < text.index(f'<img src="/admin/merchants/evidence/{licence.pk}/file/"')


def test_what_was_replaced_is_listed_but_not_shown(reviewer, brand):
    application = waiting(brand, 1, status="draft", due_at=None)
    old = make_evidence(application.store, name="old", kind="scores")
    make_evidence(application.store, name="new", kind="scores", replaces=old)

    text = page(reviewer, application)

    assert f'<img src="/admin/merchants/evidence/{old.pk}/' not in text
    assert f'href="/admin/merchants/evidence/{old.pk}/file/"' in text


def test_a_picture_that_was_shown_is_recorded_as_seen(reviewer, brand):
    application = waiting(brand, 1, status="draft", due_at=None)
    piece = make_evidence(application.store, kind="scores")

    answer = reviewer.get(f"/admin/merchants/evidence/{piece.pk}/file/")

    assert answer["Content-Disposition"].startswith("inline")
    with scope(Hat.ADMIN):
        assert AccessEvent.objects.get().evidence_id == piece.pk


def test_the_keys_lead_along_the_queue_past_what_another_holds(reviewer, brand):
    first, held, here, last = (waiting(brand, n, NOW + n * DAY) for n in range(4))
    with scope(Hat.ADMIN):
        held.claim(by=person("lead"))

    text = page(reviewer, here)

    assert key(text, "j") == f"{QUEUE}{last.pk}/change/"
    assert key(text, "k") == f"{QUEUE}{first.pk}/change/"


def test_of_two_due_at_once_the_keys_skip_none(reviewer, brand):
    rows = [waiting(brand, n) for n in range(1, 4)]
    with scope(Hat.ADMIN):
        queue = list(Application.objects.waiting().soonest_due_first())

    assert queue == rows[::-1]
    assert key(page(reviewer, queue[0]), "j") == f"{QUEUE}{queue[1].pk}/change/"
    assert key(page(reviewer, queue[1]), "k") == f"{QUEUE}{queue[0].pk}/change/"


def test_a_key_for_a_step_works_only_where_the_step_is_offered(reviewer, brand):
    application = waiting(brand, 1)
    assert key(page(reviewer, application), "c") == f"{QUEUE}{application.pk}/claim/"
    assert key(page(reviewer, application), "a") == ""

    reviewer.post(f"{QUEUE}{application.pk}/claim/", {"confirmed": "True"})

    opened = {which: key(page(reviewer, application), which) for which in "ari"}
    steps = {"a": "approve", "r": "reject", "i": "ask"}
    assert opened == {which: f"{QUEUE}{application.pk}/{steps[which]}/" for which in "ari"}


def test_what_a_key_opens_decides_nothing_by_itself(reviewer, brand):
    application = waiting(brand, 1)
    reviewer.post(f"{QUEUE}{application.pk}/claim/", {"confirmed": "True"})
    for which in "ari":
        assert reviewer.get(key(page(reviewer, application), which)).status_code == 200

    with scope(Hat.ADMIN):
        assert Application.objects.get().status == "in_review"


def test_the_keys_of_an_appeal_are_those_of_its_two_ways(lead, brand):
    application = waiting(brand, 1, status="appealed", rejected_by=person("reviewer"))
    lead.post(f"{QUEUE}{application.pk}/claim/", {"confirmed": "True"})

    text = page(lead, application)

    assert key(text, "a") == f"{QUEUE}{application.pk}/overturn/"
    assert key(text, "r") == f"{QUEUE}{application.pk}/uphold/"


def test_a_review_page_costs_the_same_with_one_file_and_with_ten(reviewer, brand):
    counts = []
    application = waiting(brand, 1, status="draft", due_at=None)
    for more in (1, 9):
        for n in range(more):
            content = f"{more}{n}".encode()
            make_evidence(
                application.store,
                kind="scores",
                name=f"{more}-{n}",
                content=another_picture(content),
            )
        with CaptureQueriesContext(connection) as queries:
            page(reviewer, application)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_waiting_is_counted_by_working_days_against_the_promise(brand):
    for number, due in enumerate(
        [NOW + 3 * DAY, NOW + 1.5 * DAY, NOW + DAY / 2, NOW - DAY / 4, NOW - 10 * DAY], 1
    ):
        waiting(brand, number, due)

    ages = figures().ages

    assert [each.applications for each in ages] == [1, 1, 1, 1, 1]
    assert [each.is_late for each in ages] == [False, False, False, True, True]
    assert sum(each.share for each in ages) == 100


def test_times_are_told_over_each_window(brand):
    for n in range(1, 11):
        decision(brand, n, took=n / 10)
    decision(brand, 11, ago=60, took=9)

    month, quarter = figures().paces

    assert (month.decisions, quarter.decisions) == (10, 11)
    assert month.median == pytest.approx(0.55)
    assert month.ninth == pytest.approx(0.9)
    assert quarter.ninth == pytest.approx(1.0)


def test_approvals_are_told_by_category_and_by_size_with_their_number(brand):
    known = make_store(brand, 1)
    make_connection(known, "juguang")
    decision(brand, 1, store=known)
    decision(brand, 2, "rejected")
    decision(brand, 3, category="sports")
    decision(brand, 4, "withdrawn")

    found = figures()

    told = [(rate.name, rate.approved, rate.decisions) for rate in found.by_category]
    assert [each[1:] for each in told] == [(1, 2), (1, 1)]
    assert [(rate.approved, rate.decisions) for rate in found.by_size] == [(1, 2), (1, 1)]
    assert (found.total.percent, found.total.is_small) == (67, True)


def test_what_waits_for_its_second_review_is_in_no_rate(brand):
    made = decision(brand, 1, "rejected")
    decision(brand, 2)
    with scope(Hat.ADMIN):
        Application.objects.filter(pk=made.application_id).update(decided_at=NOW)
    first = {"decision": made, "first_judgement": "rejected", "sampled_at": NOW}
    make_second_review(made.application, **first, judgement="", second_by=None, at=None)

    found = figures()

    assert (found.open, found.paces[0].decisions) == (1, 2)
    assert (found.total.approved, found.total.decisions) == (1, 1)


def test_agreement_stands_on_the_page_with_its_number_and_its_caution(lead, brand):
    for n in range(1, 4):
        judgement = "rejected" if n == 3 else "approved"
        make_second_review(waiting(brand, n), judgement=judgement)

    text = lead.get(FIGURES).text

    assert "small sample" in text
    assert "Fewer than 30 pairs" in text
    assert "state=disagreed" in text
    assert figures().disagreed == 1


def test_only_a_lead_sees_what_each_reviewer_does(reviewer, lead, brand):
    decision(brand, 1)

    assert "Load of the reviewers" in lead.get(FIGURES).text
    assert "Load of the reviewers" not in reviewer.get(FIGURES).text


def test_the_figures_are_shown_with_nothing_decided_and_nothing_waiting(lead):
    text = lead.get(FIGURES).text

    assert "Nothing was decided in the last 90 days." in text
    assert "No pair is complete yet." in text


def test_the_figures_cost_the_same_for_one_and_for_ten(lead, brand):
    counts = []
    for numbers in (range(1, 2), range(2, 11)):
        for n in numbers:
            decision(brand, n, by="lead" if n % 2 else "reviewer")
            make_second_review(waiting(brand, n + 20))
        with CaptureQueriesContext(connection) as queries:
            lead.get(FIGURES)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_staff_without_the_right_see_no_figures(brand):
    user = make_user("trainee@example.test", is_staff=True)
    client = Client()
    client.force_login(user)
    give_second_factor(client, user)

    assert client.get(FIGURES).status_code == 403


@pytest.mark.parametrize("term", ["茶花", "官方旗舰店1"])
def test_the_search_over_the_admin_finds_brands_and_stores_in_chinese(lead, brand, term):
    application = waiting(brand, 1)

    text = lead.get("/admin/search/", {"s": term, "extended": "1"}).text

    assert str(application) in text
    assert f"/admin/merchants/store/{application.store_id}/change/" in text


def test_the_search_over_the_admin_shows_ten_of_a_kind_at_most(lead, brand):
    for n in range(1, 13):
        waiting(brand, n)
    text = lead.get("/admin/search/", {"s": "官方旗舰店", "extended": "1"}).text

    assert text.count("/admin/merchants/application/") == 10


@pytest.mark.parametrize("url", [FIGURES, "/admin/merchants/secondreview/1/judge/"])
@pytest.mark.parametrize("login", ["owner", "viewer"])
def test_no_member_of_a_brand_opens_the_desk(brand, login, url):
    client = logged_in(login)

    assert client.get(url, follow=True).status_code == 403
    assert Client().get(url)["Location"].startswith("/account/login/")


def test_the_desk_says_where_its_keys_are_listed_and_switched_off(reviewer, brand):
    text = page(reviewer, waiting(brand, 1))

    assert "js/desk.js" in text
    assert "data-desk-toggle" in text
    assert "No key decides" in text
