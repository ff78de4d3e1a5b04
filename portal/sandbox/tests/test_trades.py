"""The stores' orders as the sandbox tells of them: their course, its limits, and the truth."""

from collections import Counter
from datetime import date

import pytest

from portal.sandbox.accounts import BY_USER_ID
from portal.sandbox.sales import build_sales
from portal.sandbox.tests.calls import call_top, top_token
from portal.sandbox.truth import build_world

SHANCHA = 2200657001
TRADES = {
    "method": "taobao.trades.sold.increment.get",
    "fields": "tid,created,modified,pay_time,orders.oid,orders.status,orders.divide_order_fee",
    "start_modified": "2025-06-22 00:00:00",
    "end_modified": "2025-06-23 00:00:00",
    "page_size": 100,
}
REFUNDS = TRADES | {
    "method": "taobao.refunds.receive.get",
    "fields": "refund_id,tid,oid,refund_fee,status,created,modified",
}
AFFILIATE = {
    "method": "taobao.tbk.sc.order.details.get",
    "query_type": 4,
    "start_time": "2025-06-22 09:00:00",
    "end_time": "2025-06-22 12:00:00",
    "page_size": 100,
}

SPAN = ("start_time", "end_time")


@pytest.fixture(scope="module")
def session(sandbox_process):
    return top_token(sandbox_process, SHANCHA)["access_token"]


@pytest.fixture(scope="module")
def sales():
    return build_sales(build_world(618), BY_USER_ID[SHANCHA])


def ask(sandbox, session, **asked):
    (answer,) = call_top(sandbox, session, **asked).values()
    return answer


def trades_of(answer):
    return answer.get("trades", {}).get("trade", [])


def test_the_same_world_has_the_same_sales(sales):
    assert build_sales(build_world(618), BY_USER_ID[SHANCHA]) == sales


def test_each_order_that_a_note_brought_is_a_sub_order_of_the_store(sales):
    world = build_world(618)
    lines = {line.oid: (line.paid_fen, line.paid_at) for trade in sales for line in trade.lines}

    brought = {o.order_id: (o.amount_fen, o.paid_at) for o in world.orders[880001]}
    assert brought.items() <= lines.items()
    assert 4 < len(sales) / len(brought) < 6


def test_there_are_refunds_of_every_kind_and_orders_at_the_edge_of_a_day(sales):
    lines = [line for trade in sales for line in trade.lines]
    refunded = Counter(len(line.refunds) for line in lines)
    edges = {f"{line.created_at:%H:%M:%S.%f}" for line in lines}

    assert refunded[1] > refunded[2] > 50
    assert {"00:00:00.000000", "23:59:59.999000"} <= edges
    assert any(len(trade.lines) > 1 for trade in sales)


