"""The orders of a store: what is asked for, what is read on, and that no buyer is among it."""

from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from portal.lib import days
from portal.partners import top_orders
from portal.partners.base import Rejected, Unavailable
from portal.partners.top import GMT8, TopApp, TopClient
from portal.sandbox.tests.calls import top_token
from portal.tests.scripted_server import says

DAY = datetime(2025, 6, 22, tzinfo=GMT8)
SPAN = DAY, DAY + timedelta(days=1)
SLICE = DAY, DAY + timedelta(hours=3)
OF_A_BUYER = ("buyer", "receiver", "nick", "address", "phone", "mobile", "alipay_no", "special")


def client_of(url, token="6200e0f5a1"):
    app = {"app_key": "60000001", "app_secret": "sandbox-top-secret"}
    places = {"gateway": "router/rest", "authorize_url": "authorize", "token_url": "token"}
    return TopClient(TopApp.of(app | {k: f"{url}/{v}" for k, v in places.items()}), token)


@pytest.fixture
def client(server):
    return client_of(server.url)


@pytest.fixture
def seller(sandbox):
    return client_of(sandbox.url, top_token(sandbox)["access_token"])


def sent(server):
    return dict(parse_qsl(server.seen[-1].body.decode()))


def answer_with(method, **content):
    return says({f"{method}_response": content | {"request_id": "r"}})


@pytest.mark.parametrize(
    ("ask", "root"),
    [
        (top_orders.trades, "trades_sold_increment_get"),
        (top_orders.refunds, "refunds_receive_get"),
    ],
    ids=["trades", "refunds"],
)
def test_no_field_that_is_asked_for_is_a_buyers(client, server, ask, root):
    server.will(answer_with(root, total_results=0))

    assert ask(client, *SPAN, 1, counted=True) == top_orders.ChangedPage((), 0)

    asked = sent(server)
    assert asked["fields"]
    others = asked["fields"].replace("seller_nick", "")
    assert [word for word in OF_A_BUYER if word in others] == []
    assert (asked["start_modified"], asked["end_modified"]) == (
        "2025-06-22 00:00:00",
        "2025-06-23 00:00:00",
    )


def test_the_fields_of_orders_are_named_one_by_one(client, server):
    server.will(answer_with("trades_sold_increment_get", total_results=0))

    top_orders.trades(client, *SPAN, 1, counted=True)

    assert "orders" not in sent(server)["fields"].split(",")
    assert {"tid", "orders.oid", "orders.divide_order_fee"} <= set(
        sent(server)["fields"].split(",")
    )


def test_what_a_partner_tells_unasked_is_not_read_on(client, server):
    order = {"oid": 2, "status": "TRADE_FINISHED", "buyer_rate": True, "snapshot_url": "x"}
    trade = {"tid": 1, "buyer_nick": "山**客", "orders": {"order": [order]}}
    server.will(answer_with("trades_sold_increment_get", trades={"trade": [trade]}))

    page = top_orders.trades(client, *SPAN, 3, counted=False)

    assert page.rows == ({"tid": 1, "oid": 2, "status": "TRADE_FINISHED"},)
    assert (page.total, sent(server)["use_has_next"], sent(server)["page_no"]) == (
        None,
        "true",
        "3",
    )


def test_of_an_affiliate_order_the_members_id_is_not_read_on(client, server):
    row = {"trade_id": "1", "special_id": 7, "tk_status": 12}
    results = {"publisher_order_dto": [row]}
    server.will(answer_with("tbk_sc_order_details_get", data={"results": results}))

    page = top_orders.affiliate_orders(client, *SLICE)

    assert page == top_orders.SlicePage(({"trade_id": "1", "tk_status": 12},), "")
    assert (sent(server)["query_type"], "jump_type" in sent(server)) == ("4", False)


def test_the_position_of_a_slice_is_handed_back_as_it_came(client, server):
    data = {"has_next": True, "position_index": "175_9"}
    server.will(answer_with("tbk_sc_order_details_get", data=data))

    assert top_orders.affiliate_orders(client, *SLICE, 2, "174_8").position == "175_9"

    asked = sent(server)
    assert (asked["position_index"], asked["jump_type"], asked["page_no"]) == ("174_8", "1", "2")


def test_a_trade_without_sub_orders_is_told_to_be_refused(client, server):
    trades = {"trade": [{"tid": 1, "created": "2025-06-22 09:00:00"}]}
    server.will(answer_with("trades_sold_increment_get", trades=trades))

    (row,) = top_orders.trades(client, *SPAN, 1, counted=False).rows
    assert row == {"tid": 1, "created": "2025-06-22 09:00:00"}


@pytest.mark.parametrize(
    "content", [{"trades": []}, {"trades": {"trade": {}}}, {"trades": {"trade": [1]}}, {}]
)
def test_an_answer_of_another_shape_is_none(client, server, content):
    server.will(answer_with("trades_sold_increment_get", **content))

    with pytest.raises(Unavailable):
        top_orders.trades(client, *SPAN, 1, counted=True)


def test_more_than_a_day_is_refused_for_good(seller):
    with pytest.raises(Rejected, match="isv"):
        top_orders.trades(seller, DAY, DAY + timedelta(days=1, seconds=1), 1, counted=True)


def test_the_sandbox_tells_as_many_trades_as_it_counts(seller):
    counted = top_orders.trades(seller, *SPAN, 1, counted=True)
    pages = range(1, -(-(counted.total or 0) // top_orders.ROWS_PER_PAGE) + 1)
    rows = [
        row
        for number in pages
        for row in top_orders.trades(seller, *SPAN, number, counted=False).rows
    ]

    assert len({row["tid"] for row in rows}) == counted.total > 300
    assert all(set(row) >= {"oid", "status", "divide_order_fee"} for row in rows)


def test_the_sandbox_tells_the_refunds_of_a_day_and_the_affiliates_of_a_slice(seller):
    back = top_orders.refunds(seller, *SPAN, 1, counted=True)
    noon = days.starts_at(date(2025, 6, 22)) + timedelta(hours=12)
    ascribed = top_orders.affiliate_orders(seller, noon, noon + timedelta(hours=3))

    assert len(back.rows) == back.total > 0
    assert set(back.rows[0]) == set(top_orders.REFUND_FIELDS)
    assert set(ascribed.rows[0]) <= set(top_orders.AFFILIATE_FIELDS)
