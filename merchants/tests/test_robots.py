"""What group robots are told, how they are called, and what their answers come to."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from merchants import robots, webhook_courier
from merchants.models import Notice, NoticeKind, Role
from merchants.notice_kinds import in_words
from merchants.notices import notify, tell_marketers
from merchants.robot_messages import EVENTS
from merchants.tests.factories import make_brand, make_membership, make_store, make_user
from merchants.tests.robots import TOKEN, make_robot
from merchants.tests.test_webhook_turns import at_once
from merchants.tests.webhooks import (
    change,
    deliveries,
    delivery,
    endpoint_now,
    make_endpoint,
)
from merchants.webhook_courier import claim, deliver
from merchants.webhook_log import outcome_of
from portal.lib.scope import Hat, scope
from portal.partners.robots import A_MINUTE
from portal.tests.scripted_server import says

transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
TAKEN = says({"errcode": 0, "errmsg": "ok"})
REFUSED = says({"errcode": 310000, "errmsg": "sign not match"})
ALERT = {
    "suggestion": '{"zh-hans": "暂停", "en": "Pause"}',
    "asked": '{"zh-hans": "跳转成本 高于 1.00", "en": "Cost per jump is above 1.00"}',
    "sample": '{"zh-hans": "41 单", "en": "41 orders"}',
    "alert": "跳转太贵",
    "first": "2025-06-16",
    "last": "2025-06-22",
    "value": "2.30",
    "maturity": "91%",
}


@pytest.fixture
def here(server, settings):
    """Where robots of the test's own server stand."""
    settings.SANDBOX_URL = server.url
    return server.url


def tell(brand, kind=NoticeKind.ALERT_RAISED, event=None):
    page = f"/b/{brand.slug}/settings/alerts/4/"
    with scope(Hat.NIGHT, brand=brand.pk):
        tell_marketers(brand, kind, event or uuid4(), leads_to=page, **ALERT)


@pytest.mark.parametrize(
    ("language", "says_so"), [("zh-hans", "暂停：跳转太贵"), ("en", "Pause: 跳转太贵")]
)
def test_a_group_reads_the_alert_with_its_numbers_and_a_link(
    server, here, brand, language, says_so
):
    make_robot(brand, "wecom", server=here, language=language)
    tell(brand)
    server.will(TAKEN)

    deliver()

    [seen] = server.seen
    title, text, link = seen.json()["text"]["content"].splitlines()
    assert title.startswith(f"红猫 RedCat · {brand.name} · ")
    assert says_so in title
    assert "2.30" in text
    assert link.endswith(" http://localhost:8000/b/shancha/settings/alerts/4/")
    assert delivery().status == "sent"


@pytest.mark.parametrize("channel", ["dingtalk", "feishu"])
def test_a_robot_with_a_secret_is_called_signed(server, here, brand, channel):
    make_robot(brand, channel, server=here, secret="SECsandbox")
    tell(brand)
    server.will(TAKEN)

    deliver()

    [seen] = server.seen
    assert "sign" in (seen.path if channel == "dingtalk" else seen.json())
    assert "sign" not in delivery().body


def test_its_own_refusal_is_a_failure_that_is_tried_again(server, here, brand):
    robot = make_robot(brand, server=here)
    tell(brand)
    server.will(REFUSED)

    deliver()

    assert (delivery().status, delivery().problem) == ("owed", "robot")
    assert "sign not match" in delivery().answer
    assert str(outcome_of(delivery()))
    assert endpoint_now(robot).failing_since


def test_after_three_days_of_refusals_it_is_switched_off_and_the_owners_are_told(
    server, here, brand
):
    make_membership(brand, make_user("owner@example.test", language="en"), Role.OWNER)
    robot = make_robot(brand, server=here)
    tell(brand)
    with scope(Hat.NIGHT):
        since = timezone.now() - timedelta(days=3)
        type(robot).objects.filter(pk=robot.pk).update(failing_since=since)
    server.will(REFUSED)

    deliver()

    assert endpoint_now(robot).status == "disabled"
    with scope(Hat.ADMIN):
        told = Notice.objects.filter(kind=NoticeKind.ROBOT_OFF).first()
    assert told.link == f"/b/shancha/settings/robots/{robot.pk}/"
    assert "种草小组" in in_words(told).title


def test_only_kinds_that_were_chosen_are_told(brand):
    make_robot(brand, kinds=["alert.cleared"])
    tell(brand)
    assert deliveries() == []

    tell(brand, NoticeKind.ALERT_CLEARED)
    assert delivery().kind == "alert.cleared"


