"""聚光, the API for Xiaohongshu's advertisers: consent, their notes, the offline note report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

from portal.partners.adapi import MarketingApp, Reply, read
from portal.partners.base import Fields, Unavailable

NOTES_PER_PAGE = 100
CONTENT_TYPES: dict[int, Literal["image", "video"]] = {1: "image", 2: "video"}


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
class JuguangApp(MarketingApp):
    """Made from settings.XHS."""

    scopes = ("report_service", "ad_query", "ad_manage", "account_manage")

    report_page_size: int = 500


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

    def _read(self, path: str, **body: object) -> Reply:
        return read(f"{self.app.base_url}{path}", self.access_token, **body)


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
