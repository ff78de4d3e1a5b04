"""Group robots of DingTalk, Feishu and WeCom: their addresses, messages, signatures and answers.

Who knows a robot's address can write to its group, so an address is taken apart strictly, and is
shown only masked. Messages are plain text: what a name in them holds mentions and links nothing.
"""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from urllib.parse import quote

from portal.lib.outgoing import parse

MOST_BYTES = 1800  # WeCom takes 2,048 of a text; the rest is for what stands around it
A_MINUTE = 20  # calls that DingTalk and WeCom take of a robot; Feishu takes more
CODES = ("errcode", "code", "StatusCode")  # how DingTalk and WeCom, and Feishu in its two ways, say
SECRET = re.compile(r"[!-~]{1,200}")


class BadAddress(ValueError):
    """It is not the address of such a robot."""


@dataclass(frozen=True, slots=True)
class Address:
    url: str
    host: str
    masked: str


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    text: str
    link: str
    link_says: str

    @property
    def lines(self) -> str:
        return "\n".join([self.title, _cut(self.text), f"{self.link_says} {self.link}"])


class Robot:
    """What one platform's robots have of their own."""

    hosts: tuple[str, ...]
    tail: re.Pattern[str]
    example: str
    takes_secret = True

    def address(self, url: str, *, sandbox: str = "") -> Address:
        """Read the address strictly, or raise BadAddress; `sandbox` stands for every host."""
        bases = [f"https://{host}" for host in self.hosts] + ([sandbox] if sandbox else [])
        for base in bases:
            found = self.tail.fullmatch(url.removeprefix(base)) if url.startswith(base) else None
            if found:
                known = url[: len(url) - len(found["token"])]
                return Address(url, parse(url).host, f"{known}…{found['token'][-4:]}")
        raise BadAddress

    def body(self, message: Message) -> dict[str, object]:
        return {"msgtype": "text", "text": {"content": message.lines}}

    def signed(self, url: str, body: str, secret: str, at: float) -> tuple[str, str]:
        """Return address and body as they are sent at that time, in seconds."""
        return url, body


class DingTalk(Robot):
    """https://open.dingtalk.com/document/robots/customize-robot-security-settings"""

    hosts = ("oapi.dingtalk.com",)
    tail = re.compile(r"/robot/send\?access_token=(?P<token>[0-9A-Za-z_-]{20,128})")
    example = "https://oapi.dingtalk.com/robot/send?access_token=…"

    def signed(self, url: str, body: str, secret: str, at: float) -> tuple[str, str]:
        """Sign milliseconds, a new line and the secret, with the secret as the key."""
        moment = str(int(at * 1000))
        sign = quote(_hmac(secret, f"{moment}\n{secret}"), safe="")
        return f"{url}&timestamp={moment}&sign={sign}", body


class Feishu(Robot):
    """https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot"""

    hosts = ("open.feishu.cn", "open.larksuite.com")
    tail = re.compile(r"/open-apis/bot/v2/hook/(?P<token>[0-9A-Za-z-]{16,64})")
    example = "https://open.feishu.cn/open-apis/bot/v2/hook/…"

    def body(self, message: Message) -> dict[str, object]:
        """Write a post: of a plain text Feishu would read an <at> as a mention."""
        content = [
            [{"tag": "text", "text": _cut(message.text)}],
            [{"tag": "a", "text": message.link_says, "href": message.link}],
        ]
        post = {"zh_cn": {"title": message.title, "content": content}}
        return {"msg_type": "post", "content": {"post": post}}

    def signed(self, url: str, body: str, secret: str, at: float) -> tuple[str, str]:
        """Sign nothing, with seconds, a new line and the secret as the key; it goes in the body."""
        moment = str(int(at))
        sign = {"timestamp": moment, "sign": _hmac(f"{moment}\n{secret}", "")}
        return url, written(sign | json.loads(body))


class WeCom(Robot):
    """https://developer.work.weixin.qq.com/document/path/91770"""

    hosts = ("qyapi.weixin.qq.com",)
    tail = re.compile(r"/cgi-bin/webhook/send\?key=(?P<token>[0-9A-Za-z-]{16,64})")
    example = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"
    takes_secret = False


ROBOTS: dict[str, Robot] = {"dingtalk": DingTalk(), "feishu": Feishu(), "wecom": WeCom()}


def is_taken(answer: bytes) -> bool:
    """Say whether the robot took the message: each answers 200, and tells in the body."""
    try:
        said = json.loads(answer)
    except ValueError:
        return False
    codes = [said[name] for name in CODES if name in said] if isinstance(said, dict) else []
    return bool(codes) and all(type(code) is int and code == 0 for code in codes)


def written(body: dict[str, object]) -> str:
    return json.dumps(body, ensure_ascii=True, separators=(",", ":"))


def _hmac(key: str, signed: str) -> str:
    mac = hmac.new(key.encode(), signed.encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def _cut(text: str) -> str:
    whole = text.encode()
    if len(whole) <= MOST_BYTES:
        return text
    return f"{whole[:MOST_BYTES].decode(errors='ignore')}…"
