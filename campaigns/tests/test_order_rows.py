"""What an order's row may say, which of two words holds, and what is refused."""

from datetime import date, datetime, timedelta

import pytest

from campaigns.models import AffiliateOrder, StoreOrder, StoreRefund, SyncWindow
from campaigns.reports import changes, top_affiliate, top_refunds, top_trades
from campaigns.reports.base import Asked, PageContext
from merchants.tests.factories import make_connection, make_store
from portal.lib import days
from portal.lib.festivals import festival_on
from portal.lib.scope import Hat, scope
from portal.partners.top_orders import ChangedPage

DAY = date(2025, 6, 22)
NOW = datetime(2025, 6, 23, 9, 40, tzinfo=days.SHANGHAI)
OLD_WORD, NEW_WORD = "2025-06-22 10:00:00", "2025-06-22 18:00:00"


@pytest.fixture
def joined(brand):
    return make_connection(make_store(brand), "top")


def trade(n=1, **fields):
    return {
        "tid": 2_500_000_000_000_000_000 + n,
        "oid": str(2_500_000_000_000_000_000 + n),
        "num_iid": 710500318001,
        "title": "山茶花修护精华油 30ml",
        "num": 1,
        "status": "WAIT_SELLER_SEND_GOODS",
        "created": "2025-06-22 09:00:00",
        "pay_time": "2025-06-22 09:01:00",
        "modified": OLD_WORD,
        "payment": "305.00",
        "divide_order_fee": "298.00",
    } | fields


def refund(n=1, fee="100.00", **fields):
    return {
        "refund_id": str(110_000_000_000_000_000 + n),
        "tid": trade()["tid"],
        "oid": trade()["oid"],
        "refund_fee": fee,
        "status": "SUCCESS",
        "created": "2025-06-22 12:00:00",
        "modified": NEW_WORD,
    } | fields


def affiliate(n=1, **fields):
    return {
        "trade_id": trade(n)["oid"],
        "trade_parent_id": str(trade(n)["tid"]),
        "item_id": "710500318001",
        "item_title": "山茶花修护精华油 30ml",
        "item_num": 1,
        "tk_status": 12,
        "alipay_total_price": "298.00",
        "tk_create_time": "2025-06-22 09:00:01",
        "tk_paid_time": "2025-06-22 09:01:01",
        "tk_earning_time": "--",
        "click_time": "2025-06-22 08:40:00",
        "modified_time": OLD_WORD,
        "adzone_id": 109000001,
        "refund_tag": 0,
    } | fields


def keep(report, joined, *rows):
    own = {"brand_id": joined.brand_id, "store_id": joined.store_id, "connection": joined}
    context = PageContext(SyncWindow(**own, report="x", day=DAY, owed_on=DAY), 1, NOW)
    with scope(Hat.NIGHT):
        changes.ensure_months(StoreOrder.ledger(), [DAY])
        changes.ensure_months(StoreRefund.ledger(), [DAY])
        changes.ensure_months(AffiliateOrder.ledger(), [DAY])
        return report.keep(context, rows)


def every(facts):
    with scope(Hat.NIGHT):
        return list(facts.objects.order_by("known_from", facts.KEY[0]))


def test_the_share_of_what_was_paid_counts_and_a_closed_orders_payment_does_not(joined):
    shares = trade(1), trade(2, divide_order_fee=None), trade(3, pay_time="")
    closed = trade(4, divide_order_fee=None, status="TRADE_CLOSED", payment="0.00")

    keep(top_trades, joined, *shares, closed)

    assert [row.paid_fen for row in every(StoreOrder)] == [29_800, 30_500, None, None]


@pytest.mark.parametrize(
    ("created", "day"),
    [
        ("2025-06-21 23:59:59", date(2025, 6, 21)),
        ("2025-06-22 00:00:00", date(2025, 6, 22)),
    ],
)
def test_an_order_belongs_to_the_day_in_china_on_which_it_was_made(joined, created, day):
    keep(top_trades, joined, trade(created=created))

    assert [row.day for row in every(StoreOrder)] == [day]


@pytest.mark.parametrize(
    "report", [top_trades, top_refunds, top_affiliate], ids=["order", "refund", "affiliate"]
)
def test_an_older_word_never_overwrites_a_newer_one(joined, report):
    table, row = {
        top_trades: (StoreOrder, trade),
        top_refunds: (StoreRefund, refund),
        top_affiliate: (AffiliateOrder, affiliate),
    }[report]
    changed = "modified_time" if report is top_affiliate else "modified"
    keep(report, joined, row(**{changed: NEW_WORD}))

    kept = keep(report, joined, row(2), row(**{changed: OLD_WORD}))

    assert (kept.changed, kept.refused) == (1, [])
    assert sorted(f"{each.modified_at:%H}" for each in every(table))[-1] == "10"  # UTC


def test_of_two_words_in_one_page_the_later_holds_in_whatever_order(joined):
    later = trade(modified=NEW_WORD, status="WAIT_BUYER_CONFIRM_GOODS")

    assert keep(top_trades, joined, later, trade()).changed == 1
    assert keep(top_trades, joined, trade(), later).changed == 0

    assert [row.status for row in every(StoreOrder)] == ["WAIT_BUYER_CONFIRM_GOODS"]


def test_two_words_of_one_moment_are_a_conflict_that_one_of_them_always_wins(joined, caplog):
    other = trade(num=2)

    keep(top_trades, joined, trade(), other)
    assert keep(top_trades, joined, other, trade()).changed == 0

    assert "two words of one moment" in caplog.text


