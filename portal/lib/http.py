"""The one outbound client: whatever a partner's server does, a call ends in time and in bounds."""

import hashlib
import json
import os
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, NoReturn

import httpx
import stamina

from portal.lib.deadline import DeadlineTransport, deadline

DEADLINE = 30.0
CONNECT = 5.0
LARGEST_BODY = 8 * 1024 * 1024
QUICK_TRIES = 3
LONGEST_WAIT = 86_400.0
# Only what we can unpack within the cap; httpx's own decoder would unpack a bomb first.
ACCEPTED = {"accept-encoding": "gzip", "user-agent": "redcat-portal"}


class Unanswered(Exception):
    """No usable answer came; `retry_after` are the seconds the server asked us to wait, if any."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class TooMany(Unanswered):
    """The server answers, and wants fewer calls: HTTP 429."""


class TooLarge(Unanswered):
    """The body is over the cap, and will be the next time too."""


class NotJson(ValueError):
    """The body is not JSON as the standard has it, which knows no NaN and no Infinity."""


class _Passing(Unanswered):
    """A failure so short that the same call may be tried again at once."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime

    @property
    def answered_at(self) -> datetime | None:
        """When it was written by the server's clock; None when the server doesn't say."""
        return _http_date(self.headers.get("date", ""))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    json: Mapping[str, object] | None = None,
    repeatable: bool = False,
    again: Callable[[], bool] = lambda: True,
    seconds: float = DEADLINE,
) -> Answer:
    """Return the answer, or raise Unanswered for a 429, a 5xx and every failure of the network.

    All tries together end within `seconds`. Only a `repeatable` call, one that
    changes nothing, is tried again, and only while `again` says so. Redirects are
    answers, they are not followed.
    """
    request = httpx.Request(
        method, url, headers=ACCEPTED | dict(headers or {}), data=form, json=json
    )
    ends_at = time.monotonic() + seconds
    failed = ""
    for attempt in stamina.retry_context(
        on=_Passing,
        attempts=QUICK_TRIES if repeatable else 1,
        timeout=seconds,
        wait_initial=0.2,
        wait_max=2.0,
        wait_jitter=0.3,
    ):
        with attempt:
            if failed and not again():
                raise Unanswered(failed)
            try:
                return _send_once(request, ends_at)
            except _Passing as failure:
                failed = failure.reason
                raise
    raise AssertionError("A call ends in an answer or in Unanswered.")


def parse_json(body: bytes) -> Any:
    """Read JSON with Decimal for fractions. (Any: what a partner sends has no type yet.)"""
    try:
        return json.loads(body.decode(), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, ArithmeticError, RecursionError) as problem:
        raise NotJson(f"{type(problem).__name__} in {len(body)} bytes") from None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a Retry-After header asks for, at most a day; None without one.

    A date counts from the server's own clock, so that ours may be off.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_WAIT)
    until = _http_date(value)
    if until is None:
        return None
    since = _http_date(headers.get("date", "")) or datetime.now(UTC)
    return min(max((until - since).total_seconds(), 0.0), LONGEST_WAIT)


def clock_skew(answer: Answer) -> timedelta | None:
    """Return how far the server's clock is ahead of ours; None when it doesn't say."""
    theirs = answer.answered_at
    return None if theirs is None else theirs - answer.received_at


def _send_once(request: httpx.Request, ends_at: float) -> Answer:
    try:
        with deadline(ends_at), _open(request) as response:
            _refuse_failure(response)
            body = _read(response)
    except httpx.RequestError as failure:
        raise _Passing(f"{type(failure).__name__} from {request.url.host}") from failure
    return Answer(response.status_code, response.headers, body, datetime.now(UTC))


def _open(request: httpx.Request) -> AbstractContextManager[httpx.Response]:
    return closing(_client(os.getpid()).send(request, stream=True))


def _refuse_failure(response: httpx.Response) -> None:
    status = response.status_code
    if status != httpx.codes.TOO_MANY_REQUESTS and status < httpx.codes.INTERNAL_SERVER_ERROR:
        return
    wait = retry_after(response.headers)
    reason = f"HTTP {status} from {response.request.url.host}"
    if wait is None and status != httpx.codes.TOO_MANY_REQUESTS:
        raise _Passing(reason)
    raise (TooMany if status == httpx.codes.TOO_MANY_REQUESTS else Unanswered)(
        reason, retry_after=wait
    )


def _read(response: httpx.Response) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").lower()
    chunks = response.iter_raw()
    if encoding == "gzip":
        return _unpack(chunks)
    if encoding != "identity":
        raise Unanswered(f"Content-Encoding {encoding[:40]!r} was not asked for")
    body = bytearray()
    for chunk in chunks:
        body += chunk
        _check_size(body)
    return bytes(body)


def _unpack(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    gzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for chunk in chunks:
            body += gzip.decompress(chunk, LARGEST_BODY + 1 - len(body))
            _check_size(body)
            if gzip.unused_data:
                raise _Passing("Bytes follow the end of a gzip body")
    except zlib.error:
        raise _Passing("A gzip body is damaged") from None
    if not gzip.eof:
        raise _Passing("A gzip body is cut off")
    return bytes(body)


def _check_size(body: bytearray) -> None:
    if len(body) > LARGEST_BODY:
        raise TooLarge(f"The body is over {LARGEST_BODY} bytes")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _client(process_id: int) -> httpx.Client:
    """Return this process's client: after a fork the child must not share the parent's sockets."""
    return httpx.Client(
        transport=DeadlineTransport(),
        timeout=httpx.Timeout(DEADLINE, connect=CONNECT, pool=CONNECT),
        follow_redirects=False,
        trust_env=False,
    )
