"""The sandbox's shelf: what changes from day to day, and what a test changes at once."""

from datetime import date

import httpx
import pytest

from portal.sandbox.tests.calls import call_top, top_token

SHANCHA = 2200657001
BOX, LIP, BODY_OIL = 710500689458, 710500730731, 710500854550
FIELDS = "num_iid,price,approve_status,cid,num,modified,list_time,delist_time"
ON_SALE = {"method": "taobao.items.onsale.get", "fields": FIELDS, "page_size": 200}
STORED = ON_SALE | {"method": "taobao.items.inventory.get"}
ONE = {"method": "taobao.item.seller.get", "fields": FIELDS}
SOME = {"method": "taobao.items.seller.list.get", "fields": FIELDS}


@pytest.fixture
def session(sandbox):
    sandbox.control(forget_items=True)
    return top_token(sandbox, SHANCHA)["access_token"]


def listed(sandbox, session, **asked):
    (answer,) = call_top(sandbox, session, **asked).values()
    found = answer.get("items", {}).get("item", [])
    return {item["num_iid"]: item for item in found}


def one(sandbox, session, num_iid):
    return call_top(sandbox, session, **ONE, num_iid=num_iid)["item_seller_get_response"]["item"]


@pytest.mark.parametrize(
    ("day", "is_listed"),
    [(date(2025, 6, 21), True), (date(2025, 6, 22), False), (date(2025, 7, 3), True)],
)
def test_an_item_leaves_the_shelf_for_some_days(sandbox, session, day, is_listed):
    sandbox.set_day(day)

    assert (BOX in listed(sandbox, session, **ON_SALE)) == is_listed
    assert (BOX in listed(sandbox, session, **STORED)) != is_listed


def test_a_price_is_zero_for_a_day(sandbox, session):
    sandbox.set_day(date(2025, 6, 27))
    assert one(sandbox, session, LIP)["price"] == "0.00"
    sandbox.set_day(date(2025, 6, 28))
    assert one(sandbox, session, LIP)["price"] == "99.00"


def test_a_deleted_item_is_unknown_and_left_out_of_several(sandbox, session):
    sandbox.set_day(date(2025, 7, 5))

    error = call_top(sandbox, session, **ONE, num_iid=BODY_OIL)["error_response"]
    several = listed(sandbox, session, **SOME, num_iids=f"{BODY_OIL},{LIP}")

    assert error["sub_code"] == "isv.item-not-exist"
    assert set(several) == {LIP}


def test_who_asks_for_changes_gets_those_alone(sandbox, session):
    since = {"start_modified": "2025-06-21 23:59:59"}

    assert set(listed(sandbox, session, **STORED, **since)) == {BOX}
    assert listed(sandbox, session, **STORED)[BOX]["modified"] == "2025-06-22 00:00:00"


@pytest.mark.parametrize(
    "asked",
    [
        ON_SALE | {"fields": "num_iid,detail_url"},
        STORED | {"banner": "everything"},
        STORED | {"start_modified": "yesterday"},
        ON_SALE | {"page_no": 102},
        SOME | {"num_iids": ",".join(["710500318001"] * 21)},
        SOME | {"num_iids": "710500318001,x"},
    ],
    ids=["a field of single items", "banner", "time", "page 102", "21 items", "no number"],
)
def test_a_question_beyond_the_limits_is_refused(sandbox, session, asked):
    assert call_top(sandbox, session, **asked)["error_response"]["code"] == 41


def test_an_item_changes_at_once_when_a_test_asks_for_it(sandbox, session):
    sandbox.control(item={"num_iid": LIP, "state": "instock", "price_fen": 1})
    assert one(sandbox, session, LIP)["approve_status"] == "instock"

    sandbox.control(forget_items=True)
    assert one(sandbox, session, LIP)["approve_status"] == "onsale"


def test_a_hidden_item_is_in_no_list_and_there_when_asked_for(sandbox, session):
    sandbox.control(item={"num_iid": LIP, "state": "hidden"})

    assert LIP not in listed(sandbox, session, **ON_SALE)
    assert listed(sandbox, session, **SOME, num_iids=str(LIP)) == {}
    assert one(sandbox, session, LIP)["approve_status"] == "onsale"


@pytest.mark.parametrize(
    "wrong", [{"num_iid": 1, "state": "instock"}, {"num_iid": LIP}, {"num_iid": LIP, "state": "x"}]
)
def test_a_wrong_change_is_refused(sandbox, wrong):
    answer = httpx.post(f"{sandbox.url}/world/control", json={"item": wrong})
    assert answer.status_code == 400
