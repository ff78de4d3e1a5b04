"""Budget pace: the direct line's spend against a straight line, and alerts about it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import AlertRule
from campaigns.results import alerts, alerts_told
from campaigns.results.alert_words import Told
from campaigns.results.pace import fees_of, pace_of
from campaigns.tests.alerts import events_of, make_alert
from campaigns.tests.factories import make_note, make_note_day, make_window
from campaigns.tests.plans import bind, join, make_campaign, make_order, make_star_task
from merchants.models import Membership, Role
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib import days
from portal.lib.scope import Hat, scope

pytestmark = pytest.mark.usefixtures("own_files", "in_english")
WEEK = 7


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def note(store):
    return make_note(make_connection(store))


@pytest.fixture
def campaign(brand, store, note):
    """Fourteen days of which seven are over; ¥1,400 in all, so ¥100 a day."""
    first = days.yesterday() - timedelta(days=WEEK - 1)
    made = make_campaign(
        store, starts_on=first, ends_on=first + timedelta(days=13), budget_fen=140_000
    )
    join(made, note)
    made.brand = brand
    return made


@pytest.fixture
def week(store, note):
    """Seven complete days at ¥150 each."""
    for back in range(WEEK):
        spend(note, store, back, 15_000)


def spend(note, store, back, fen):
    day = days.yesterday() - timedelta(days=back)
    make_note_day(note, day, fee_fen=fen)
    make_window(store, day)


def everyone(brand):
    member = Membership(brand=brand, role=Role.VIEWER)
    member.narrowed_to = ()
    return member


def read(campaign):
    with scope(Hat.ADMIN):
        return pace_of(campaign, everyone(campaign.brand), days.known_now())


def make_pace_rule(campaign, comparison="ahead", threshold=1000, **fields):
    asked = {"metric": "spend", "campaign": campaign, "comparison": comparison}
    asked |= {"threshold": threshold, "sample_of": "spend"}
    return make_alert(campaign.brand, **asked | fields)


def test_spend_stands_to_a_straight_line(campaign, week):
    found = read(campaign)

    assert (found.days_gone, found.days_in_all) == (7, 14)
    assert (found.spent, found.planned, found.expected) == (105_000, 70_000, 210_000)
    assert found.deviation == pytest.approx(0.5)


def test_what_is_expected_goes_by_the_last_seven_days(store, note, campaign):
    with scope(Hat.WEB, brand=store.brand_id):
        campaign.starts_on -= timedelta(days=7)
        campaign.save()
    for back in range(14):
        spend(note, store, back, 1_000 if back < 7 else 100_000)

    found = read(campaign)

    assert found.spent == 707_000
    assert found.expected == 707_000 + 7 * 1_000


def test_other_notes_spend_is_not_the_campaigns(store, note, campaign, week):
    other = make_note(note.connection, 2)
    make_note_day(other, days.yesterday(), fee_fen=999_999)

    assert read(campaign).spent == 105_000


def test_a_day_that_is_missing_silences_everything(store, note, campaign):
    for back in (0, 1, 2, 4, 5, 6):
        spend(note, store, back, 15_000)
    make_window(store, days.yesterday() - timedelta(days=3), status="failed")

    found = read(campaign)

    assert found.missing == [days.yesterday() - timedelta(days=3)]
    assert (found.spent, found.deviation, found.expected) == (None, None, None)
    assert found.planned == 70_000


def test_another_stores_word_does_not_fill_a_missing_day(brand, store, note, campaign):
    other = make_note(make_connection(make_store(brand, 2), subject="2"), 2)
    for back in range(WEEK):
        make_note_day(other, days.yesterday() - timedelta(days=back))
    spend(note, store, 0, 15_000)

    assert len(read(campaign).missing) == 6


def test_a_day_on_which_nothing_was_spent_is_none_that_is_missing(store, note, campaign):
    for back in range(1, WEEK):
        spend(note, store, back, 15_000)
    make_window(store)

    assert (read(campaign).missing, read(campaign).spent) == ([], 90_000)


def test_a_campaign_of_which_nothing_was_advertised_has_spent_nothing(store, note, campaign, week):
    quiet = make_campaign(store, "空", starts_on=campaign.starts_on, budget_fen=1)
    quiet.brand = campaign.brand

    assert (read(quiet).missing, read(quiet).spent) == ([], 0)


@pytest.mark.parametrize(
    ("comparison", "threshold", "verdict"),
    [
        ("ahead", 5000, "met"),
        ("ahead", 5001, "not_met"),
        ("behind", 1, "not_met"),
    ],
)
def test_a_rule_speaks_at_its_limit_to_the_last_digit(
    campaign, week, comparison, threshold, verdict
):
    event = alerts.judge(make_pace_rule(campaign, comparison, threshold).pk)

    assert (event.value, event.before, event.now) == (5000, 70_000, 105_000)
    assert (event.verdict, event.first) == (verdict, campaign.starts_on)


def test_a_rule_speaks_of_too_little_too(store, note, campaign):
    for back in range(WEEK):
        spend(note, store, back, 5_000)

    event = alerts.judge(make_pace_rule(campaign, "behind", 5000).pk)

    assert (event.value, event.verdict) == (-5000, "met")
    assert Told(event).question == ("Spend ¥ lags behind the budget's plan by at least 50.00%")


def test_a_rule_says_nothing_while_a_day_is_missing(store, note, campaign):
    for back in (0, 1, 2, 4, 5, 6):
        spend(note, store, back, 15_000)

    assert alerts.judge(make_pace_rule(campaign).pk).verdict == "lacking"


def test_outside_the_campaigns_days_nothing_is_judged(store, campaign, week):
    make_window(store, days.yesterday() - timedelta(days=30))
    with scope(Hat.WEB, brand=store.brand_id):
        campaign.starts_on = days.today() + timedelta(days=1)
        campaign.ends_on = campaign.starts_on
        campaign.save()
    rule = make_pace_rule(campaign)

    assert alerts.due() == []
    assert alerts.judge(rule.pk) is None


def test_a_budget_taken_back_leaves_nothing_to_say(store, campaign, week):
    with scope(Hat.WEB, brand=store.brand_id):
        type(campaign).objects.filter(pk=campaign.pk).update(budget_fen=None)

    assert alerts.judge(make_pace_rule(campaign).pk).verdict == "unknown"


def test_a_raised_pace_is_told_and_stands_on_todays_list(brand, campaign, week, client_as):
    viewer = client_as(Role.VIEWER)
    alerts.judge(make_pace_rule(campaign).pk)
    assert alerts_told.tell_owed() == 1

    page = viewer.get("/b/shancha/overview/", headers={"Accept-Language": "en"}).text

    assert "Over pace" in page
    assert "700.00 → 1,050.00, which is +50.00%" in page


def page_of(client, campaign):
    address = f"/b/shancha/campaigns/{campaign.pk}/"
    return client.get(address, headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize(
    ("comparison", "threshold", "word"),
    [("ahead", 1000, "Over pace"), ("behind", 1000, "On pace"), ("ahead", 6000, "On pace")],
)
def test_the_campaigns_page_judges_by_the_brands_own_limits(
    client_as, campaign, week, comparison, threshold, word
):
    make_pace_rule(campaign, comparison, threshold)

    page = page_of(client_as(Role.VIEWER), campaign)

    assert word in page
    assert "+50.00%" in page


def test_without_a_limit_the_page_judges_nothing(client_as, campaign, week):
    page = page_of(client_as(Role.MARKETER), campaign)

    assert "+50.00%" in page
    assert "Set a limit by an alert rule" in page
    assert not [word for word in ("Over pace", "Under pace", "On pace") if word in page]


def test_the_page_says_which_days_are_missing(client_as, store, note, campaign):
    spend(note, store, 0, 15_000)

    page = page_of(client_as(Role.VIEWER), campaign)

    assert f"6 of 7 days have not come yet, the first is {campaign.starts_on}." in page
    assert "+50.00%" not in page


@pytest.fixture
def narrowed(brand, store):
    """An owner who sees this store alone."""
    user = make_user("narrowed@example.test")
    make_membership(brand, user, Role.OWNER, stores=(store,))
    client = Client()
    client.force_login(user)
    return client


def test_who_sees_all_stores_of_a_campaign_is_told_its_pace(
    brand, narrowed, client_as, campaign, week
):
    make_store(brand, 2)
    make_pace_rule(campaign)

    page = page_of(narrowed, campaign)

    assert "+50.00%" in page
    assert "limits are shown to who sees every store" in page
    assert not [word for word in ("Over pace", "no limit is set", "Set a limit") if word in page]
    whole = client_as(Role.OWNER).get(f"/b/shancha/campaigns/{campaign.pk}/").context["pace"]
    own = narrowed.get(f"/b/shancha/campaigns/{campaign.pk}/").context["pace"]
    assert own.pace == whole.pace


def test_of_a_campaign_with_another_store_the_narrowed_are_told_why_there_is_no_pace(
    brand, narrowed, store, campaign, week
):
    other = make_store(brand, 2)
    with scope(Hat.WEB, brand=brand.pk):
        campaign.store_rows.create(brand=brand, store=other)

    page = page_of(narrowed, campaign)

    assert "of a part of the spend no pace can be told" in page
    assert "+50.00%" not in page


def test_a_note_of_another_store_is_beyond_the_narrowed_too(brand, narrowed, campaign, week):
    other = make_store(brand, 2)
    join(campaign, make_note(make_connection(other, subject="2"), 2))

    assert "of a part of the spend no pace can be told" in page_of(narrowed, campaign)


def test_without_a_budget_there_is_no_pace_to_withhold(brand, narrowed, store, campaign):
    with scope(Hat.WEB, brand=brand.pk):
        type(campaign).objects.filter(pk=campaign.pk).update(budget_fen=None)
        campaign.store_rows.create(brand=brand, store=make_store(brand, 2))

    assert "Budget pace" not in page_of(narrowed, campaign)


def test_star_tasks_fees_stand_beside_and_each_order_counts_once(store, note, campaign, week):
    other = make_note(note.connection, 2)
    join(campaign, other)
    task = make_star_task(store)
    account = make_connection(store, "pugongying", subject="p1")
    for each in (note, other):
        bind(task, each)
        make_order(account, each, order_id="O1", fee_fen=50_000)
    make_order(account, other, order_id="O2", fee_fen=None)

    with scope(Hat.ADMIN):
        fees = fees_of(campaign, everyone(campaign.brand))

    assert (fees.orders, fees.unknown, fees.fen) == (2, 1, 50_000)
    assert read(campaign).spent == 105_000


FORM = {
    "name": "超支",
    "metric": "spend",
    "window": "7",
    "span": "7",
    "skipped": "0",
    "comparison": "ahead",
    "limit": "10",
    "suggests": "pause",
    "sample_of": "spend",
    "smallest": "0",
    "least_maturity": "0",
}


@pytest.mark.parametrize(
    ("fields", "budget", "words"),
    [
        ({"campaign": ""}, 1, "choose one"),
        ({"metric": "roi"}, 1, "that of the spend"),
        ({}, None, "states no budget"),
    ],
)
def test_a_pace_is_of_a_campaign_with_a_budget(client_as, store, fields, budget, words):
    campaign = make_campaign(store, budget_fen=budget)
    asked = FORM | {"campaign": campaign.pk} | fields

    answer = client_as(Role.MARKETER).post(
        "/b/shancha/settings/alerts/new/", asked, headers={"Accept-Language": "en"}
    )

    assert answer.status_code == 422
    assert words in answer.text


def test_a_pace_rule_is_written(client_as, campaign):
    client_as(Role.MARKETER).post(
        "/b/shancha/settings/alerts/new/", FORM | {"campaign": campaign.pk}
    )

    with scope(Hat.ADMIN):
        rule = AlertRule.objects.get()
    assert (rule.comparison, rule.threshold, rule.campaign_id) == ("ahead", 1000, campaign.pk)


def test_the_database_refuses_a_pace_without_a_campaign(brand):
    with pytest.raises(IntegrityError, match="alert_rule_pace_of_a_campaign"):
        make_alert(brand, comparison="ahead", metric="spend")


def test_seven_days_cost_as_many_queries_as_one(client_as, store, note, campaign):
    client = client_as(Role.VIEWER)

    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            page_of(client, campaign)
        return len(captured)

    spend(note, store, 0, 15_000)
    for_one = queries()
    for back in range(1, WEEK):
        spend(note, store, back, 15_000)
        make_pace_rule(campaign, name=f"R{back}")
    assert queries() == for_one
    assert events_of(make_pace_rule(campaign, name="R")) == []
