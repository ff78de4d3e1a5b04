"""The sandbox's groups take what the portal sends them, and refuse what real ones would."""

import time

import httpx
import pytest

from portal.partners.robots import ROBOTS, Message, is_taken, written

TAILS = {
    "dingtalk": "/robot/send?access_token=0123456789abcdef0123456789abcdef",
    "feishu": "/open-apis/bot/v2/hook/693a91f6-7d3c-4a1b-9c2d-1f2e3d4c5b6a",
    "wecom": "/cgi-bin/webhook/send?key=693a91f6-7d3c-4a1b-9c2d-1f2e3d4c5b6a",
}
MESSAGE = Message("红猫 RedCat · 山茶", "跳转太贵", "http://localhost:8000/", "打开：")


def sent(sandbox, kind, message=MESSAGE, secret="", at=None):
    robot = ROBOTS[kind]
    url, body = f"{sandbox.url}/robots/{kind}{TAILS[kind]}", written(robot.body(message))
    if secret:
        url, body = robot.signed(url, body, secret, at or time.time())
    answer = httpx.post(url, content=body)
    assert answer.status_code == 200
    return is_taken(answer.content)


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_message_is_taken(sandbox, kind):
    assert sent(sandbox, kind)


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_signed_message_is_taken_where_its_secret_and_time_are_right(sandbox, kind):
    assert sent(sandbox, kind, secret="SECsandbox")
    assert not sent(sandbox, kind, secret="SECother")
    assert not sent(sandbox, kind, secret="SECsandbox", at=time.time() - 4000)


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_message_without_the_groups_word_is_refused(sandbox, kind):
    assert not sent(sandbox, kind, Message("山茶", "跳转太贵", "http://localhost:8000/", "打开："))
