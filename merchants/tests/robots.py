"""Group robots for tests."""

from typing import Any

from merchants import robots
from merchants.models import Brand, WebhookEndpoint
from merchants.robot_messages import AT_FIRST
from portal.lib.scope import Hat, scope

TOKEN = "0123456789abcdef" * 4
ADDRESSES = {
    "dingtalk": "/robot/send?access_token={}",
    "feishu": "/open-apis/bot/v2/hook/{}",
    "wecom": "/cgi-bin/webhook/send?key={}",
}
HOSTS = {
    "dingtalk": "https://oapi.dingtalk.com",
    "feishu": "https://open.feishu.cn",
    "wecom": "https://qyapi.weixin.qq.com",
}


def address(channel: str = "dingtalk", server: str = "", token: str = TOKEN) -> str:
    """Return an address at the platform, or at a server that stands for the sandbox."""
    base = f"{server}/robots/{channel}" if server else HOSTS[channel]
    return base + ADDRESSES[channel].format(token)


def make_robot(
    brand: Brand, channel: str = "dingtalk", *, server: str = "", secret: str = "", **fields: Any
) -> WebhookEndpoint:
    """Add a robot that is told of alerts, in Chinese; with `server` at that address."""
    fields = {"name": "种草小组", "language": "zh-hans", "kinds": AT_FIRST, "token": TOKEN} | fields
    found = robots.read_address(channel, address(channel, server, fields.pop("token")))
    asked = robots.Asked(fields["name"], fields["language"], fields["kinds"], found, secret)
    with scope(Hat.WEB, brand=brand.pk):
        return robots.add_robot(brand, channel, asked, by=None)
