"""What the partner clients share: three ways to fail, one way to call, and strict reading."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple, TypeVar

from portal.lib import http

# PostgreSQL stores neither NUL nor half a surrogate pair.
UNSTORABLE = dict.fromkeys([0, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")
IDENTITY = re.compile(r"[0-9A-Za-z_-]{1,64}")
WHOLE = re.compile(r"[0-9]{1,19}")
LONGEST_LIFE = 10 * 366 * 86_400
LARGEST_SKEW = timedelta(minutes=10)  # what the partners' signatures forgive, too
LONGEST_RAW = 20_000

Read = TypeVar("Read")
# What is done before each request, a repeated one too; whoever paces the client says Unavailable.
Before = Callable[[], None]


def at_any_pace() -> None:
    """Ask at once: nobody paces this client."""


class Unavailable(Exception):
    """The partner failed in a way that may pass; try again later, not before `retry_after` s."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class Limited(Unavailable):
    """The partner answers, and wants fewer calls: it is up, and the whole key has to wait."""


class ClockOff(Unavailable):
    """Their clock and ours are too far apart to say which day it is; no answer counts."""


class Unreadable(Unavailable):
    """The answer is no JSON, or not of the shape that the partner documents."""


class Rejected(Exception):
    """The partner refused for good; trying again changes nothing."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class NeedsConsent(Exception):
    """The merchant's consent is gone; only a person can give it again."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TokenExpired(NeedsConsent):
    """The access token no longer counts: refresh it once and repeat the call once."""


def post(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    json: Mapping[str, object] | None = None,
    repeatable: bool = False,
    before: Before = at_any_pace,
) -> http.Answer:
    """Call the partner and say in the partners' terms why no answer came."""
    before()
    return _send(
        "POST", url, headers=headers, form=form, json=json, repeatable=repeatable, before=before
    )


def get(
    url: str, *, headers: Mapping[str, str] | None = None, before: Before = at_any_pace
) -> http.Answer:
    before()
    return _send("GET", url, headers=headers, form=None, json=None, repeatable=True, before=before)


def _send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None,
    form: Mapping[str, str] | None,
    json: Mapping[str, object] | None,
    repeatable: bool,
    before: Before,
) -> http.Answer:
    def again() -> bool:
        """Where it isn't our turn to repeat a call, its failure is what is told of it."""
        try:
            before()
        except Unavailable:
            return False
        return True

    try:
        answer = http.send(
            method,
            url,
            headers=headers,
            form=form,
            json=json,
            repeatable=repeatable,
            again=again,
        )
    except http.TooLarge as failure:
        raise Rejected("too-large", failure.reason) from failure
    except http.TooMany as failure:
        raise Limited(failure.reason, failure.retry_after) from failure
    except http.Unanswered as failure:
        raise Unavailable(failure.reason, failure.retry_after) from failure
    skew = http.clock_skew(answer)
    if skew and abs(skew) > LARGEST_SKEW:
        raise ClockOff(f"Their clock is {skew.total_seconds():+.0f} s from ours.")
    return answer


def read_object(answer: http.Answer) -> "Fields":
    """Return the JSON object in the body; a login page with status 200 is Unreadable."""
    return object_in(answer.body, f"HTTP {answer.status}")


def object_in(body: bytes, where: str) -> "Fields":
    try:
        content = http.parse_json(body)
    except http.NotJson as problem:
        raise Unreadable(f"{where} without JSON: {problem}") from problem
    if not isinstance(content, dict):
        raise Unreadable(f"{where} with JSON that is no object")
    return Fields(content, "answer")


@dataclass(frozen=True, slots=True)
class Fields:
    """A partner's JSON object; a field that is missing or of another type is Unreadable."""

    values: Mapping[str, object]
    where: str

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text that can be stored."""
        value = self.values.get(name, default)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self._wrong(name)
        return value.translate(UNSTORABLE)

    def identity(self, name: str, *, longest: int = 64) -> str:
        """Return an id, which partners send as a text or as a number."""
        value = self.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not IDENTITY.fullmatch(value) or len(value) > longest:
            raise self._wrong(name)
        return value

    def whole(self, name: str) -> int:
        """Return a whole number that fits a bigint, sent as a number or as a text."""
        value = self.values.get(name)
        if isinstance(value, str) and WHOLE.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
            raise self._wrong(name)
        return value

    def seconds(self, name: str) -> int:
        """Return the life of a token; one of centuries would overflow a date."""
        return min(self.whole(name), LONGEST_LIFE)

    def fields(self, name: str) -> "Fields":
        return self._nested(name, self.values.get(name))

    def each(self, name: str) -> Iterator["Fields"]:
        """Yield the objects of a list."""
        value = self.values.get(name)
        if not isinstance(value, list):
            raise self._wrong(name)
        for element in value:
            yield self._nested(name, element)

    def _nested(self, name: str, value: object) -> "Fields":
        if not isinstance(value, dict):
            raise self._wrong(name)
        return Fields(value, f"{self.where}.{name}")

    def _wrong(self, name: str) -> Unreadable:
        kind = type(self.values[name]).__name__ if name in self.values else "missing"
        return Unreadable(f"{self.where}.{name} is {kind}")


class Unread(NamedTuple):
    """A row that could not be read: its key where that could, else one made of the row."""

    key: str
    raw: str
    reason: str


def read_each(
    rows: Iterable[Fields], read: Callable[[Fields], Read], key: str
) -> tuple[tuple[Read, ...], tuple[Unread, ...]]:
    """Read rows one by one, so that one that cannot be read costs no other."""
    good, unread = [], []
    for row in rows:
        try:
            good.append(read(row))
        except Unreadable as problem:
            unread.append(Unread(key_of(row.values, key), raw(row.values), problem.message))
    return tuple(good), tuple(unread)


def key_of(values: Mapping[str, object], name: str) -> str:
    """Return the row's id, or 24 digits of the row where it has none that can be stored."""
    if (told := values.get(name)) is not None:
        text = str(told)
        if (text.isascii() and "\0" not in text) or text == text.translate(UNSTORABLE):
            return text
    return sha256(raw(values).encode()).hexdigest()[:24]


def raw(values: object) -> str:
    """Return what a partner sent as text for quarantine, storable whatever it holds."""
    return repr(values).replace("\x00", "\\x00")[:LONGEST_RAW]