def test_other_notices_are_told_where_they_are_written(brand):
    make_robot(brand, kinds=["connection.withdrawn"])
    store = make_store(brand, title="山茶旗舰店")
    with scope(Hat.WEB, brand=brand.pk, stores=[store.pk]):
        notify(store, NoticeKind.CONSENT_WITHDRAWN, partner="juguang")

    said = json.loads(delivery().body)["text"]["content"]
    assert (delivery().kind, delivery().store_id) == ("connection.withdrawn", store.pk)
    assert "山茶旗舰店" in said


def test_what_a_group_may_be_told_of_is_also_an_event_of_webhooks():
    assert len(set(EVENTS.values())) == len(EVENTS)


def test_a_notice_nobody_chose_is_told_to_no_group(brand):
    make_robot(brand, kinds=sorted(EVENTS.values()))
    with scope(Hat.WEB, brand=brand.pk):
        notify(make_store(brand), NoticeKind.APPROVED, application="A-1")

    assert deliveries() == []


def test_an_event_is_owed_once_to_each_robot_and_to_no_other_brands(brand):
    make_robot(brand)
    make_robot(brand, "feishu")
    make_robot(make_brand("yejing", "野径"), "wecom")
    event = uuid4()

    tell(brand, event=event)
    tell(brand, event=event)

    assert [each.event_id for each in deliveries()] == [event, event]
    assert len({each.endpoint_id for each in deliveries()}) == 2


def test_events_for_programs_go_to_no_robot(brand):
    make_robot(brand)
    make_endpoint(brand, "https://bi.example.test/", "alert.raised")
    tell(brand)

    assert [each.host for each in deliveries()] == ["oapi.dingtalk.com"]


def test_a_robot_is_called_twenty_times_a_minute_at_most(server, here, brand):
    robot = make_robot(brand, server=here)
    for _ in range(A_MINUTE + 5):
        tell(brand)
    server.will(*[TAKEN] * (A_MINUTE + 5))

    deliver()
    deliver()
    assert len(server.seen) in (A_MINUTE - 1, A_MINUTE)

    change(tried_at=timezone.now() - timedelta(seconds=61))
    deliver()
    assert {each.status for each in deliveries(endpoint=robot)} == {"sent"}


def test_a_failure_is_not_tried_again_within_the_minute(server, here, brand):
    make_robot(brand, server=here)
    tell(brand)
    server.will(REFUSED, TAKEN)
    deliver()

    change(not_before=timezone.now() - timedelta(seconds=1))
    deliver()
    assert len(server.seen) == 1

    change(tried_at=timezone.now() - timedelta(seconds=61))
    deliver()
    assert delivery().status == "sent"


@transactional
def test_of_two_workers_at_once_one_calls_the_robot(server, here, brand):
    make_robot(brand, server=here)
    tell(brand)
    server.will(TAKEN, TAKEN)

    at_once(deliver)

    assert len(server.seen) == 1


@transactional
def test_of_two_that_owe_the_same_event_one_does(brand):
    make_robot(brand)
    event = uuid4()

    at_once(lambda: tell(brand, event=event))

    assert len(deliveries()) == 1


def test_who_dies_after_sending_leaves_it_to_be_sent_again_word_for_word(server, here, brand):
    make_robot(brand, server=here)
    tell(brand)
    server.will(TAKEN, TAKEN)
    [mine] = claim(1)
    webhook_courier._send(mine)  # and here the worker is killed

    deliver()
    assert len(server.seen) == 1  # its lease still holds
    long_ago = timezone.now() - timedelta(seconds=61)
    change(lease_until=long_ago, tried_at=long_ago)
    deliver()

    first, second = server.seen
    assert first.body == second.body
    assert (delivery().status, delivery().attempts) == ("sent", 2)


def test_outside_the_demo_no_address_of_this_machine_is_called(server, here, brand, settings):
    make_robot(brand, server=here)
    tell(brand)
    settings.SANDBOXED = False

    deliver()

    assert (server.seen, delivery().problem) == ([], "scheme")


def test_an_address_that_cannot_be_opened_is_told_as_that(server, here, brand):
    robot = make_robot(brand, server=here)
    with scope(Hat.WEB, brand=brand.pk):
        type(robot).objects.filter(pk=robot.pk).update(address_sealed=b"damaged")
    tell(brand)

    deliver()

    assert (server.seen, delivery().problem) == ([], "secret")


def test_neither_address_nor_secret_stands_in_any_log(server, here, brand, caplog):
    caplog.set_level("DEBUG")
    robot = make_robot(brand, server=here, secret="SECsandbox")
    with scope(Hat.WEB, brand=brand.pk):
        robots.send_test(robot)
    server.will(REFUSED)

    deliver()

    assert server.seen
    assert not [each for each in caplog.messages if TOKEN in each or "SECsandbox" in each]
