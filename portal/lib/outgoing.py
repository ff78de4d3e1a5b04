"""One call to an address that somebody typed: never into a private network, and within bounds.

The host is looked up once, here. Every address it has must be public, and the connection is made
to one of those: a second look-up could answer otherwise. Redirects are answers.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, Queue
from threading import Thread

import httpx
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.lib.deadline import DeadlineTransport, deadline
from portal.lib.http import retry_after

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

DEADLINE = 10.0
CONNECT = 5.0
LOOK_UP = 5.0
LONGEST = 500
LARGEST_BODY = 64 * 1024
PORTS = {443, 8443}
MOST_ADDRESSES = 4  # each may take its time to connect to
HEADERS = {"accept-encoding": "identity", "user-agent": "redcat-portal"}
URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?"
    r"(?P<query>\?(?:[a-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*)?",
    re.IGNORECASE | re.ASCII,
)
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # as a last label, browsers read an address in it
# Of the IPv4 addresses these are not public, or lead to something beside the public network.
NOT_PUBLIC = [
    IPv4Network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        "168.63.129.16/32",  # a cloud's own service, at a public address
    )
]
# All others are outside: loopback, link-local, mapped IPv4, NAT64, unique local, multicast.
PUBLIC_V6 = IPv6Network("2000::/3")
NOT_PUBLIC_V6 = [
    IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]


class Forbidden(ValueError):
    """The address is one that we never call; the message is for who typed it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(MESSAGES[self.code])


class Unreached(Exception):
    """No whole answer came in time. What was sent may have arrived all the same."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(MESSAGES[self.code])


MESSAGES: dict[str, Promise] = {
    "long": _("The address is longer than 500 characters."),
    "address": _(
        "Write the whole address, like https://hooks.example.com/redcat, without a user name,"
        " blanks or a # part."
    ),
    "host": _("The name of the host can't be read. Write it as its certificate does."),
    "scheme": _("The address must begin with https://: what is sent can't be read on its way."),
    "port": _("Only the ports 443 and 8443 are called."),
    "private": _("This host is within a private network, and such are never called."),
    "unknown": _("No address is known of this host. Is its name spelt right?"),
    "refused": _("The host takes no connection on this port."),
    "certificate": _("The certificate of the host can't be trusted, or is for another name."),
    "late": _("The answer did not come to its end within 10 seconds."),
    "broken": _("The host hung up, or its answer is not HTTP."),
}


@dataclass(frozen=True, slots=True)
class Target:
    """What the address names, rebuilt from its parts."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        usual = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{self.host}{'' if usual else f':{self.port}'}{self.path}"


@dataclass(frozen=True, slots=True)
class Reply:
    """Of a body that is too long, `body` is the beginning; its compression is left as it is."""

    status: int
    body: bytes
    seconds: float
    retry_after: float | None = None


def parse(url: str) -> Target:
    """Read the address strictly, or raise Forbidden; nothing is looked up."""
    if len(url) > LONGEST:
        raise Forbidden("long")
    found = URL.fullmatch(url)
    if found is None:
        raise Forbidden("address")
    scheme, host = found["scheme"].lower(), found["host"].lower()
    port = int(found["port"] or (443 if scheme == "https" else 80))
    if port > 65535:
        raise Forbidden("port")
    _check_name(host)
    return Target(scheme, host, port, (found["path"] or "/") + (found["query"] or ""))


def check(url: str, *, networks: Sequence[Network] = (), seconds: float = LOOK_UP) -> list[str]:
    """Return the addresses that may be called for it; raises Forbidden, or Unreached without any.

    Within `networks` every port may be called, and without encryption.
    """
    target = parse(url)
    found = list(dict.fromkeys(_look_up(target, seconds)))
    if all(any(each in network for network in networks) for each in found):
        return [str(each) for each in found[:MOST_ADDRESSES]]
    if target.scheme != "https":
        raise Forbidden("scheme")
    if target.port not in PORTS:
        raise Forbidden("port")
    if not all(is_public(each) for each in found):
        raise Forbidden("private")
    return [str(each) for each in found[:MOST_ADDRESSES]]


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    networks: Sequence[Network] = (),
    seconds: float = DEADLINE,
) -> Reply:
    """Send once, and return whatever is answered; raises Forbidden or Unreached."""
    began = time.monotonic()
    addresses = check(url, networks=networks, seconds=min(LOOK_UP, seconds))
    sent = HEADERS | dict(headers)
    try:
        with (
            deadline(began + seconds),
            _client(addresses, seconds) as client,
            client.stream("POST", parse(url).url, content=body, headers=sent) as answer,
        ):
            said = _beginning(answer)
    except httpx.RequestError as failure:
        raise Unreached(_code_of(failure)) from failure
    taken = time.monotonic() - began
    return Reply(answer.status_code, said, taken, retry_after(answer.headers))


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC)
    return address in PUBLIC_V6 and not any(address in network for network in NOT_PUBLIC_V6)


def _check_name(host: str) -> None:
    """Take a name in letters, or an address in its one usual notation."""
    try:
        literal = ip_address(host.strip("[]"))
    except ValueError:
        literal = None
    if literal is not None:
        usual = f"[{literal}]" if literal.version == 6 else str(literal)
        if host != usual:
            raise Forbidden("host")
        return
    labels = host.split(".")
    if len(host) > 253 or not all(LABEL.fullmatch(each) for each in labels):
        raise Forbidden("host")
    if NUMBER.fullmatch(labels[-1]):
        raise Forbidden("host")


def _look_up(target: Target, seconds: float) -> Iterator[Address]:
    """Ask the system's resolver, which knows no deadline: it is left behind at ours."""
    answers: Queue[list[str]] = Queue()

    def ask() -> None:
        host = target.host.strip("[]")
        try:
            found = socket.getaddrinfo(host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        answers.put([str(each[4][0]) for each in found])

    Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        found = []
    if not found:
        raise Unreached("unknown")
    yield from (ip_address(each) for each in found)


def _client(addresses: Sequence[str], seconds: float) -> httpx.Client:
    """Make a client of this call alone: what one host left in it must not reach another."""
    return httpx.Client(
        transport=DeadlineTransport(addresses),
        timeout=httpx.Timeout(seconds, connect=CONNECT),
        follow_redirects=False,
        trust_env=False,
    )


def _beginning(answer: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) >= LARGEST_BODY:
            break
    return bytes(body[:LARGEST_BODY])


def _code_of(failure: httpx.RequestError) -> str:
    if isinstance(failure, httpx.TimeoutException):
        return "late"
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "certificate"
        cause = cause.__cause__ or cause.__context__
    return "refused" if isinstance(failure, httpx.ConnectError) else "broken"
