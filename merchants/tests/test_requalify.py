"""A joined store is judged every day: each worse step with its notice and its grace, and back."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.db import connection as database
from django.utils import timezone, translation

from merchants import requalify, tasks
from merchants.models import (
    Connection,
    Notice,
    Participation,
    ParticipationEvent,
    PolicyVersion,
    Store,
    StoreStatus,
)
from merchants.models.participation import MOVES
from merchants.services import StatedFacts, state_facts
from merchants.tests.factories import (
    make_connection,
    make_membership,
    make_participation,
    make_policy,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

FLOOR = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}
CONSENT = {"id": "consent", "kind": "connection", "partner": "top"}
transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
LOW = dict.fromkeys(("overall", "description", "service", "logistics"), "4.3")


@pytest.fixture(autouse=True)
def own_clock_in_english(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with translation.override("en"):
        yield


@pytest.fixture
def store(brand):
    make_policy(rules=[FLOOR, CONSENT], grace_days_at_risk=14, grace_days_restricted=7)
    make_membership(brand, make_user("reader@example.test"))
    store = make_store(brand, title="山茶旗舰店")
    make_connection(store, "top")
    return store


def on(month, day):
    days.set_demo_clock(days.starts_at(date(2025, month, day)) + timedelta(hours=1))


def score(store, scores):
    with scope(Hat.NIGHT):
        Store.objects.filter(pk=store.pk).update(
            **{f"{name}_score": score for name, score in scores.items()}
        )


def night(store):
    """Do what the tick and its tasks do, and return where the store stands then."""
    for store_id in requalify.due():
        tasks.requalify_store(store_id)
    with scope(Hat.NIGHT):
        found = Participation.objects.get(store=store)
    return found.status, found.until


def told():
    with scope(Hat.ADMIN):
        return [kind for (kind,) in Notice.objects.order_by("pk").values_list("kind")]


def moves():
    with scope(Hat.ADMIN):
        events = ParticipationEvent.objects.order_by("pk")
        return [(event.source, event.target) for event in events]


def test_a_store_that_meets_every_rule_stays_in_good_standing_and_nobody_is_told(store):
    assert night(store) == ("good", None)
    assert (told(), moves()) == ([], [])


def test_the_way_down_and_back_with_a_notice_for_each_step(store):
    score(store, LOW)
    on(6, 23)
    assert night(store) == ("at_risk", date(2025, 7, 7))
    on(7, 6)
    assert night(store) == ("at_risk", date(2025, 7, 7))
    on(7, 7)
    assert night(store) == ("restricted", date(2025, 7, 14))
    on(7, 14)
    assert night(store) == ("suspended", None)
    on(9, 1)
    assert night(store) == ("suspended", None)
    score(store, {"overall": "4.8"})
    on(9, 2)
    assert night(store) == ("good", None)

    assert told() == ["at_risk", "restricted", "suspended", "cured"]
    assert [target for _source, target in moves()] == [*told()[:3], "good"]


def test_grace_is_counted_from_the_notice_however_many_nights_were_missed(store):
    on(6, 23)
    night(store)
    score(store, LOW)
    on(9, 1)
    assert night(store) == ("at_risk", date(2025, 9, 15))
    on(12, 1)
    assert night(store) == ("restricted", date(2025, 12, 8))


def test_a_store_is_judged_once_a_day_by_the_tick(store):
    night(store)
    assert requalify.due() == []

    on(6, 24)
    assert requalify.due() == [store.pk]


def test_only_joined_stores_are_judged_and_only_by_a_policy_in_force(brand, store):
    make_store(brand, 2, status=StoreStatus.REGISTERED)
    assert requalify.due() == [store.pk]

    on(1, 1)
    assert requalify.due() == []


def test_a_task_for_a_store_that_has_not_joined_does_nothing(brand, store):
    other = make_store(brand, 2, status=StoreStatus.REGISTERED)
    tasks.requalify_store(other.pk)
    tasks.requalify_store(0)
    with scope(Hat.NIGHT):
        assert not Participation.objects.exists()


def test_a_lost_consent_puts_the_store_at_risk_and_a_new_one_cures_it(store):
    with scope(Hat.NIGHT):
        Connection.objects.update(status="needs_consent")
    assert night(store)[0] == "at_risk"

    with scope(Hat.NIGHT):
        Connection.objects.update(status="connected")
    tasks.requalify_store(store.pk)
    assert told() == ["at_risk", "cured"]


def test_a_consent_that_ran_out_is_none(store):
    with scope(Hat.NIGHT):
        Connection.objects.update(refresh_expires_at=timezone.now())
    assert night(store)[0] == "at_risk"


def test_a_later_policy_version_reaches_a_store_that_has_joined(store):
    with scope(Hat.ADMIN):
        PolicyVersion.objects.update(effective_until=date(2025, 8, 1))
    stricter = [FLOOR | {"overall": "4.9", "each": "5"}, CONSENT]
    make_policy("2025-08", effective_from=date(2025, 8, 1), rules=stricter, grace_days_at_risk=30)
    score(store, {"description": "4.5", "service": "4.5", "logistics": "4.5"})
    on(7, 31)
    assert night(store) == ("good", None)
    on(8, 1)
    assert night(store) == ("at_risk", date(2025, 8, 31))


def test_what_nobody_knows_puts_at_risk_without_a_date(store):
    score(store, dict.fromkeys(LOW))
    assert night(store) == ("at_risk", None)
    on(12, 1)
    assert night(store) == ("at_risk", None)

    score(store, LOW)
    on(12, 2)
    assert night(store) == ("at_risk", date(2025, 12, 16))
    assert told() == ["at_risk", "at_risk"]


def test_the_notice_says_what_to_fix_and_by_when_in_the_readers_language(store, client):
    score(store, LOW)
    night(store)
    with scope(Hat.ADMIN):
        client.force_login(Notice.objects.get().user)

    english = client.get("/b/shancha/notices/", headers={"accept-language": "en"}).text
    assert "Raise the overall score from 4.3 to 4.5." in english
    assert "the store is restricted from 2025-07-07 on" in english
    assert "2025-07-07" in client.get("/b/shancha/notices/").text
    assert "Raise" not in client.get("/b/shancha/notices/").text


def test_an_event_keeps_verdicts_policy_and_date(store):
    score(store, LOW)
    night(store)
    with scope(Hat.ADMIN):
        event = ParticipationEvent.objects.select_related("policy").get()

    assert (event.policy.code, event.until, event.actor) == ("2025-06", date(2025, 7, 7), None)
    assert [each["rule_id"] for each in event.lacking] == ["score"]
    assert set(event.lacking[0]["said"]) == {"zh-hans", "en"}


def judge_in_a_thread(store, together=None):
    try:
        if together:
            together.wait()
        tasks.requalify_store(store.pk)
    finally:
        database.close()


@transactional
def test_of_two_workers_that_judge_at_once_one_tells(store):
    night(store)
    score(store, LOW)
    together = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(judge_in_a_thread, [store] * 2, [together] * 2))

    assert (told(), moves()) == (["at_risk"], [("good", "at_risk")])


@transactional
def test_a_judgement_waits_for_whoever_is_changing_the_facts(store):
    with ThreadPoolExecutor(1) as pool:
        with scope(Hat.NIGHT):
            score(store, LOW)
            judged = pool.submit(judge_in_a_thread, store)
            wait([judged], timeout=1)
        judged.result()

    assert told() == ["at_risk"]


def test_no_move_is_made_from_a_row_that_changed_meanwhile(store):
    stale = make_participation(store, "at_risk", until=date(2025, 7, 7))
    with scope(Hat.NIGHT):
        Participation.objects.update(until=date(2025, 8, 7))
        with pytest.raises(Exception, match="just changed"):
            stale.move_to("restricted")


def test_every_status_can_be_left_for_good_standing():
    assert all("good" in MOVES[status] for status in MOVES if status != "good")


def test_no_brand_writes_its_own_standing(brand, store):
    participation = make_participation(store)
    with scope(Hat.WEB, brand=brand.pk):
        assert Participation.objects.get().status == "at_risk"
        with pytest.raises(ProgrammingError), transaction.atomic():
            Participation.objects.update(status="good")
        with pytest.raises(ProgrammingError), transaction.atomic():
            participation.events.create(
                brand=brand,
                store=store,
                source="at_risk",
                target="good",
                participation=participation,
            )


@pytest.mark.parametrize("hat", [Hat.NIGHT, Hat.ADMIN])
def test_no_hat_changes_an_event(store, hat):
    score(store, LOW)
    night(store)
    with scope(hat):
        for change in (lambda rows: rows.update(target="good"), lambda rows: rows.delete()):
            with pytest.raises(ProgrammingError), transaction.atomic():
                change(ParticipationEvent.objects.all())


@pytest.mark.parametrize(
    "fields",
    [{"held_because": "x"}, {"held_from": "good"}, {"status": "good", "until": "2025-07-01"}],
)
def test_the_database_keeps_a_standing_whole(store, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_participation(store, **{"status": "suspended"} | fields)


def test_a_fact_that_changes_has_the_store_judged_at_once(
    store, brand, django_capture_on_commit_callbacks, monkeypatch
):
    sent = []
    monkeypatch.setattr(
        "celery.app.task.Task.delay", lambda task, *ids: sent.append((task.name, ids))
    )
    with django_capture_on_commit_callbacks(execute=True), scope(Hat.WEB, brand=brand.pk):
        state_facts(store, StatedFacts("beauty", 4, None, None, None), by=make_user())

    assert sent == [("merchants.tasks.requalify_store", (store.pk,))]