def test_a_new_word_for_a_state_is_believed(joined):
    assert keep(top_trades, joined, trade(status="PAID_FORBID_CONSIGN")).refused == []


@pytest.mark.parametrize(
    "bad",
    [
        {"created": "1970-01-01 08:00:00"},
        {"created": "2099-01-01 00:00:00"},
        {"modified": "2025-06-25 00:00:00"},
        {"created": "22.6.2025"},
        {"created": None},
        {"oid": "25x"},
        {"tid": True},
        {"num_iid": "1" * 16},
        {"divide_order_fee": "-1"},
        {"divide_order_fee": "298.001"},
        {"divide_order_fee": None, "payment": None},
        {"title": 7},
        {"status": "finished"},
        {"num": "many"},
    ],
    ids=[
        *("1970", "2099", "the day after tomorrow", "no moment", "never", "oid", "tid", "item"),
        *("negative", "third decimal", "no amount", "title", "status", "pieces"),
    ],
)
def test_an_order_that_cannot_be_believed_is_refused_and_the_others_are_kept(joined, bad):
    kept = keep(top_trades, joined, trade(1), trade(2, **bad))

    assert (kept.changed, len(kept.refused)) == (1, 1)


def test_a_field_that_is_gone_is_told(joined):
    row = trade()
    del row["status"]

    ((_raw, reason),) = keep(top_trades, joined, row).refused
    assert reason == "The field status is missing."


def test_partial_refunds_count_by_their_id_and_more_than_was_paid_is_refused(joined):
    keep(top_trades, joined, trade())  # 298.00

    first = keep(top_refunds, joined, refund(1), refund(2), refund(2))
    second = keep(top_refunds, joined, refund(3, "98.00"), refund(4, "0.01"))

    assert (first.changed, second.changed) == (2, 1)
    ((raw, reason),) = second.refused
    assert "'0.01'" in raw
    assert reason == "The refunds of this order are more than was paid."


def test_a_refund_that_was_withdrawn_leaves_room_for_another(joined):
    keep(top_trades, joined, trade())
    keep(top_refunds, joined, refund(1, "298.00", status="WAIT_SELLER_AGREE", modified=OLD_WORD))

    withdrawn = refund(1, "298.00", status="CLOSED")
    assert keep(top_refunds, joined, withdrawn, refund(2, "298.00")).refused == []


def test_a_refund_before_its_order_is_kept_and_waits_for_it(joined):
    assert keep(top_refunds, joined, refund(1, "9999.00")).changed == 1
    assert waiting() == 1

    keep(top_trades, joined, trade())
    assert waiting() == 0


def waiting():
    with scope(Hat.NIGHT):
        return StoreRefund.objects.without_order(NOW + timedelta(minutes=1)).count()


def test_an_affiliate_order_without_channel_or_number_of_its_item_is_kept(joined):
    keep(top_affiliate, joined, affiliate(item_id="k3Wq-9tA"), affiliate(2, relation_id=123456))

    first, second = every(AffiliateOrder)
    assert (first.num_iid, first.relation_id, first.settled_at) == ("", "", None)
    assert (second.num_iid, second.relation_id) == ("710500318001", "123456")


def test_an_order_that_changed_where_two_slices_meet_is_no_page_that_came_twice():
    first, second = (top_affiliate.keys([affiliate() | {"slice": n}]) for n in (8, 9))

    assert first != second
    assert first == top_affiliate.keys([affiliate(num=2) | {"slice": 8}])
    assert max(len(key) for key in first + second) <= 24


def test_months_of_long_ago_are_made_before_their_orders_are_kept(joined):
    row = trade(created="2024-02-29 10:00:00")

    changes.make_months(StoreOrder, [row, trade(created="1970-01-01 00:00:00")], "created")

    assert keep(top_trades, joined, row).changed == 1
    assert [each.day for each in every(StoreOrder)] == [date(2024, 2, 29)]


def pages_of(total, shrinks_to=None):
    """Return a platform with so many changes, and what it was asked."""
    asked = []

    def ask(first, last, number, *, counted):
        asked.append((number, counted))
        known = shrinks_to if shrinks_to is not None and len(asked) > 2 else total
        return ChangedPage(({"tid": number},), known if counted else None)

    return ask, asked


def read_all(ask):
    totals, asked = [], Asked("1", DAY)
    while True:
        page = changes.page_backwards(ask, asked)
        totals.append(page.total)
        if not page.more:
            return totals
        asked = Asked("1", DAY, asked.number + 1, page.total)


def test_a_day_is_read_from_its_last_page_to_its_first_and_counted_again_at_the_end():
    ask, asked = pages_of(250)

    assert read_all(ask) == [250, 250, 250]
    assert asked == [(1, True), (3, False), (2, False), (1, True)]


def test_a_day_that_fits_one_page_costs_one_call():
    ask, asked = pages_of(100)

    assert read_all(ask) == [100]
    assert asked == [(1, True)]


def test_a_day_that_loses_rows_meanwhile_declares_no_total():
    assert read_all(pages_of(250, shrinks_to=248)[0]) == [250, 250, None]


def test_a_day_that_gains_rows_meanwhile_has_to_be_read_again():
    assert read_all(pages_of(250, shrinks_to=251)[0]) == [250, 250, 251]


def test_a_festival_is_told_by_its_days():
    assert [getattr(festival_on(date(2025, 6, d)), "name", "") for d in (18, 20, 21)] == [
        "618",
        "618",
        "",
    ]
