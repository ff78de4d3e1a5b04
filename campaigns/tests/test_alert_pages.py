"""设置 · 预警: rules are written, read with their numbers, changed, switched off and deleted."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import AlertEvent, AlertRule
from campaigns.results import alerts
from campaigns.tests.alerts import events_of, make_alert, make_alert_event
from campaigns.tests.factories import make_note, make_note_day, make_window
from merchants.models import Role
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib import days
from portal.lib.scope import Hat, scope

URL = "/b/shancha/settings/alerts/"
ENGLISH = {"Accept-Language": "en"}
FILLED = {
    "name": "放量",
    "campaign": "",
    "metric": "roi",
    "window": "15",
    "span": "7",
    "skipped": "0",
    "comparison": "above",
    "limit": "1.2",
    "suggests": "scale_up",
    "sample_of": "order",
    "smallest": "30",
    "least_maturity": "50",
}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def rules_of(brand):
    with scope(Hat.ADMIN):
        return list(AlertRule.objects.filter(brand=brand).order_by("pk"))


def write(client, **fields):
    return client.post(f"{URL}new/", FILLED | fields, headers=ENGLISH)


def test_there_is_no_rule_until_one_is_written(marketer, brand):
    assert "No rule yet" in marketer.get(URL, headers=ENGLISH).text
    assert rules_of(brand) == []


def test_a_rule_is_written_and_keeps_its_numbers_exactly(marketer, brand):
    write(marketer)

    (rule,) = rules_of(brand)
    assert (rule.threshold, rule.least_sample, rule.least_maturity) == (12_000, 30, 50)
    assert rule.made_by.email == "marketer@example.test"


@pytest.mark.parametrize(
    ("metric", "comparison", "typed", "kept", "shown"),
    [
        ("spend", "above", "50,000.5", 5_000_050, "Spend ¥ is above 50,000.50"),
        ("order", "below", "120", 120, "Orders 15 d is below 120"),
        ("ctr", "below", "2.55", 255, "Click rate is below 2.55%"),
        ("ctr", "below", "2.55%", 255, "Click rate is below 2.55%"),
        ("roi", "above", "1.2345", 12_345, "ROI 15 d is above 1.23"),
        ("gmv", "fallen", "20", 2000, "by at least 20.00%"),
    ],
)
def test_a_limit_is_typed_in_the_metrics_own_unit(
    marketer, brand, metric, comparison, typed, kept, shown
):
    answer = write(marketer, metric=metric, comparison=comparison, limit=typed)

    assert rules_of(brand)[0].threshold == kept
    assert shown in marketer.get(answer["Location"], headers=ENGLISH).text


@pytest.mark.parametrize(
    "fields",
    [
        {"limit": "1.23456"},
        {"limit": "-1"},
        {"limit": "many"},
        {"limit": "1e9"},
        {"limit": "99999999999999999999"},
        {"metric": "order", "limit": "1.5"},
        {"metric": "spend", "limit": "1.001"},
        {"metric": "reads"},
        {"metric": "store_gmv"},
        {"window": "9"},
        {"smallest": "-5"},
        {"smallest": "99999999999999999999"},
        {"least_maturity": "101"},
        {"suggests": "watch"},
        {"campaign": "0"},
    ],
)
def test_what_cannot_be_judged_is_not_saved(marketer, brand, fields):
    assert write(marketer, **fields).status_code == 422
    assert rules_of(brand) == []


def test_a_name_stands_once_and_is_free_again_after_deleting(marketer, brand):
    write(marketer)
    assert "There is a rule of this name already." in write(marketer).text

    marketer.post(f"{URL}{rules_of(brand)[0].pk}/delete/")

    assert write(marketer).status_code == 302


def test_the_list_says_what_is_suggested_and_by_which_numbers(marketer, brand, store):
    note = make_note(make_connection(store))
    make_note_day(note, days.yesterday())
    make_window(store)
    alerts.judge(make_alert(brand, least_sample=5).pk)

    page = marketer.get(URL, headers=ENGLISH).text

    assert "Cost per jump ¥ 7 d is above 1.00" in page
    for words in ("Pause", "The rule holds.", ">2.00<", "5 orders", "of at least 5 orders"):
        assert words in page


def test_too_small_a_sample_is_said_with_its_reason(marketer, brand):
    make_alert_event(make_alert(brand), days.yesterday(), verdict="few", sample=3)

    page = marketer.get(URL).text

    assert "样本不足" in page


def test_a_rule_on_an_older_day_says_that_the_newest_is_not_complete(marketer, brand):
    rule = make_alert(brand)
    make_alert_event(rule, days.yesterday() - timedelta(days=1))
    words = "the newest day is not complete yet"
    assert words in marketer.get(URL, headers=ENGLISH).text

    make_alert_event(rule, days.yesterday())

    assert words not in marketer.get(URL, headers=ENGLISH).text


def test_a_changed_rule_leaves_what_it_told_as_it_was(marketer, brand):
    write(marketer)
    (rule,) = rules_of(brand)
    make_alert_event(rule, days.yesterday(), value=20_000)

    marketer.post(f"{URL}{rule.pk}/edit/", FILLED | {"limit": "3"})

    assert (rules_of(brand)[0].threshold, events_of(rule)[0].threshold) == (30_000, 12_000)
    page = marketer.get(f"{URL}{rule.pk}/", headers=ENGLISH).text
    assert "ROI 15 d is above 3.00" in page
    assert "ROI 15 d is above 1.20" in page


def test_the_form_shows_a_rule_as_it_was_typed(marketer, brand):
    write(marketer)

    page = marketer.get(f"{URL}{rules_of(brand)[0].pk}/edit/").text

    assert 'name="limit" value="1.2"' in page
    assert 'name="smallest" value="30"' in page


def test_a_rule_is_switched_off_and_on_again(marketer, brand):
    rule = make_alert(brand)

    marketer.post(f"{URL}{rule.pk}/switch/", {"on": "0"})
    assert not rules_of(brand)[0].is_active
    assert "switched off" in marketer.get(URL, headers=ENGLISH).text

    marketer.post(f"{URL}{rule.pk}/switch/", {"on": "1"})
    assert rules_of(brand)[0].is_active


def test_a_deleted_rule_leaves_the_list_and_what_it_told_stays(marketer, brand):
    rule = make_alert(brand)
    make_alert_event(rule, days.yesterday(), turn="raised", is_raised=True)

    marketer.post(f"{URL}{rule.pk}/delete/")

    page = marketer.get(URL, headers=ENGLISH).text
    assert "What the rules suggest" not in page
    assert "Raised and cleared" in page
    assert marketer.get(f"{URL}{rule.pk}/").status_code == 200
    assert marketer.get(f"{URL}{rule.pk}/edit/").status_code == 404


def test_whoever_is_narrowed_sees_no_rule_and_writes_none(client, brand, store):
    user = make_user("narrowed@example.test")
    make_membership(brand, user, Role.OWNER, stores=(store,))
    client.force_login(user)
    rule = make_alert(brand)
    make_alert_event(rule, days.yesterday(), turn="raised", is_raised=True)

    assert rule.name not in client.get(URL).text
    assert client.get(f"{URL}{rule.pk}/").status_code == 404
    assert client.post(f"{URL}new/", FILLED).status_code == 403


def test_not_even_the_database_shows_the_narrowed_a_rule(brand, store):
    make_alert_event(make_alert(brand), days.yesterday())

    with scope(Hat.WEB, brand=brand.pk, stores=[store.pk]):
        assert not AlertRule.objects.exists()
        assert not AlertEvent.objects.exists()
    with scope(Hat.WEB, brand=brand.pk):
        assert AlertEvent.objects.exists()


def test_ten_rules_take_as_many_queries_as_one(marketer, brand):
    def queries():
        with CaptureQueriesContext(database) as captured:
            marketer.get(URL)
        return len(captured)

    def make(name):
        event = {"turn": "raised", "is_raised": True}
        make_alert_event(make_alert(brand, name), days.yesterday(), **event)

    make("一")
    for_one = queries()
    for number in range(9):
        make(f"{number}")
    assert queries() == for_one
