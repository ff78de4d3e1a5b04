"""Alert rules: judged once a complete day by the page's figures, raised once until cleared."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection as database

from campaigns.models.alert import Suggestion
from campaigns.results import alerts
from campaigns.results.alert_words import Told
from campaigns.results.suggestion import suggestion_of
from campaigns.tests.alerts import events_of, make_alert
from campaigns.tests.factories import make_note, make_note_day, make_window
from campaigns.tests.plans import join, make_campaign
from campaigns.tests.reading import figures_on
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store
from portal.lib import days
from portal.lib.scope import Hat, scope

WEEK = 7
pytestmark = pytest.mark.usefixtures("own_files")
transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def note(store):
    return make_note(make_connection(store))


@pytest.fixture
def week(note, store):
    """Seven complete days: 35 orders, ¥700.00, a jump for ¥2.00, an ROI of 2."""
    for back in range(WEEK):
        make_note_day(note, days.yesterday() - timedelta(days=back))
    make_window(store)


def next_day(note, store, **figures):
    """Let another day pass, and its figures arrive."""
    days.set_demo_clock(days.known_now() + timedelta(days=1))
    make_note_day(note, days.yesterday(), **figures)
    make_window(store)


def test_a_rule_is_judged_by_the_very_figures_of_the_page(brand, week, client_as):
    event = alerts.judge(make_alert(brand).pk)

    page = client_as(Role.VIEWER).get(f"/b/shancha/results/{Told(event).address}")

    assert figures_on(page.text)["cost_per_jump", "total"] == str(event.value) == "200"
    assert (event.sample, event.verdict, event.turn) == (35, "met", "raised")


@pytest.mark.parametrize(
    ("metric", "comparison", "threshold", "suggestion"),
    [
        ("cost_per_jump", "above", 199, "pause"),
        ("cost_per_jump", "above", 200, "watch"),
        ("cost_per_jump", "below", 200, "watch"),
        ("cost_per_jump", "below", 201, "pause"),
        ("roi", "above", 19_999, "pause"),
        ("roi", "above", 20_000, "watch"),
        ("ctr", "below", 801, "pause"),
        ("order", "below", 35, "watch"),
        ("spend", "above", 69_999, "pause"),
    ],
)
def test_a_limit_is_passed_or_not_to_the_last_digit(
    brand, week, metric, comparison, threshold, suggestion
):
    rule = make_alert(brand, metric=metric, comparison=comparison, threshold=threshold)

    event = alerts.judge(rule.pk)

    assert suggestion_of(event, event.verdict) == suggestion


@pytest.mark.parametrize(
    ("comparison", "threshold", "verdict"),
    [
        ("risen", 10_000, "met"),
        ("risen", 10_001, "not_met"),
        ("fallen", 1, "not_met"),
    ],
)
def test_a_change_is_that_against_the_days_before(
    brand, note, week, comparison, threshold, verdict
):
    for back in range(WEEK, 2 * WEEK):
        make_note_day(note, days.yesterday() - timedelta(days=back), fee_fen=5000)
    rule = make_alert(brand, metric="spend", comparison=comparison, threshold=threshold)

    event = alerts.judge(rule.pk)

    assert (event.value, event.before, event.now) == (10_000, 35_000, 70_000)
    assert event.verdict == verdict


def test_a_campaigns_rule_is_about_its_notes_alone(brand, store, note, week):
    other = make_note(note.connection, 2)
    make_note_day(other, days.yesterday(), fee_fen=999)
    campaign = make_campaign(store)
    join(campaign, other)
    rule = make_alert(brand, metric="spend", campaign=campaign)

    event = alerts.judge(rule.pk)

    assert (event.value, event.campaign_id) == (999, campaign.pk)


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"least_sample": 36}, "few"),
        ({"least_sample": 35}, "met"),
        ({"sample_of": "spend", "least_sample": 70_001}, "few"),
        ({"least_maturity": 100}, "young"),
        ({"metric": "spend", "least_maturity": 100}, "met"),  # that of the day alone
        ({"metric": "roi", "skipped": 30, "span": 7}, "unknown"),  # nothing was returned there
    ],
)
def test_too_small_or_too_young_a_sample_says_only_that(brand, week, fields, verdict):
    event = alerts.judge(make_alert(brand, **fields).pk)

    assert event.verdict == verdict
    assert (suggestion_of(event, verdict) == Suggestion.TOO_SMALL) == (verdict != "met")


def test_a_figure_that_was_not_returned_is_not_zero(brand, store, note):
    make_note_day(note, days.yesterday(), gmv_15_fen=None)
    make_window(store)

    event = alerts.judge(make_alert(brand, metric="gmv", comparison="below").pk)

    assert (event.value, event.verdict, event.turn) == (None, "unknown", "")


def test_nothing_is_judged_before_the_newest_day_is_complete(brand, store, note):
    make_window(store, status="owed")
    rule = make_alert(brand)

    assert alerts.judge(rule.pk) is None
    assert alerts.due() == [rule.pk]


def test_nothing_is_judged_while_another_account_still_owes_the_day(brand, week):
    make_connection(make_store(brand, 2), subject="2")

    assert alerts.judge(make_alert(brand).pk) is None


def test_a_day_that_is_missing_in_between_says_nothing_either_way(brand, store, week):
    make_window(store, days.yesterday() - timedelta(days=3), status="failed")

    assert alerts.judge(make_alert(brand).pk).verdict == "lacking"


def test_a_rule_is_judged_once_for_a_day(brand, week):
    rule = make_alert(brand)

    assert alerts.judge(rule.pk)
    assert alerts.judge(rule.pk) is None
    assert len(events_of(rule)) == 1
    assert alerts.due() == []


def test_an_alert_is_raised_once_until_it_has_cleared(brand, store, note):
    rule = make_alert(brand)
    for figures in [
        {},  # ¥2.00 a jump
        {},
        {"jump_click": 100_000},
        {"fee_fen": 10**8},
    ]:
        next_day(note, store, **figures)
        alerts.judge(rule.pk)

    assert [each.turn for each in events_of(rule)] == ["raised", "", "cleared", "raised"]


def test_a_day_without_enough_to_say_does_not_clear(brand, store, note, week):
    rule = make_alert(brand)
    alerts.judge(rule.pk)
    with scope(Hat.WEB, brand=brand.pk):
        type(rule).objects.filter(pk=rule.pk).update(least_sample=10**6)

    next_day(note, store)
    event = alerts.judge(rule.pk)

    assert (event.verdict, event.turn, event.is_raised) == ("few", "", True)


def test_a_rule_that_is_off_or_gone_is_not_judged(brand, week):
    off, gone = (
        make_alert(brand, is_active=False),
        make_alert(brand, "另", ended_at=days.known_now()),
    )

    assert alerts.due() == []
    assert (alerts.judge(off.pk), alerts.judge(gone.pk), alerts.judge(0)) == (None, None, None)


@transactional
def test_of_two_at_once_one_judges_and_it_is_raised_once(brand, week):
    rule, together = make_alert(brand), Barrier(2)

    def judge():
        together.wait(10)
        try:
            return alerts.judge(rule.pk)
        finally:
            database.close()

    with ThreadPoolExecutor(2) as both:
        found = [each.result(30) for each in [both.submit(judge) for _ in range(2)]]
    assert len([each for each in found if each]) == 1
    assert [each.turn for each in events_of(rule)] == ["raised"]
