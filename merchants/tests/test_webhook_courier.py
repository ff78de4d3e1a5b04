"""What webhooks are owed is sent at least once, signed, in fair turns, and not for ever."""

from datetime import timedelta

import pytest
from django.utils import timezone

from merchants import tasks, webhooks
from merchants.models import Notice, NoticeMail
from merchants.notice_kinds import in_words
from merchants.tests.factories import make_brand, make_membership, make_user
from merchants.tests.webhooks import (
    change,
    change_endpoint,
    deliveries,
    delivery,
    endpoint_now,
    make_endpoint,
    owe,
    signed_by,
)
from merchants.webhook_courier import deliver, pause_after
from portal.lib.scope import Hat, scope
from portal.tests.scripted_server import says, sends

pytestmark = pytest.mark.usefixtures("loopback")


def test_an_event_is_delivered_signed_with_its_ids(server, brand, endpoint):
    owe(brand)
    server.will(says("thanks"))

    deliver()

    [seen] = server.seen
    sent = delivery()
    assert signed_by(endpoint.secret, seen)
    assert seen.json() == {
        "version": 1,
        "id": str(sent.event_id),
        "kind": "link.rejected",
        "time": seen.json()["time"],
        "brand": "shancha",
        "page": "http://localhost:8000/b/shancha/links/1/",
        "data": {"link": 1},
    }
    assert seen.json()["time"].endswith("+08:00")
    assert seen.headers["redcat-event-id"] == str(sent.event_id)
    assert seen.headers["redcat-delivery-id"] == str(sent.pk)
    assert (sent.status, sent.attempts, sent.answer_status, sent.answer) == (
        *("sent", 1, 200),
        "thanks",
    )


def test_another_secret_or_another_body_does_not_verify(server, brand, endpoint):
    owe(brand)
    server.will(says("thanks"))

    deliver()

    [seen] = server.seen
    assert not signed_by("whsec_another", seen)
    object.__setattr__(seen, "body", seen.body + b" ")
    assert not signed_by(endpoint.secret, seen)


def test_the_task_run_twice_sends_once(server, brand, endpoint):
    owe(brand)
    server.will(says("thanks"))

    tasks.deliver_webhooks()
    tasks.deliver_webhooks()

    assert len(server.seen) == 1


def test_an_event_is_told_to_those_alone_that_want_its_kind(server, brand):
    make_endpoint(brand, f"{server.url}/links", "link.rejected", "link.live")
    make_endpoint(brand, f"{server.url}/data", "data.late")
    make_endpoint(make_brand("yejing", "野径"), f"{server.url}/other")
    owe(brand)
    server.will(says("thanks"))

    deliver()

    assert [seen.path for seen in server.seen] == ["/links"]


def test_while_two_secrets_live_both_sign(server, brand, endpoint):
    with scope(Hat.WEB, brand=brand.pk):
        newer = webhooks.rotate_secret(endpoint)
    owe(brand)
    server.will(says("thanks"))

    deliver()

    [seen] = server.seen
    assert signed_by(endpoint.secret, seen)
    assert signed_by(newer, seen)


@pytest.mark.parametrize("over", ["ended", "run out"])
def test_after_a_rotation_the_older_secret_signs_nothing(server, brand, endpoint, over):
    with scope(Hat.WEB, brand=brand.pk):
        newer = webhooks.rotate_secret(endpoint)
        if over == "ended":
            webhooks.end_rotation(endpoint)
    if over == "run out":
        change_endpoint(endpoint, older_until=timezone.now() - timedelta(seconds=1))
    owe(brand)
    server.will(says("thanks"))

    deliver()

    [seen] = server.seen
    assert signed_by(newer, seen)
    assert not signed_by(endpoint.secret, seen)


@pytest.mark.parametrize("status", [300, 302, 400, 401, 404, 429, 500, 503])
def test_what_is_not_taken_is_owed_for_later(server, brand, endpoint, status):
    owe(brand)
    server.will(says("not now", status=status, location="http://127.0.0.1:1/"))

    deliver()

    later = delivery()
    assert (later.status, later.answer_status, later.answer) == ("owed", status, "not now")
    assert timedelta(seconds=29) < later.not_before - timezone.now() < timedelta(seconds=39)
    assert len(server.seen) == 1


def test_pauses_double_up_to_six_hours_and_fill_three_days():
    pauses = [pause_after(attempt, 0) for attempt in range(1, 25)]

    assert [pause.total_seconds() for pause in pauses[:4]] == [30, 60, 120, 240]
    assert pauses[-1] == timedelta(hours=6)
    assert sum(pauses[:21], timedelta()) > timedelta(days=3)
    assert pause_after(1, 1) == timedelta(seconds=37.5)
    assert pause_after(60_000, 0) == timedelta(hours=6)


def test_a_wait_that_the_receiver_asks_for_is_kept(server, brand, endpoint):
    owe(brand)
    server.will(says("", status=429, retry_after="3600"))

    deliver()

    assert delivery().not_before > timezone.now() + timedelta(minutes=59)


