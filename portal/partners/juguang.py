"""聚光, the API for Xiaohongshu's advertisers: consent, their notes, the offline note report."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, Self
from urllib.parse import urlencode

from portal.partners.base import (
    Fields,
    NeedsConsent,
    Rejected,
    TokenExpired,
    Unavailable,
    post,
    read_object,
)

SCOPES = ["report_service", "ad_query", "ad_manage", "account_manage"]
NOTES_PER_PAGE = 100

GOOD_CODES = {0, 200}
# The partner publishes no table of codes; these follow HTTP's numbers behind a 10.
BAD_TOKEN = 10401
BAD_APP = 10412
TOO_MANY = 10429
REFUSALS = range(10400, 10500)
CONTENT_TYPES: dict[int, Literal["image", "video"]] = {1: "image", 2: "video"}


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Each refresh issues a new pair and the old one dies, so the two are stored together."""

    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime
    user_id: str
    advertisers: tuple[tuple[str, str], ...]
    scope: tuple[str, ...]
    corporation_name: str


@dataclass(frozen=True, slots=True)
class NoteCard:
    """`source` and `status` are the partner's codes: own, cooperation, KOS …"""

    note_id: str
    title: str
    image: str
    author: str
    created_at: datetime
    source: int
    content_type: Literal["image", "video"]
    status: int


