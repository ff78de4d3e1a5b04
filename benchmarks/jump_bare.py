"""The least that granian's RSGI interface can do: a redirect that is always the same."""

from typing import Any

HEADERS = [
    ("cache-control", "no-store"),
    ("location", "https://detail.tmall.com/item.htm?id=739204418852"),
]


async def application(scope: Any, proto: Any) -> None:
    proto.response_empty(302, HEADERS)