def test_the_last_attempt_is_at_the_end_of_three_days_and_not_later(server, brand, endpoint):
    owe(brand)
    change(give_up_at=timezone.now() + timedelta(minutes=5))
    server.will(says("", status=503, retry_after="86400"))

    deliver()

    assert delivery().not_before == delivery().give_up_at


def test_after_three_days_a_delivery_has_failed(server, brand, endpoint):
    owe(brand)
    change(give_up_at=timezone.now())
    server.will(says("", status=503))

    deliver()
    deliver()

    assert (delivery().status, len(server.seen)) == ("failed", 1)


def test_gone_switches_the_endpoint_off_at_once_and_its_owners_are_told(server, brand, endpoint):
    owner = make_user("owner@example.test", language="en")
    make_membership(brand, owner)
    owe(brand)
    owe(brand)
    server.will(says("", status=410), says("", status=410))

    deliver()

    assert (endpoint_now(endpoint).status, endpoint_now(endpoint).reason) == ("disabled", "gone")
    with scope(Hat.ADMIN):
        [told] = Notice.objects.filter(kind="webhook_off", user=owner)
        assert NoticeMail.objects.filter(notice=told).count() == 1
    assert told.link == f"/b/shancha/settings/webhooks/{endpoint.pk}/"
    assert "127.0.0.1" in in_words(told).title


def test_an_endpoint_that_fails_for_three_days_is_switched_off(server, brand, endpoint):
    owe(brand)
    change_endpoint(endpoint, failing_since=timezone.now() - timedelta(days=3, seconds=1))
    server.will(says("", status=500))

    deliver()

    assert (endpoint_now(endpoint).status, endpoint_now(endpoint).reason) == (
        *("disabled", "failing"),
    )
    assert delivery().status == "owed"


def test_one_success_makes_the_three_days_begin_anew(server, brand, endpoint):
    owe(brand)
    change_endpoint(endpoint, failing_since=timezone.now() - timedelta(days=9))
    server.will(says("thanks"))

    deliver()

    assert (endpoint_now(endpoint).status, endpoint_now(endpoint).failing_since) == (
        *("active", None),
    )


@pytest.mark.parametrize("status", ["paused", "disabled"])
def test_what_is_off_gets_nothing(server, brand, endpoint, status):
    owe(brand)
    change_endpoint(endpoint, status=status, reason="" if status == "paused" else "gone")

    deliver()

    assert (server.seen, delivery().status) == ([], "owed")


def test_what_a_pause_kept_is_sent_when_it_ends(server, brand, endpoint):
    user = make_user("owner@example.test")
    with scope(Hat.WEB, brand=brand.pk):
        webhooks.pause_endpoint(endpoint, by=user)
    owe(brand)
    change(give_up_at=timezone.now() - timedelta(days=1))
    with scope(Hat.WEB, brand=brand.pk):
        webhooks.resume_endpoint(endpoint, by=user)
    server.will(says("", status=503))

    deliver()

    assert (len(server.seen), delivery().status) == (1, "owed")


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\x00\xff\x00", "\ufffd\ufffd\ufffd"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"<script>" * 200, ("<script>" * 200)[:500]),
        (b"HTTP/1.1 204 No Content\r\n\r\n", ""),
    ],
    ids=["bytes", "long", "none"],
)
def test_whatever_is_answered_its_beginning_is_kept(server, brand, endpoint, raw, answer):
    owe(brand)
    server.will(sends(raw))

    deliver()

    assert (delivery().status, delivery().answer) == ("sent", answer)


@pytest.mark.parametrize("raw", [b"", b"nonsense\r\n\r\n"], ids=["nothing", "no http"])
def test_an_answer_that_is_none_is_a_failure_that_is_told(server, brand, endpoint, raw):
    owe(brand)
    server.will(sends(raw))

    deliver()

    assert (delivery().status, delivery().problem, delivery().answer_status) == (
        *("owed", "broken"),
        None,
    )


def test_an_address_that_became_private_is_not_called(server, brand, endpoint, settings):
    owe(brand)
    settings.WEBHOOK_NETWORKS = []

    deliver()

    assert (server.seen, delivery().status, delivery().problem) == ([], "owed", "scheme")


def test_a_secret_that_cannot_be_opened_holds_up_nothing_else(server, brand, endpoint):
    make_endpoint(brand, f"{server.url}/other")
    change_endpoint(endpoint, secret_sealed=b"damaged")
    owe(brand)
    server.will(says("thanks"))

    deliver()

    assert sorted((each.status, each.problem) for each in deliveries()) == [
        ("owed", "secret"),
        ("sent", ""),
    ]


def test_what_is_older_than_thirty_days_is_forgotten(brand, endpoint):
    owe(brand)
    owe(brand)
    old, young = deliveries()
    with scope(Hat.NIGHT):
        rows = type(old).objects
        rows.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=30, seconds=9))
        rows.filter(pk=young.pk).update(created_at=timezone.now() - timedelta(days=29, hours=23))
    change_endpoint(endpoint, older_sealed=b"x", older_until=timezone.now() - timedelta(seconds=1))

    tasks.purge_webhooks()
    tasks.purge_webhooks()

    assert [each.pk for each in deliveries()] == [young.pk]
    assert bytes(endpoint_now(endpoint).older_sealed) == b""
