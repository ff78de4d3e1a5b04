"""The lists of items, several items at once, and what tells a lost item from a failure."""

from datetime import datetime
from urllib.parse import parse_qsl

import pytest

from portal.partners.base import Rejected
from portal.partners.top import GMT8, LIST_FIELDS, Shelf, TopApp, TopClient, says_gone
from portal.tests.scripted_server import says

ITEM = {
    "num_iid": 612345678901,
    "title": "山茶花精华油 30ml",
    "price": "268.00",
    "approve_status": "instock",
    "cid": 50011977,
    "num": 12,
    "modified": "2025-06-22 08:30:00",
    "list_time": "2025-06-20 00:00:00",
}


@pytest.fixture
def client(server):
    app = {
        "app_key": "60000001",
        "app_secret": "sandbox-top-secret",
        "gateway": f"{server.url}/router/rest",
        "authorize_url": f"{server.url}/authorize",
        "token_url": f"{server.url}/token",
    }
    return TopClient(TopApp.of(app), "6200e0f5a1")


def listed(*items, root="items_inventory_get_response"):
    return says({root: {"items": {"item": list(items)}, "total_results": len(items)}})


def sent(server):
    return dict(parse_qsl(server.seen[-1].body.decode()))


def test_what_lies_off_the_shelf_is_asked_for_by_its_banner_and_its_last_change(client, server):
    server.will(listed(ITEM))

    page = client.listed_items(Shelf.WAITING, 3, since=datetime(2025, 6, 22, 8, tzinfo=GMT8))

    asked = sent(server)
    assert asked["method"] == "taobao.items.inventory.get"
    assert (asked["banner"], asked["page_no"]) == ("for_shelved", "3")
    assert asked["start_modified"] == "2025-06-22 08:00:00"
    assert asked["fields"] == LIST_FIELDS
    assert (page.total, page.items[0].approve_status) == (1, "instock")


def test_an_item_has_its_category_its_stock_and_its_times_in_beijing(client, server):
    server.will(listed(ITEM))

    (item,) = client.listed_items(Shelf.SOLD_OUT, 1).items

    assert (item.cid, item.stock, item.delist_at) == ("50011977", 12, None)
    assert item.modified_at == datetime(2025, 6, 22, 8, 30, tzinfo=GMT8)


@pytest.mark.parametrize("field", [{"modified": "yesterday"}, {"num": -1}, {"cid": "a b"}])
def test_an_item_that_makes_no_sense_costs_no_other(client, server, field):
    server.will(listed(ITEM, ITEM | field))

    page = client.listed_items(Shelf.WAITING, 1)

    assert (len(page.items), [row.key for row in page.unread]) == (1, [str(ITEM["num_iid"])])


def test_several_items_are_asked_for_at_once_and_the_lost_ones_are_left_out(client, server):
    server.will(listed(ITEM, root="items_seller_list_get_response"))

    found = client.items(["612345678901", "612345678902"])

    assert sent(server)["num_iids"] == "612345678901,612345678902"
    assert [item.num_iid for item in found] == ["612345678901"]


def test_none_of_several_items_is_an_answer_too(client, server):
    server.will(says({"items_seller_list_get_response": {"request_id": "r"}}))

    assert client.items(["612345678901"]) == ()


@pytest.mark.parametrize(
    ("sub_code", "is_gone"),
    [
        ("isv.item-not-exist", True),
        ("isv.item-not-exist:invalid-numIid-or-iid", True),
        ("isv.item-is-delete:invalid-numIid-or-iid", True),
        ("isv.permission-api-package-limit", False),
    ],
)
def test_only_a_plain_word_says_that_an_item_is_gone(client, server, sub_code, is_gone):
    error = {"code": 15, "msg": "Remote service error", "sub_code": sub_code}
    server.will(says({"error_response": error}))

    with pytest.raises(Rejected) as refusal:
        client.item("612345678901")

    assert says_gone(refusal.value) == is_gone
