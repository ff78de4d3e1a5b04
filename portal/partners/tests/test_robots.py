"""Group robots: strict addresses, signatures as documented, plain messages, and their answers."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.partners.robots import MOST_BYTES, ROBOTS, BadAddress, Message, is_taken, written

HEX = "0123456789abcdef" * 4
UUID = "693a91f6-7d3c-4a1b-9c2d-1f2e3d4c5b6a"
GOOD = [
    ("dingtalk", f"https://oapi.dingtalk.com/robot/send?access_token={HEX}"),
    ("feishu", f"https://open.feishu.cn/open-apis/bot/v2/hook/{UUID}"),
    ("feishu", f"https://open.larksuite.com/open-apis/bot/v2/hook/{UUID}"),
    ("wecom", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={UUID}"),
]
MESSAGE = Message("红猫 RedCat · 山茶", "跳转太贵", "https://redcat.example/b/shancha/", "Open:")
AT = 1_750_642_800.5


@pytest.mark.parametrize(("kind", "url"), GOOD)
def test_an_address_is_taken_and_shown_with_the_last_of_its_token(kind, url):
    found = ROBOTS[kind].address(url)

    assert found.url == url
    assert found.host == urlsplit(url).hostname
    assert found.masked[-5:] == f"…{url[-4:]}"
    assert (HEX[:8] in found.masked, UUID[:8] in found.masked) == (False, False)


@pytest.mark.parametrize(("kind", "url"), GOOD)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url.replace("https", "http"),
        lambda url: url.replace("://", "://user@"),
        lambda url: url.replace(".com", ".com.evil.test").replace(".cn", ".cn.evil.test"),
        lambda url: url.replace("://", "://evil.test/"),
        lambda url: url.replace("://", "://x."),
        lambda url: url + "&key=1",
        lambda url: url + "#x",
        lambda url: url + "\n",
        lambda url: url[:-60],
        lambda url: url.replace("/send", "/other").replace("/hook", "/other"),
        lambda url: url.replace(".com/", ".com:8443/").replace(".cn/", ".cn:8443/"),
        str.upper,
    ],
)
def test_what_is_not_to_the_letter_such_an_address_is_refused(kind, url, spoil):
    with pytest.raises(BadAddress):
        ROBOTS[kind].address(spoil(url))


def test_another_platforms_address_is_refused():
    with pytest.raises(BadAddress):
        ROBOTS["wecom"].address(GOOD[0][1])


def test_the_sandbox_stands_for_the_platforms_only_where_it_is_named():
    url = f"http://localhost:8001/robots/wecom/cgi-bin/webhook/send?key={UUID}"
    sandbox = "http://localhost:8001/robots/wecom"

    assert ROBOTS["wecom"].address(url, sandbox=sandbox).host == "localhost"
    with pytest.raises(BadAddress):
        ROBOTS["wecom"].address(url)


def test_dingtalk_is_signed_in_the_address():
    url, body = ROBOTS["dingtalk"].signed(GOOD[0][1], "{}", "SECabc", AT)

    asked = {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
    signed = hmac.new(b"SECabc", b"1750642800500\nSECabc", hashlib.sha256).digest()
    assert asked == {
        "access_token": HEX,
        "timestamp": "1750642800500",
        "sign": base64.b64encode(signed).decode(),
    }
    assert body == "{}"


def test_feishu_is_signed_in_the_body():
    sent = written(ROBOTS["feishu"].body(MESSAGE))
    url, body = ROBOTS["feishu"].signed(GOOD[1][1], sent, "abc", AT)

    said = json.loads(body)
    signed = hmac.new(b"1750642800\nabc", b"", hashlib.sha256).digest()
    assert url == GOOD[1][1]
    assert said.pop("timestamp") == "1750642800"
    assert said.pop("sign") == base64.b64encode(signed).decode()
    assert said == json.loads(sent)


@pytest.mark.parametrize("kind", ["dingtalk", "wecom"])
def test_a_message_is_plain_text_with_its_link(kind):
    body = ROBOTS[kind].body(MESSAGE)

    assert body["msgtype"] == "text"
    assert body["text"]["content"].splitlines() == [
        "红猫 RedCat · 山茶",
        "跳转太贵",
        "Open: https://redcat.example/b/shancha/",
    ]


def test_in_feishu_a_name_mentions_nobody():
    evil = Message("t", '<at user_id="all">all</at>', "https://redcat.example/", "Open:")

    body = ROBOTS["feishu"].body(evil)

    assert body["msg_type"] == "post"
    assert body["content"]["post"]["zh_cn"]["content"][0] == [{"tag": "text", "text": evil.text}]


def test_a_long_message_is_cut_and_keeps_its_link():
    content = ROBOTS["wecom"].body(
        Message("题", "链" * 2000, "https://redcat.example/b/x/", "打开：")
    )["text"]["content"]

    assert len(content.encode()) < 2048
    assert len(content.encode()) > MOST_BYTES
    assert content.endswith("…\n打开： https://redcat.example/b/x/")


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ({"errcode": 0, "errmsg": "ok"}, True),
        ({"errcode": 310000, "errmsg": "sign not match"}, False),
        ({"errcode": 45009, "errmsg": "api freq out of limit"}, False),
        ({"StatusCode": 0, "StatusMessage": "success", "code": 0, "msg": "success"}, True),
        ({"code": 19021, "msg": "sign match fail"}, False),
        ({"code": 0, "StatusCode": 1}, False),
        ({"errcode": "0"}, False),
        ({"errcode": False}, False),
        ({}, False),
        ([0], False),
    ],
)
def test_what_a_robot_answers_is_taken_or_not(answer, taken):
    assert is_taken(json.dumps(answer).encode()) is taken


def test_a_page_of_html_is_no_answer():
    assert not is_taken(b"<html>ok</html>")
