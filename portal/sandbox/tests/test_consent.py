from urllib.parse import unquote

import httpx
import pytest

from portal.sandbox.tests.calls import (
    CALLBACK,
    TOP_APP,
    TOP_ASK,
    XHS_ASK,
    answer_consent,
    top_code,
    top_token,
)

PAGES = [("/authorize", TOP_ASK, "redirect_uri"), ("/auth", XHS_ASK, "redirectUri")]
HOSTILE = [
    "",
    "/callback",
    "https://evil.example/callback",
    "http://localhost.evil.example/",
    "http://localhost@evil.example/",
    "http://evil.example\\@localhost/",
    "http://localhost\\.evil.example/",
    "http://[",
    "javascript://localhost/%0aalert(1)",
    "http://localhost:8000/\r\nSet-Cookie: a=b",
]


def exchange(sandbox, **form):
    return httpx.post(f"{sandbox.url}/token", data=TOP_APP | form)


@pytest.mark.parametrize(("path", "ask", "_"), PAGES)
def test_the_consent_page_offers_all_accounts_and_both_answers(sandbox, path, ask, _):
    page = httpx.get(f"{sandbox.url}{path}", params=ask)
    assert page.status_code == 200
    for words in ("山茶官方旗舰店", "小满手作铺", "授权", "拒绝"):
        assert words in page.text


def test_allowing_at_tmall_sends_a_code_and_the_state_back(sandbox):
    got = answer_consent(sandbox, "/authorize", TOP_ASK, seller=2200657001, decision="allow")
    assert set(got) == {"code", "state"}
    assert got["state"] == "s-1"


def test_a_plan_sends_back_what_was_forged(sandbox):
    forged = {"name": "state", "value": "forged"}
    sandbox.plan({"match": {"path": "/authorize"}, "fault": "forged_callback", "args": forged})

    told = answer_consent(sandbox, "/authorize", TOP_ASK, seller=2200657001, decision="allow")

    assert (told["state"], "code" in told, sandbox.hits()) == ("forged", True, [1])


def test_allowing_at_xiaohongshu_sends_an_auth_code_and_the_state_back(sandbox):
    form = {"advertiser": [880001, 880002], "decision": "allow"}
    got = answer_consent(sandbox, "/auth", XHS_ASK, **form)
    assert set(got) == {"auth_code", "state"}


@pytest.mark.parametrize(("path", "ask", "_"), PAGES)
def test_refusing_sends_the_refusal_and_the_state_back(sandbox, path, ask, _):
    got = answer_consent(sandbox, path, ask, decision="refuse")
    assert got["error"] == "access_denied"
    assert got["error_description"]
    assert got["state"] == ask["state"]


@pytest.mark.parametrize(("path", "ask", "_"), PAGES)
def test_allowing_without_a_choice_asks_again(sandbox, path, ask, _):
    response = httpx.post(f"{sandbox.url}{path}", params=ask, data={"decision": "allow"})
    assert response.status_code == 422
    assert "选择" in response.text


@pytest.mark.parametrize("target", HOSTILE)
@pytest.mark.parametrize(("path", "ask", "name"), PAGES)
def test_an_address_that_is_not_the_portals_is_never_followed(sandbox, path, ask, name, target):
    url, sent = f"{sandbox.url}{path}", ask | {name: target}
    allow = {"decision": "allow", "seller": 2200657001, "advertiser": 880001}
    assert httpx.get(url, params=sent).status_code == 400
    assert httpx.post(url, params=sent, data=allow).status_code == 400


@pytest.mark.parametrize(
    ("path", "ask"),
    [
        ("/authorize", TOP_ASK | {"client_id": "1"}),
        ("/authorize", TOP_ASK | {"response_type": "token"}),
        ("/auth", XHS_ASK | {"appId": "1"}),
        ("/auth", XHS_ASK | {"scope": "report_service"}),
        ("/auth", XHS_ASK | {"scope": '["everything"]'}),
        ("/auth", XHS_ASK | {"scope": "[[]]"}),
        ("/auth", XHS_ASK | {"scope": "[]"}),
    ],
)
def test_an_unknown_application_or_scope_gets_an_error_page(sandbox, path, ask):
    response = httpx.get(f"{sandbox.url}{path}", params=ask)
    assert response.status_code == 400
    assert "无法授权" in response.text


def test_a_callback_that_has_a_query_keeps_it(sandbox):
    ask = TOP_ASK | {"redirect_uri": CALLBACK + "?next=%2Fb%2Fshancha"}
    got = answer_consent(sandbox, "/authorize", ask, seller=2200657001, decision="allow")
    assert got["next"] == "/b/shancha"
    assert got["code"]


def test_a_tmall_code_buys_a_token_pair_and_the_sellers_name(sandbox):
    token = top_token(sandbox, 2200657003)
    assert unquote(token["taobao_user_nick"]) == "野径户外旗舰店"
    assert token["taobao_user_nick"].isascii()
    assert token["taobao_user_id"] == "2200657003"
    assert (token["expires_in"], token["re_expires_in"]) == (86_400, 2_592_000)


def test_a_tmall_refresh_gives_a_new_pair(sandbox):
    old = top_token(sandbox)
    form = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}
    new = exchange(sandbox, **form).json()
    assert new["access_token"] != old["access_token"]
    assert new["refresh_token"] != old["refresh_token"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "1"}, "invalid_client"),
        ({"client_secret": "guess"}, "invalid_client"),
        ({"code": "guess"}, "invalid_grant"),
        ({"redirect_uri": "http://localhost:8000/other"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
    ],
)
def test_the_token_endpoint_says_what_is_wrong(sandbox, changed, error):
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    response = exchange(sandbox, **(form | {"code": top_code(sandbox)} | changed))
    assert response.status_code == 400
    assert response.json()["error"] == error
    assert response.json()["error_description"]


def test_a_tmall_code_is_good_once(sandbox):
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    form["code"] = top_code(sandbox)
    assert [exchange(sandbox, **form).status_code for _ in range(2)] == [200, 400]
