"""Alerts reach people: a notice, a mail and a webhook, once, and after the quiet hours."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection as database

from campaigns import tasks
from campaigns.models import QuietHours
from campaigns.results import alerts, alerts_told
from campaigns.tests.alerts import make_alert, make_alert_event
from campaigns.tests.factories import make_note, make_note_day, make_window
from merchants import outbox
from merchants.models import Notice, NoticeMail, Role
from merchants.notice_kinds import in_words
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from merchants.tests.webhooks import deliveries, make_endpoint
from portal.lib import days
from portal.lib.scope import Hat, scope

pytestmark = pytest.mark.usefixtures("own_files", "in_english")
QUIET = "/b/shancha/settings/alerts/quiet/"


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def people(brand, store):
    """Everybody who might be told: one in each role, and an owner of one store alone."""
    for role in Role:
        make_membership(brand, make_user(f"{role}@example.test"), role)
    make_membership(brand, make_user("narrowed@example.test"), Role.OWNER, stores=(store,))


def raised(brand, turn="raised", **fields):
    rule = make_alert(brand, least_sample=5)
    numbers = {"value": 230, "sample": 41, "maturity": 9120}
    return make_alert_event(rule, days.yesterday(), turn=turn, **numbers | fields)


def told(model=Notice):
    with scope(Hat.ADMIN):
        return list(model.objects.filter(kind__startswith="alert").order_by("pk"))


def keep_quiet(brand, starts, ends):
    with scope(Hat.WEB, brand=brand.pk):
        QuietHours.objects.create(brand=brand, starts=starts, ends=ends)


def at(hour, minute=0):
    days.set_demo_clock(datetime(2025, 6, 23, hour, minute, tzinfo=days.SHANGHAI))


def test_owners_and_marketers_of_every_store_are_told_here_and_by_mail(brand, people):
    raised(brand)

    assert alerts_told.tell_owed() == 1

    with scope(Hat.ADMIN):
        readers = {each.user.email for each in Notice.objects.filter(kind="alert_raised")}
        mails = NoticeMail.objects.filter(notice__kind="alert_raised").count()
    others = {f"{name}@example.test" for name in ("viewer", "finance", "narrowed")}
    assert readers >= {"owner@example.test", "marketer@example.test"}
    assert not readers & others
    assert mails == len(readers)


def test_the_mails_reach_marketers_as_well_as_owners(brand, people, mailoutbox):
    raised(brand)
    alerts_told.tell_owed()

    with scope(Hat.NIGHT):
        owed = list(NoticeMail.objects.values_list("pk", flat=True))
    for mail_id in owed:
        outbox.send(mail_id)

    sent = {address for mail in mailoutbox for address in mail.to}
    assert sent >= {"owner@example.test", "marketer@example.test"}


def test_a_notice_says_what_is_suggested_and_by_which_numbers(brand, people):
    event = raised(brand)
    alerts_told.tell_owed()

    words = in_words(told()[0])

    assert words.title == "Pause: 跳转太贵"
    assert words.sentence.startswith("Cost per jump ¥ 7 d is above 1.00. From 2025-06-22 to")
    assert "it is 2.30, with a sample of 41 orders and a maturity of 91%." in words.sentence
    assert words.notice.link == f"/b/shancha/settings/alerts/{event.rule_id}/"


def test_what_cleared_is_told_too(brand, people):
    raised(brand, "cleared", verdict="not_met")
    alerts_told.tell_owed()

    assert in_words(told()[0]).title == "Cleared: 跳转太贵"


def test_a_day_on_which_nothing_changed_is_not_told(brand, people):
    raised(brand, "")

    assert alerts_told.tell_owed() == 0


@pytest.mark.parametrize("turn", ["raised", "cleared"])
def test_a_webhook_is_told_with_the_numbers(brand, turn):
    make_endpoint(brand, "https://bi.example.test/", f"alert.{turn}")
    event = raised(brand, turn)
    alerts_told.tell_owed()

    (owed,) = deliveries()
    said = json.loads(owed.body)
    assert (said["kind"], said["data"]["alert"]) == (f"alert.{turn}", event.rule_id)
    assert (said["data"]["value"], said["data"]["limit"]) == (230, 100)


def test_telling_twice_tells_once(brand, people):
    raised(brand)

    assert [alerts_told.tell_owed() for _ in range(2)] == [1, 0]
    assert len({each.user_id for each in told()}) == len(told()) > 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_two_that_tell_at_once_one_does(brand, people):
    raised(brand)
    together = Barrier(2)

    def tell():
        together.wait(10)
        try:
            return alerts_told.tell_owed()
        finally:
            database.close()

    with ThreadPoolExecutor(2) as both:
        counts = [each.result(30) for each in [both.submit(tell) for _ in range(2)]]
    assert sorted(counts) == [0, 1]
    assert len({each.user_id for each in told()}) == len(told()) > 1


@pytest.mark.parametrize(
    ("starts", "ends", "quiet", "loud"),
    [(22, 8, [22, 23, 0, 7], [8, 12, 21]), (9, 12, [9, 11], [8, 12, 23])],
)
def test_quiet_hours_cover_what_lies_between_even_over_midnight(starts, ends, quiet, loud):
    hours = QuietHours(starts=starts, ends=ends)

    def covered(hour):
        return hours.cover(datetime(2025, 6, 23, hour, 59, tzinfo=days.SHANGHAI))

    assert [covered(hour) for hour in quiet] == [True] * len(quiet)
    assert [covered(hour) for hour in loud] == [False] * len(loud)


def test_what_is_raised_in_quiet_hours_is_told_when_they_end_and_once(brand, people):
    keep_quiet(brand, 22, 8)
    at(7, 59)
    raised(brand)
    assert alerts_told.tell_owed() == 0
    assert told() == []

    at(8)

    assert [alerts_told.tell_owed() for _ in range(2)] == [1, 0]
    assert len({each.user_id for each in told()}) == len(told()) > 1


def test_the_tick_judges_and_tells(brand, people, store):
    note = make_note(make_connection(store))
    make_note_day(note, days.yesterday())
    make_window(store)
    rule = make_alert(brand)

    assert alerts.due() == [rule.pk]
    tasks.judge_alert(rule.pk)
    tasks.judge_alerts()

    assert len({each.user_id for each in told()}) == len(told()) > 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"starts": "22", "ends": "8"}, 302),
        ({"starts": "", "ends": ""}, 302),
        ({"starts": "8", "ends": "8"}, 422),
        ({"starts": "8", "ends": ""}, 422),
        ({"starts": "24", "ends": "8"}, 422),
    ],
)
def test_quiet_hours_are_whole_or_none(client_as, brand, fields, status):
    assert client_as(Role.MARKETER).post(QUIET, fields).status_code == status


def test_quiet_hours_are_set_shown_and_taken_away(client_as, brand):
    marketer = client_as(Role.MARKETER)
    make_alert(brand)

    marketer.post(QUIET, {"starts": "22", "ends": "8"})
    assert "22:00–08:00" in marketer.get("/b/shancha/settings/alerts/").text

    marketer.post(QUIET, {"starts": "", "ends": ""})
    assert "22:00–08:00" not in marketer.get("/b/shancha/settings/alerts/").text