@dataclass(frozen=True, slots=True)
class NotePage:
    notes: tuple[NoteCard, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The rows in the partner's own words; the hash is of the whole answer as it came."""

    rows: tuple[Mapping[str, object], ...]
    total: int
    sha256: str
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JuguangApp:
    """The portal's own registration with the platform; made from settings.XHS."""

    app_id: str
    app_secret: str = field(repr=False)
    base_url: str
    auth_url: str
    report_page_size: int = 500

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:  # Any: texts and one number, named as here
        return cls(**values)

    def consent_url(self, *, state: str, redirect_uri: str) -> str:
        query = {
            "appId": self.app_id,
            "scope": json.dumps(SCOPES, separators=(",", ":")),
            "redirectUri": redirect_uri,
            "state": state,
        }
        return f"{self.auth_url}?{urlencode(query)}"

    def exchange(self, auth_code: str) -> TokenPair:
        """Trade the code of a consent, which works once, for a pair of tokens."""
        return self._pair("/oauth2/access_token", auth_code=auth_code)

    def refresh(self, refresh_token: str) -> TokenPair:
        """Return a new pair; a refusal is NeedsConsent. The caller sees that only one asks."""
        try:
            return self._pair("/oauth2/refresh_token", refresh_token=refresh_token)
        except Rejected as refusal:
            if refusal.code == str(BAD_APP):  # our own fault, which no merchant can mend
                raise
            raise NeedsConsent(str(refusal)) from refusal

    def _pair(self, path: str, **grant: str) -> TokenPair:
        own = {"app_id": self.app_id, "secret": self.app_secret}
        reply = _ask(f"{self.base_url}{path}", body=own | grant)
        return _read_pair(reply.content, reply.received_at)


@dataclass(frozen=True, slots=True)
class JuguangClient:
    """What one merchant's consent lets us read."""

    app: JuguangApp
    access_token: str = field(repr=False)

    def notes(self, advertiser_id: str, page: int, page_size: int = NOTES_PER_PAGE) -> NotePage:
        """Return one page, counted from 1, of the notes that this advertiser may promote."""
        reply = self._read(
            "/jg/note/list",
            advertiser_id=int(advertiser_id),
            page=page,
            page_size=page_size,
        )
        notes = tuple(_read_note(note) for note in reply.content.each("notes"))
        return NotePage(notes, more=len(notes) >= page_size)

    def note_report(
        self, advertiser_id: str, day: date, page: int, page_size: int | None = None
    ) -> ReportPage:
        """Return one page, counted from 1, of the business day's rows, one row per note."""
        size = page_size or self.app.report_page_size
        reply = self._read(
            "/jg/data/report/offline/note",
            advertiser_id=int(advertiser_id),
            start_date=day.isoformat(),
            end_date=day.isoformat(),
            time_unit="DAY",
            page_num=page,
            page_size=size,
        )
        rows = tuple(_read_row(row) for row in reply.content.each("data_list"))
        total = reply.content.whole("total_count")
        return ReportPage(rows, total, reply.sha256, more=len(rows) >= size)

    def _read(self, path: str, **body: object) -> "_Reply":
        headers = {"Access-Token": self.access_token}
        url = f"{self.app.base_url}{path}"
        try:
            return _ask(url, body=body, headers=headers, repeatable=True)
        except Rejected as refusal:
            if refusal.code == str(BAD_TOKEN):
                raise TokenExpired(refusal.message) from refusal
            raise


@dataclass(frozen=True, slots=True)
class _Reply:
    content: Fields
    sha256: str
    received_at: datetime


def _ask(
    url: str,
    *,
    body: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
    repeatable: bool = False,
) -> _Reply:
    """Return the envelope's data, or raise what its code means."""
    answer = post(url, json=body, headers=headers, repeatable=repeatable)
    if answer.status == 401:
        raise Rejected(str(BAD_TOKEN), "HTTP 401")
    envelope = read_object(answer)
    code = envelope.whole("code")
    if envelope.values.get("success") is not True or code not in GOOD_CODES:
        raise _failure(code, envelope.text("msg", ""))
    if answer.status != 200:
        raise Unavailable(f"HTTP {answer.status} with a success inside")
    return _Reply(envelope.fields("data"), answer.sha256, answer.received_at)


def _failure(code: int, message: str) -> Exception:
    if code in REFUSALS and code != TOO_MANY:
        return Rejected(str(code), message)
    return Unavailable(f"{code} {message}".strip())


def _read_pair(fields: Fields, received_at: datetime) -> TokenPair:
    return TokenPair(
        access_token=fields.text("access_token"),
        access_expires_at=received_at
        + timedelta(seconds=fields.seconds("access_token_expires_in")),
        refresh_token=fields.text("refresh_token"),
        refresh_expires_at=received_at
        + timedelta(seconds=fields.seconds("refresh_token_expires_in")),
        user_id=fields.identity("user_id"),
        advertisers=tuple(
            (str(each.whole("advertiser_id")), each.text("advertiser_name"))
            for each in fields.each("approval_advertisers")
        ),
        scope=_read_scope(fields),
        corporation_name=fields.text("corporation_name", ""),
    )


def _read_scope(fields: Fields) -> tuple[str, ...]:
    """Return the scopes, which come as a list or as its JSON text."""
    scope = fields.values.get("scope", [])
    if isinstance(scope, str):
        try:
            scope = json.loads(scope)
        except ValueError:
            scope = scope.split(",")
    if not isinstance(scope, list) or not all(isinstance(each, str) for each in scope):
        raise Unavailable(f"{fields.where}.scope is {type(scope).__name__}")
    return tuple(scope)


def _read_note(note: Fields) -> NoteCard:
    content_type = CONTENT_TYPES.get(note.whole("note_content_type"))
    if content_type is None:
        raise Unavailable(f"{note.where}.note_content_type is unknown")
    return NoteCard(
        note_id=note.identity("note_id"),
        title=note.text("title", ""),
        image=note.text("image", ""),
        author=note.text("author", ""),
        created_at=_read_moment(note),
        source=note.whole("note_type"),
        content_type=content_type,
        status=note.whole("status"),
    )


def _read_moment(note: Fields) -> datetime:
    try:
        return datetime.fromtimestamp(note.whole("create_time") / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        raise Unavailable(f"{note.where}.create_time is no date") from None


def _read_row(row: Fields) -> Mapping[str, object]:
    for name in ("note_id", "time"):
        row.text(name)
    return row.values
