import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from portal.partners.base import ClockOff, NeedsConsent, Rejected, TokenExpired, Unavailable
from portal.partners.top import Item, Seller, Shop, TopApp, TopClient, sign
from portal.tests.scripted_server import says, sends


@pytest.fixture
def app(server):
    return TopApp.of(
        {
            "app_key": "60000001",
            "app_secret": "sandbox-top-secret",
            "gateway": f"{server.url}/router/rest",
            "authorize_url": f"{server.url}/authorize",
            "token_url": f"{server.url}/token",
            "sign_method": "hmac-sha256",
        }
    )


@pytest.fixture
def client(app):
    return TopClient(app, "6200e0f5a1")


def refusal(code, sub_code="", msg="Error", sub_msg=""):
    error = {"code": code, "msg": msg, "sub_code": sub_code, "sub_msg": sub_msg}
    return says({"error_response": {k: v for k, v in error.items() if v} | {"request_id": "r"}})


def sent(server):
    return dict(parse_qsl(server.seen[-1].body.decode()))


def test_the_seller_is_read(client, server, recorded):
    server.will(says(recorded("top/seller")))
    assert client.seller() == Seller("2200657001", "山茶官方旗舰店", "B")


def test_the_shop_is_read(client, server, recorded):
    server.will(says(recorded("top/shop")))
    assert client.shop() == Shop("318840721", "山茶官方旗舰店", "/a1/shancha.png")


def test_an_item_is_read_with_its_price_in_fen(client, server, recorded):
    server.will(says(recorded("top/item")))
    assert client.item("612345678901") == Item(
        num_iid="612345678901",
        title="山茶花精华油 30ml",
        price_fen=26800,
        picture="https://img.example.test/1.jpg",
        approve_status="instock",
        nick="山茶官方旗舰店",
        detail_url="https://detail.tmall.com/item.htm?id=612345678901",
    )


def test_a_page_of_items_is_read_with_the_total(client, server, recorded):
    server.will(says(recorded("top/items")))

    page = client.onsale_items(2, 50, q="山茶")

    assert [item.price_fen for item in page.items] == [26800, 8990]
    assert page.total == 12
    assert (sent(server)["page_no"], sent(server)["q"]) == ("2", "山茶")


def test_a_store_without_items_has_an_empty_page(client, server, recorded):
    server.will(says(recorded("top/no_items")))
    assert client.onsale_items(1).items == ()