def test_the_latest_change_comes_first_and_the_pages_are_the_whole(sandbox, session):
    whole = ask(sandbox, session, **TRADES | {"page_size": 100})
    pages = range(1, -(-whole["total_results"] // 10) + 1)
    rows = [
        row
        for number in pages
        for row in trades_of(ask(sandbox, session, **TRADES | {"page_size": 10, "page_no": number}))
    ]

    assert len({row["tid"] for row in rows}) == whole["total_results"] == len(rows) > 50
    assert [row["modified"] for row in rows] == sorted((r["modified"] for r in rows), reverse=True)


def test_who_asks_whether_there_is_more_is_told_no_total(sandbox, session):
    answer = ask(sandbox, session, **TRADES | {"use_has_next": "true", "page_size": 10})

    assert answer["has_next"] is True
    assert "total_results" not in answer


def test_only_the_fields_asked_for_are_told(sandbox, session):
    (row, *_rest) = trades_of(ask(sandbox, session, **TRADES | {"fields": "tid,orders.oid"}))

    assert set(row) == {"tid", "orders"}
    assert set(row["orders"]["order"][0]) == {"oid"}


@pytest.mark.parametrize(
    "asked",
    [
        TRADES | {"end_modified": "2025-06-23 00:00:01"},
        TRADES | {"start_modified": "2025-06-24 00:00:00"},
        TRADES | {"start_modified": "2025-03-01 00:00:00", "end_modified": "2025-03-01 01:00:00"},
        TRADES | {"page_size": 101},
        TRADES | {"fields": "tid,receiver_phone"},
        TRADES | {"use_has_next": "yes"},
        REFUNDS | {"page_size": 101},
        REFUNDS | {"start_modified": "2025/06/22"},
        AFFILIATE | {"end_time": "2025-06-22 12:00:01"},
        AFFILIATE | {"start_time": "2025-06-18 09:00:00", "end_time": "2025-06-18 09:20:01"},
        AFFILIATE | {"start_time": "2025-06-20 23:59:00", "end_time": "2025-06-21 00:59:00"},
        AFFILIATE | {"page_size": 101},
        AFFILIATE | {"query_type": 9},
        AFFILIATE | {"page_no": 2, "jump_type": 1, "position_index": "1_2"},
    ],
    ids=[
        *("more than a day", "backwards", "four months ago", "101 trades", "unknown field"),
        *("no flag", "101 refunds", "no time", "more than 3 h", "more than 20 min"),
        *("out of a festival", "101 orders", "query type", "unknown position"),
    ],
)
def test_what_the_protocol_forbids_is_refused(sandbox, session, asked):
    assert ask(sandbox, session, **asked)["code"] == 41


@pytest.mark.parametrize(
    "asked",
    [
        TRADES | {"fields": None},
        TRADES | {"end_modified": None},
        REFUNDS | {"start_modified": None},
        AFFILIATE | {"start_time": None},
        AFFILIATE | {"page_no": 2},
    ],
    ids=["fields", "end", "start", "start of a slice", "position"],
)
def test_what_is_left_out_is_asked_for(sandbox, session, asked):
    assert ask(sandbox, session, **asked)["code"] == 40


@pytest.mark.parametrize(
    "span",
    [
        ("2025-06-21 00:00:00", "2025-06-21 03:00:00"),
        ("2025-05-12 21:00:00", "2025-05-13 00:00:00"),
    ],
    ids=["the day after", "the evening before"],
)
def test_beside_a_festival_three_hours_are_answered(sandbox, session, span):
    assert "data" in ask(sandbox, session, **AFFILIATE | dict(zip(SPAN, span, strict=True)))


def test_a_position_goes_on_where_the_page_before_ended(sandbox, session):
    whole = ask(sandbox, session, **AFFILIATE)["data"]["results"]["publisher_order_dto"]
    first = ask(sandbox, session, **AFFILIATE | {"page_size": 2})["data"]
    later = {"page_no": 2, "jump_type": 1, "position_index": first["position_index"]}
    rest = ask(sandbox, session, **AFFILIATE | later)["data"]

    told = [page["results"]["publisher_order_dto"] for page in (first, rest)]
    assert [row["trade_id"] for row in whole] == [r["trade_id"] for page in told for r in page]
    assert (first["has_next"], rest["has_next"]) == (True, False)


def test_an_order_closes_with_its_refund_and_its_share_of_the_payment_stays(sandbox, session):
    fields = {"fields": "tid,orders.status,orders.payment,orders.divide_order_fee"}
    day = {"start_modified": "2025-06-10 00:00:00", "end_modified": "2025-06-11 00:00:00"}
    rows = trades_of(ask(sandbox, session, **TRADES | fields | day))

    closed = [
        line
        for row in rows
        for line in row["orders"]["order"]
        if line["status"] == "TRADE_CLOSED" and len(row["orders"]["order"]) == 1
    ]
    assert closed
    assert all(line["payment"] == "0.00" < line["divide_order_fee"] for line in closed)


def test_the_truth_of_a_past_day_does_not_know_what_came_later(sandbox):
    now = sandbox.sales(SHANCHA)
    sandbox.set_day(date(2025, 6, 20))

    earlier = sandbox.sales(SHANCHA)

    assert len(earlier["orders"]) < len(now["orders"])
    assert max(each["modified_at"] for each in earlier["refunds"]) < "2025-06-20T00"
