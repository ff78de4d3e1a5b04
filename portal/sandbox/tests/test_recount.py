"""The report against a count of our own, from the raw events of the world's truth."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from portal.sandbox.tests.calls import report, xhs_token

ADVERTISERS = [880001, 880002, 880003, 880004, 880005]
AS_OF = [date(2025, 5, 20), date(2025, 6, 19), date(2025, 6, 23), date(2025, 7, 25)]


def days_since(event, name):
    then, clicked = (datetime.fromisoformat(event[key]) for key in (name, "ad_clicked_at"))
    return (then - clicked) / timedelta(days=1)


def ad_click_day(event):
    return event["note_id"], event["ad_clicked_at"][:10]


def recount(truth):
    """Count visits, orders and GMV by note and ad-click day from the events alone."""
    cancelled = {event["order_id"] for event in truth["cancellations"]}
    counts = defaultdict(lambda: defaultdict(int))
    for jump in truth["jumps"]:
        if days_since(jump, "jumped_at") <= 7:
            counts[ad_click_day(jump)]["visits"] += 1
    for order in truth["orders"]:
        for window in (7, 15, 30):
            if order["order_id"] not in cancelled and days_since(order, "paid_at") <= window:
                counts[ad_click_day(order)][f"orders_{window}"] += 1
                counts[ad_click_day(order)][f"fen_{window}"] += order["amount_fen"]
    return counts


def fen(text):
    return int(Decimal(text) * 100)


def whole(text):
    return int(text.replace(",", ""))


@pytest.fixture
def ask(sandbox):
    tokens = xhs_token(sandbox, *ADVERTISERS)

    def rows_of(advertiser_id, as_of):
        sandbox.set_day(as_of)
        token, last = tokens["access_token"], as_of - timedelta(days=1)
        rows = report(sandbox, token, last - timedelta(days=30), last, advertiser_id=advertiser_id)
        return {(row["note_id"], row["time"]): row for row in rows}

    return rows_of


@pytest.mark.parametrize("as_of", AS_OF)
@pytest.mark.parametrize("advertiser_id", ADVERTISERS)
def test_the_report_equals_a_recount_of_the_events(sandbox, ask, advertiser_id, as_of):
    rows = ask(advertiser_id, as_of)
    truth = sandbox.truth(advertiser_id, as_of)
    expected, withheld = recount(truth), {n["note_id"]: n["withheld_from"] for n in truth["notes"]}
    delivered = {(d["note_id"], d["day"]): d for d in truth["deliveries"]}
    assert len(rows) > 100
    assert set(rows) == {key for key in delivered if key[1] >= min(time for _, time in rows)}
    for key, row in rows.items():
        assert_delivery(row, delivered[key])
        assert whole(row["external_goods_visit_7"]) == expected[key]["visits"]
        if withheld[key[0]] and key[1] >= withheld[key[0]]:
            assert row["external_rgmv_30"] == row["external_goods_order_7"] == "-"
        else:
            assert_conversions(row, expected[key])


def assert_delivery(row, delivery):
    names = ("impression", "click", "like", "comment", "collect", "share", "follow")
    assert [whole(row[name]) for name in names] == [delivery[name] for name in names]
    assert fen(row["fee"]) == delivery["fee_fen"]


def assert_conversions(row, expected):
    for window in (7, 15, 30):
        assert whole(row[f"external_goods_order_{window}"]) == expected[f"orders_{window}"]
        assert fen(row[f"external_rgmv_{window}"]) == expected[f"fen_{window}"]


def test_ratios_follow_from_the_counts_of_their_row(ask):
    rows = ask(880001, date(2025, 6, 23)).values()
    for row in rows:
        fee, click, visits = Decimal(row["fee"]), whole(row["click"]), row["external_goods_visit_7"]
        assert row["acp"] == f"{rounded(fee / click)}"
        assert row["ctr"] == f"{rounded(Decimal(100 * click) / whole(row['impression']))}%"
        assert row["cpm"] == f"{rounded(fee * 1000 / whole(row['impression']))}"
        assert row["external_goods_visit_price_7"] == f"{rounded(fee / whole(visits))}"
        if row["external_rgmv_15"] != "-":
            assert row["external_roi_15"] == f"{rounded(Decimal(row['external_rgmv_15']) / fee)}"


def rounded(value):
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_orders_only_grow_from_day_to_day_but_for_cancellations(sandbox, ask):
    grown = shrunk = 0
    for n in range(8):
        day = date(2025, 6, 19) + timedelta(days=n)
        before, after = ask(880001, day), ask(880001, day + timedelta(days=1))
        known = {c["order_id"] for c in sandbox.truth(880001, day)["cancellations"]}
        truth = sandbox.truth(880001, day + timedelta(days=1))
        new = {c["order_id"] for c in truth["cancellations"]} - known
        cancelled = {ad_click_day(o) for o in truth["orders"] if o["order_id"] in new}
        for key in before.keys() & after.keys():
            change = orders_30(after[key]) - orders_30(before[key])
            assert change >= 0 or key in cancelled
            grown, shrunk = grown + (change > 0), shrunk + (change < 0)
    assert grown > 50
    assert shrunk > 0


def orders_30(row):
    return 0 if row["external_goods_order_30"] == "-" else whole(row["external_goods_order_30"])


def test_a_longer_window_never_holds_less(ask):
    for row in ask(880003, date(2025, 6, 23)).values():
        by_window = [whole(row[f"external_goods_order_{n}"]) for n in (7, 15, 30)]
        assert by_window == sorted(by_window)


def test_every_day_is_cut_in_shanghai(sandbox):
    events = sandbox.truth(880001)["jumps"]
    assert {event["ad_clicked_at"][-6:] for event in events} == {"+08:00"}


def test_the_truth_of_a_day_holds_nothing_that_happened_later(sandbox):
    truth = sandbox.truth(880001, date(2025, 6, 1))
    moments = [jump["jumped_at"] for jump in truth["jumps"]]
    moments += [order["paid_at"] for order in truth["orders"]]
    moments += [event["cancelled_at"] for event in truth["cancellations"]]
    moments += [delivery["day"] for delivery in truth["deliveries"]]
    assert max(moments) < "2025-06-01"
