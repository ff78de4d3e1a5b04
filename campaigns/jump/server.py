"""The jump's own process, `granian --interface rsgi campaigns.jump.server:application`.

It decides by the table in memory, keeps the click, and answers. What it must never do is wait
for the database.
"""

import asyncio
import os
import signal
import threading
import time
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from portal.lib.leash import end_with_parent

end_with_parent(signal.SIGKILL)  # a killed granian would leave this worker serving
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django  # noqa: E402  the lines above come first

django.setup()

from django.conf import settings  # noqa: E402  only now there are settings

from campaigns.jump.alarm import tell_lost  # noqa: E402
from campaigns.jump.answers import COMMON, Answer, answer_tap, answer_unknown  # noqa: E402
from campaigns.jump.asked import Asked, client_address  # noqa: E402
from campaigns.jump.spool import Group, Spool, checked  # noqa: E402
from campaigns.jump.table import LinkTable  # noqa: E402
from portal.lib import days  # noqa: E402

REFRESH = 1.0  # seconds


class Headers(Protocol):
    def get(self, name: str, /) -> str | None: ...
    def get_all(self, name: str, /) -> list[str]: ...


class Request(Protocol):
    """What granian gives of a request; it has no types of its own for RSGI's."""

    proto: str
    method: str
    path: str
    query_string: str
    client: str
    headers: Headers


class Response(Protocol):
    def response_empty(self, status: int, headers: list[tuple[str, str]], /) -> None: ...
    def response_bytes(
        self, status: int, headers: list[tuple[str, str]], body: bytes, /
    ) -> None: ...


class Jump:
    def __init__(self) -> None:
        self._table = LinkTable(settings.JUMP_LINKS_DIR)
        self._spool = Spool(settings.SPOOL_DIR)
        self._group: Group

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._table.load()
        self._group = Group(self._spool, loop)
        threading.Thread(target=self._follow, name="links", daemon=True).start()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._spool.close()

    async def __rsgi__(self, request: Request, response: Response) -> None:
        answer = await self._answer(request)
        if answer.body:
            response.response_bytes(answer.status, answer.headers, answer.body)
        else:
            response.response_empty(answer.status, answer.headers)

    async def _answer(self, request: Request) -> Answer:
        if request.method not in {"GET", "HEAD"}:
            return Answer(405, [*COMMON, ("allow", "GET, HEAD")])
        if request.path == "/healthz":
            return Answer(200, COMMON)
        header = request.headers.get
        address = client_address(
            request.client.rpartition(":")[0],
            _forwarded(request.headers) if settings.ALLAUTH_TRUSTED_PROXY_COUNT else None,
            settings.ALLAUTH_TRUSTED_PROXY_COUNT,
        )
        asked = Asked(request.method, request.query_string, address, header)
        link = self._table.find(request.path.removeprefix("/j/"))
        if link is None:
            return answer_unknown(asked, is_sure=self._table.is_fresh)
        answer, line = answer_tap(asked, link, at=_now())
        await self._group.keep(checked(line))
        return answer

    def _follow(self) -> None:
        """Keep the table as the database has it, and tell of clicks that could not be kept."""
        told = 0
        while True:
            if self._table.refresh() and self._spool.lost > told:
                told = tell_lost(self._spool.lost)
            time.sleep(REFRESH)


def _forwarded(headers: Headers) -> str:
    """A proxy may add a line of its own, and the first is then whatever the client wrote."""
    return ",".join(headers.get_all("x-forwarded-for"))


def _now() -> datetime:
    return _demo_now(time.monotonic_ns() // 10**9) if settings.DEMO else days.known_now()


@lru_cache(maxsize=1)
def _demo_now(second: int) -> datetime:
    """The demo's clock is a file, which is not read for every click."""
    return days.known_now()


def _end_process(failed: threading.ExceptHookArgs) -> None:
    """A thread that fails takes the process along: a new one is better than half of one."""
    threading.__excepthook__(failed)
    os._exit(1)


threading.excepthook = _end_process
application = Jump()
