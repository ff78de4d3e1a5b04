"""A request for `/j/<code>` as both doors see it: Django's own, and the jump's process."""

from collections.abc import Callable
from dataclasses import dataclass

LONGEST_AGENT = 512  # so that what is remembered of agents stays small


@dataclass(frozen=True, slots=True)
class Asked:
    """`header` returns a header's value by its name in lower case, or None."""

    method: str
    query: str
    address: str
    header: Callable[[str], str | None]

    @property
    def agent(self) -> str:
        return (self.header("user-agent") or "")[:LONGEST_AGENT]


def client_address(peer: str, forwarded: str | None, proxies: int) -> str:
    """Return whose request it is; of X-Forwarded-For only our own proxies are believed."""
    if not proxies or not forwarded:
        return peer
    named = [each.strip() for each in forwarded.split(",")]
    return named[-min(proxies, len(named))] or peer