@pytest.fixture
def in_new_york(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_new_york")
def test_the_request_is_a_signed_form_in_beijing_time(client, server, recorded):
    server.will(says(recorded("top/seller")))

    client.seller()

    form = sent(server)
    assert form["sign"] == sign(form, "sandbox-top-secret")
    assert (form["session"], form["method"]) == ("6200e0f5a1", "taobao.user.seller.get")
    stamp = datetime.fromisoformat(form["timestamp"] + "+08:00")
    assert abs(stamp - datetime.now(UTC)) < timedelta(seconds=5)
    assert server.seen[0].headers["content-type"].startswith("application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("seconds_text", "wait"),
    [
        ("This ban will last for 12 more seconds", 13.0),
        ("This ban will last for 0 more seconds", 1),
    ],
)
def test_a_ban_is_waited_out_and_a_second_more(client, server, seconds_text, wait):
    server.will(
        refusal(7, "accesscontrol.limited-by-api-access-count", "App Call Limited", seconds_text)
    )
    with pytest.raises(Unavailable) as caught:
        client.seller()
    assert caught.value.retry_after == wait
    assert len(server.seen) == 1


def test_the_daily_quota_comes_back_at_midnight_in_beijing(client, server, time_machine):
    time_machine.move_to(datetime(2026, 1, 1, 15, 59, 0, tzinfo=UTC), tick=False)
    server.will(refusal(7, "accesscontrol.limited-by-app-access-count", "App Call Limited"))
    with pytest.raises(Unavailable) as caught:
        client.seller()
    assert caught.value.retry_after == 60.0


def test_a_limit_without_a_time_is_unavailable(client, server):
    server.will(refusal(7, "accesscontrol.limited-by-app-api-access-count"))
    with pytest.raises(Unavailable) as caught:
        client.seller()
    assert caught.value.retry_after is None


@pytest.mark.parametrize("sub_code", ["isp.remote-service-timeout", "isp.unknown-error"])
@pytest.mark.parametrize("code", [15, 50])
def test_trouble_on_their_side_passes(client, server, code, sub_code):
    server.will(refusal(code, sub_code))
    with pytest.raises(Unavailable, match="isp"):
        client.seller()


def test_a_remote_service_error_without_a_reason_passes(client, server):
    server.will(refusal(15))
    with pytest.raises(Unavailable):
        client.seller()


@pytest.mark.parametrize(
    ("code", "sub_code", "expected"),
    [
        (15, "isv.item-not-exist:ITEM", "isv.item-not-exist:ITEM"),
        (11, "isv.permission-api-package-limit", "isv.permission-api-package-limit"),
        *((code, "", str(code)) for code in (12, 21, 22, 24, 25, 28, 29, 30, 31, 40, 41)),
    ],
)
def test_what_is_our_fault_is_rejected_in_their_words(client, server, code, sub_code, expected):
    server.will(refusal(code, sub_code, "Remote service error", "商品不存在"))
    with pytest.raises(Rejected, match="商品不存在") as caught:
        client.item("612345678901")
    assert caught.value.code == expected


def test_an_invalid_session_asks_for_a_refresh(client, server):
    server.will(refusal(27, "isv.invalid-session", "Invalid session"))
    with pytest.raises(TokenExpired, match="Invalid session"):
        client.seller()


def test_a_missing_session_asks_for_consent(client, server):
    server.will(refusal(26, msg="Missing session"))
    with pytest.raises(NeedsConsent):
        client.seller()


def test_a_refused_timestamp_tells_how_far_the_clocks_are_apart(client, server):
    body = json.dumps({"error_response": {"code": 31, "msg": "Invalid timestamp"}}).encode()
    date = (datetime.now(UTC) + timedelta(minutes=11)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    head = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: {len(body)}\r\n\r\n"
    server.will(sends(head.encode() + body))
    with pytest.raises(ClockOff, match=r"Their clock is \+6[56]\d s from ours"):
        client.seller()


@pytest.mark.parametrize(
    "reply",
    [
        says("<html>请登录</html>"),
        says("", status=403),
        says('{"user_seller_get_response": {"user": {"type": NaN}}}'),
        says("[]"),
        says({"shop_seller_get_response": {}}),
        says({"user_seller_get_response": {}}),
        says({"user_seller_get_response": {"user": []}}),
        says({"user_seller_get_response": {"user": {"user_id": 1, "type": "B"}}}),
        says({"user_seller_get_response": {"user": {"user_id": True, "nick": "a", "type": "B"}}}),
        says({"user_seller_get_response": {"user": {"user_id": "a b", "nick": "a", "type": "B"}}}),
        says(
            {"user_seller_get_response": {"user": {"user_id": "1" * 21, "nick": "a", "type": "B"}}}
        ),
        says({"user_seller_get_response": {"user": {"user_id": 1, "nick": "a", "type": "X"}}}),
        says({"user_seller_get_response": {"user": {"user_id": 1, "nick": 5, "type": "B"}}}),
        says({"error_response": {"msg": "no code"}}),
        says({"error_response": "broken"}),
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
    ],
)
def test_an_answer_of_another_shape_is_unavailable(client, server, reply):
    server.will(reply, reply, reply)
    with pytest.raises(Unavailable):
        client.seller()


@pytest.mark.parametrize("price", ["-1", "NaN", "1.005", "", "１", "1e400"])
def test_a_price_that_is_none_is_unavailable(client, server, recorded, price):
    server.will(says(recorded("top/item").replace("268.00", price)))
    with pytest.raises(Unavailable, match="price"):
        client.item("612345678901")


def test_what_postgresql_cannot_store_is_replaced(client, server, recorded):
    server.will(says(recorded("top/shop").replace("山茶", "\\u0000\\ud800")))
    assert client.shop().title == "��官方旗舰店"


def test_a_server_error_is_tried_again_and_a_wait_is_kept(client, server, recorded):
    server.will(says("", status=502), says(recorded("top/seller")))
    assert client.seller().kind == "B"
    server.will(says("", status=429, retry_after="30"))
    with pytest.raises(Unavailable) as caught:
        client.seller()
    assert caught.value.retry_after == 30.0


def test_a_body_over_the_cap_is_rejected(client, server):
    server.will(says(gzip.compress(bytes(10_000_000)), content_encoding="gzip"))
    with pytest.raises(Rejected, match="too-large"):
        client.seller()


def test_the_consent_page_is_told_where_to_return(app):
    url = urlsplit(app.consent_url(state="s&1", redirect_uri="http://localhost:8000/back?a=1"))
    assert url.path == "/authorize"
    assert parse_qs(url.query) == {
        "response_type": ["code"],
        "client_id": ["60000001"],
        "redirect_uri": ["http://localhost:8000/back?a=1"],
        "state": ["s&1"],
        "view": ["tmall"],
    }


def test_a_code_is_exchanged_for_a_token(app, server, recorded):
    server.will(says(recorded("top/token")))

    token = app.exchange("code-1", redirect_uri="http://localhost:8000/back")

    assert (token.seller_id, token.nick) == ("2200657001", "山茶官方旗舰店")
    assert (token.access_token, token.refresh_token) == ("6200e0f5a1", "6201b7c3d9")
    assert timedelta(hours=23) < token.expires_at - datetime.now(UTC) <= timedelta(days=1)
    assert sent(server) == {
        "grant_type": "authorization_code",
        "code": "code-1",
        "redirect_uri": "http://localhost:8000/back",
        "client_id": "60000001",
        "client_secret": "sandbox-top-secret",
    }


def test_a_refused_code_is_rejected_in_their_words(app, server):
    refused = {"error": "invalid_grant", "error_description": "code expired"}
    server.will(says(refused, status=400))
    with pytest.raises(Rejected, match="invalid_grant: code expired"):
        app.exchange("code-1", redirect_uri="http://localhost:8000/back")


def test_a_refused_refresh_needs_consent(app, server):
    server.will(says({"error": "invalid_grant"}, status=400))
    with pytest.raises(NeedsConsent, match="invalid_grant"):
        app.refresh("old")


def test_our_own_wrong_secret_is_no_reason_to_ask_the_merchant(app, server):
    server.will(says({"error": "invalid_client"}, status=400))
    with pytest.raises(Rejected, match="invalid_client"):
        app.refresh("old")


def test_a_code_is_never_sent_twice(app, server):
    server.will(says("", status=503), says("", status=503))
    with pytest.raises(Unavailable):
        app.exchange("code-1", redirect_uri="http://localhost:8000/back")
    assert len(server.seen) == 1


def test_a_token_without_a_life_is_unavailable(app, server, recorded):
    server.will(says(recorded("top/token").replace("86400", '"soon"')))
    with pytest.raises(Unavailable, match="expires_in"):
        app.refresh("old")


def test_no_secret_shows_when_it_is_printed(app, server, recorded):
    server.will(says(recorded("top/token")))
    token = app.refresh("old")
    printed = repr([app, token, TopClient(app, token.access_token)])
    for secret in ("sandbox-top-secret", token.access_token, token.refresh_token):
        assert secret not in printed
