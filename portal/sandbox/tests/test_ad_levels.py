"""聚光's reports of account, campaign, unit and creative: they tie, but for what no note has."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from portal.sandbox.tests.calls import call_xhs, xhs_token

LEVELS = ["account", "campaign", "unit", "creativity"]
DAY = date(2025, 6, 18)
ADVERTISERS = [880001, 880002, 880003, 880004]
RATIOS = ("price", "rate", "roi", "ctr", "acp", "cpm", "cpi", "_user_num")


@pytest.fixture
def token(sandbox):
    return xhs_token(sandbox, *ADVERTISERS)["access_token"]


def ask(sandbox, token, level, **changed):
    asked = {"advertiser_id": 880001, "start_date": f"{DAY}", "end_date": f"{DAY}"}
    asked |= {"time_unit": "DAY", "page_size": 500}
    return call_xhs(sandbox, f"/jg/data/report/offline/{level}", token, **asked | changed)


def rows_of(sandbox, token, level, **changed):
    return ask(sandbox, token, level, **changed)["data"]["data_list"]


def number(text):
    return None if text == "-" else Decimal(text.replace(",", ""))


def sums(rows, field):
    """Add up what can be: by the id that `field` names."""
    found = defaultdict(dict)
    for row in rows:
        own = found[row[field]]
        for name, text in row.items():
            if name.endswith(("_id", "_name", "time")) or any(part in name for part in RATIOS):
                continue
            before, value = own.get(name, 0), number(text)
            own[name] = None if before is None or value is None else before + value
    return found


@pytest.mark.parametrize("advertiser_id", ADVERTISERS)
@pytest.mark.parametrize(
    ("level", "below", "field"),
    [
        ("unit", "creativity", "unit_id"),
        ("campaign", "unit", "campaign_id"),
        ("account", "campaign", "advertiser_id"),
    ],
)
def test_each_level_is_the_sum_of_the_one_below(sandbox, token, advertiser_id, level, below, field):
    upper, lower = (
        rows_of(sandbox, token, each, advertiser_id=advertiser_id) for each in (level, below)
    )

    assert len(lower) >= len(upper) >= 1
    assert sums(upper, field) == sums(lower, field)


@pytest.mark.parametrize(("advertiser_id", "has_brand_ads"), [(880001, True), (880002, False)])
def test_the_account_holds_what_no_note_has(sandbox, token, advertiser_id, has_brand_ads):
    (account,) = rows_of(sandbox, token, "account", advertiser_id=advertiser_id)
    notes = rows_of(sandbox, token, "note", advertiser_id=advertiser_id)
    spent = sum(number(row["fee"]) for row in notes)
    ads = [ad for ad in sandbox.ads(advertiser_id) if ad["delivery"]["day"] == f"{DAY}"]
    beside = sum(ad["delivery"]["fee_fen"] for ad in ads if not ad["note_id"])

    assert (beside > 0) == has_brand_ads
    assert number(account["fee"]) - spent == Decimal(beside) / 100


def test_a_creative_of_a_note_is_the_one_that_the_list_of_ads_names(sandbox, token):
    listed = call_xhs(sandbox, "/jg/creativity/search", token, advertiser_id=880001, page_size=100)[
        "data"
    ]["data_list"]
    known = {
        (f"{ad['creativity_id']}", f"{ad['unit_id']}", f"{ad['campaign_id']}", ad["note_id"])
        for ad in listed
    }

    rows = rows_of(sandbox, token, "creativity")
    told = {(r["creativity_id"], r["unit_id"], r["campaign_id"], r["note_id"]) for r in rows}

    assert {row for row in told if row[3] != "-"} <= known
    assert any(row[3] == "-" for row in told)


def test_users_of_several_ads_are_fewer_than_their_sum(sandbox, token):
    (account,) = rows_of(sandbox, token, "account")
    each = [number(row["i_user_num"]) for row in rows_of(sandbox, token, "creativity")]

    assert max(each) < number(account["i_user_num"]) < sum(each)


def test_an_account_without_a_shop_in_the_app_is_told_nothing_of_it(sandbox, token):
    (without,) = rows_of(sandbox, token, "account", advertiser_id=880002)
    (with_one,) = rows_of(sandbox, token, "account", advertiser_id=880003)

    assert (without["goods_visit"], without["rgmv"]) == ("-", "-")
    assert number(with_one["goods_visit"]) > 0


def test_orders_in_the_shop_in_the_app_come_for_a_week(sandbox, token):
    def orders(on):
        sandbox.set_day(on)
        (row,) = rows_of(sandbox, token, "account")
        return number(row["goods_order"])

    told = [orders(date(2025, 6, day)) for day in (19, 23, 26, 28)]

    assert told == sorted(told)
    assert told[0] < told[-2] == told[-1]


def test_a_summary_has_one_row_for_each(sandbox, token):
    span = {"start_date": "2025-06-01", "end_date": "2025-06-22"}
    daily = rows_of(sandbox, token, "campaign", **span)
    summary = rows_of(sandbox, token, "campaign", **span, time_unit="SUMMARY")

    assert {row["time"] for row in summary} == {"2025-06-01 - 2025-06-22"}
    assert sums(summary, "campaign_id") == sums(daily, "campaign_id")


def test_the_pages_together_are_the_whole(sandbox, token):
    whole = ask(sandbox, token, "creativity")["data"]
    pages = [rows_of(sandbox, token, "creativity", page_size=5, page_num=n) for n in range(1, 7)]

    assert [row for page in pages for row in page] == whole["data_list"]
    assert whole["total_count"] == len(whole["data_list"])


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"advertiser_id": 880005}, 10403),
        ({"start_date": "2025-05-18"}, 10400),
        ({"time_unit": "HOUR"}, 10400),
        ({"page_size": 501}, 10400),
        ({"placement": [1]}, 10400),
        ({"split_columns": ["placement"]}, 10400),
    ],
    ids=["advertiser", "span", "unit", "page", "filter", "split"],
)
def test_what_the_note_report_refuses_every_level_refuses(sandbox, token, level, changed, code):
    assert ask(sandbox, token, level, **changed)["code"] == code


@pytest.mark.parametrize("level", LEVELS)
def test_a_day_shows_on_the_next_day(sandbox, token, level):
    sandbox.set_day(DAY)
    assert rows_of(sandbox, token, level) == []
