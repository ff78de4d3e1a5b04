from datetime import timedelta

import httpx
import pytest

from portal.sandbox.tests.calls import call_top, gmt8, top_parameters, top_token

SHANCHA, XIAOMAN = 2200657001, 2200657004
USER = {"fields": "user_id,nick,type"}
ITEM = {"method": "taobao.item.seller.get", "fields": "num_iid,title,price,approve_status"}
ITEMS = {"method": "taobao.items.onsale.get", "fields": "num_iid,title"}


@pytest.fixture(scope="module")
def session(sandbox_process):
    return top_token(sandbox_process, SHANCHA)["access_token"]


@pytest.mark.parametrize("sign_method", ["md5", "hmac", "hmac-sha256"])
def test_a_signed_call_tells_who_the_seller_is(sandbox, session, sign_method):
    answer = call_top(sandbox, session, **USER, sign_method=sign_method)
    assert answer["user_seller_get_response"]["user"] == {
        "user_id": SHANCHA,
        "nick": "山茶官方旗舰店",
        "type": "B",
    }


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"method": None}, 21),
        ({"method": "taobao.nothing.get"}, 22),
        ({"sign": None}, 24),
        ({"sign": "0" * 32}, 25),
        ({"secret": "not-the-secret"}, 25),
        ({"session": None}, 26),
        ({"session": "stolen"}, 27),
        ({"app_key": None}, 28),
        ({"app_key": "12345678"}, 29),
        ({"timestamp": None}, 30),
        ({"timestamp": "yesterday"}, 31),
        ({"fields": None}, 40),
        ({"v": None}, 40),
        ({"sign_method": None, "sign": "x"}, 40),
        ({"fields": "nick,password"}, 41),
        ({"sign_method": "sha1", "sign": "x"}, 41),
        ({"v": "1.0"}, 41),
        ({"format": "xml"}, 41),
    ],
)
def test_a_wrong_call_is_refused_with_its_code_at_http_200(sandbox, session, changed, code):
    error = call_top(sandbox, **({"session": session} | USER | changed))["error_response"]
    assert error["code"] == code
    assert error["msg"]
    assert error["request_id"]


@pytest.mark.parametrize("minutes", [-9, 9])
def test_nine_minutes_of_clock_error_are_tolerated(sandbox, session, minutes):
    sent = USER | {"timestamp": gmt8(timedelta(minutes=minutes))}
    assert "user_seller_get_response" in call_top(sandbox, session, **sent)


@pytest.mark.parametrize("minutes", [-480, -11, 11])
def test_eleven_minutes_of_clock_error_and_utc_are_refused(sandbox, session, minutes):
    sent = USER | {"timestamp": gmt8(timedelta(minutes=minutes))}
    assert call_top(sandbox, session, **sent)["error_response"]["code"] == 31


def test_a_parameter_added_after_signing_breaks_the_signature(sandbox, session):
    sent = top_parameters(session, **USER, sign="0" * 32)
    url = f"{sandbox.url}/router/rest"
    answer = httpx.post(url, data=sent, params={"q": "x"}).json()
    assert answer["error_response"]["code"] == 25


def test_a_c_shop_says_so(sandbox):
    token = top_token(sandbox, XIAOMAN)["access_token"]
    assert call_top(sandbox, token, **USER)["user_seller_get_response"]["user"]["type"] == "C"


def test_the_shop_has_an_id_a_title_and_a_picture(sandbox, session):
    asked = {"method": "taobao.shop.seller.get", "fields": "sid,title,pic_path"}
    shop = call_top(sandbox, session, **asked)["shop_seller_get_response"]["shop"]
    assert (shop["sid"], shop["title"]) == (318840721, "山茶官方旗舰店")
    assert httpx.get(shop["pic_path"]).headers["Content-Type"] == "image/svg+xml"


def test_items_for_sale_come_in_pages(sandbox, session):
    pages = [call_top(sandbox, session, **ITEMS, page_no=n, page_size=5) for n in (1, 2, 3, 4)]
    answers = [page["items_onsale_get_response"] for page in pages]
    ids = [item["num_iid"] for answer in answers for item in answer["items"]["item"]]
    truth = [i for i in sandbox.items(SHANCHA) if i["approve_status"] == "onsale"]
    assert ids == [item["num_iid"] for item in truth]
    assert {answer["total_results"] for answer in answers} == {len(truth)}


def test_items_are_found_by_a_part_of_the_title(sandbox, session):
    found = call_top(sandbox, session, **ITEMS, q="精华油")["items_onsale_get_response"]
    assert found["total_results"] == 2
    assert all("精华油" in item["title"] for item in found["items"]["item"])


@pytest.mark.parametrize("paging", [{"page_size": 201}, {"page_size": 0}, {"page_no": "x"}])
def test_a_page_beyond_the_limits_is_refused(sandbox, session, paging):
    assert call_top(sandbox, session, **ITEMS, **paging)["error_response"]["code"] == 41


def test_an_item_tells_its_state_and_nothing_that_was_not_asked(sandbox, session):
    withdrawn = next(i for i in sandbox.items(SHANCHA) if i["approve_status"] == "instock")
    answer = call_top(sandbox, session, **ITEM, num_iid=withdrawn["num_iid"])
    item = answer["item_seller_get_response"]["item"]
    assert item == {
        "num_iid": withdrawn["num_iid"],
        "title": withdrawn["title"],
        "price": f"{withdrawn['price_fen'] / 100:.2f}",
        "approve_status": "instock",
    }


def test_another_sellers_item_does_not_exist(sandbox, session):
    foreign = sandbox.items(XIAOMAN)[0]["num_iid"]
    for num_iid in (foreign, 999999999999):
        error = call_top(sandbox, session, **ITEM, num_iid=num_iid)["error_response"]
        assert (error["code"], error["sub_code"]) == (15, "isv.item-not-exist")


@pytest.mark.parametrize(("num_iid", "code"), [(None, 40), ("abc", 41), ("9" * 5000, 41)])
def test_an_item_needs_a_numeric_id(sandbox, session, num_iid, code):
    answer = call_top(sandbox, session, **ITEM, num_iid=num_iid)
    assert answer["error_response"]["code"] == code


def test_a_withdrawn_consent_ends_the_session(sandbox):
    token = top_token(sandbox, XIAOMAN)["access_token"]
    sandbox.control(revoke=str(XIAOMAN))
    assert call_top(sandbox, token, **USER)["error_response"]["code"] == 27
