"""聚光, the API for Xiaohongshu's advertisers: consent, their notes, the offline reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Literal

from portal.partners.adapi import MarketingApp, Reply, content_of, look, read, write
from portal.partners.base import Before, Fields, Unread, Unreadable, at_any_pace, read_each

NOTES_PER_PAGE = 100
DIRECT_LINKS_PER_PAGE = 100
CREATIVES_PER_PAGE = 100
DEEP_LINK = 1  # the type of a direct link; 2 is a universal link alone
ContentType = Literal["image", "video", "other"]
CONTENT_TYPES: dict[int, ContentType] = {1: "image", 2: "video"}
Rows = tuple[Mapping[str, object], ...]


class Level(StrEnum):
    """What the rows of an offline report are of."""

    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    UNIT = "unit"
    CREATIVITY = "creativity"
    NOTE = "note"

    @property
    def id_field(self) -> str:
        """Return the field that tells the report's rows apart."""
        return "advertiser_id" if self is Level.ACCOUNT else f"{self}_id"

    @property
    def name_field(self) -> str:
        return "advertiser_name" if self is Level.ACCOUNT else f"{self}_name"


class Split(StrEnum):
    """By what the rows of a report may be split besides, as its `split_columns` names it."""

    PLACEMENT = "placement"


@dataclass(frozen=True, slots=True)
class NoteCard:
    """`source` and `status` are the partner's codes: own, cooperation, KOS …"""

    note_id: str
    title: str
    image: str
    author: str
    created_at: datetime
    source: int
    content_type: ContentType
    status: int


@dataclass(frozen=True, slots=True)
class NotePage:
    notes: tuple[NoteCard, ...]
    more: bool
    unread: tuple[Unread, ...] = ()
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The rows in the partner's own words; the hash is of `body`, the whole answer as it came."""

    rows: Rows
    total: int
    sha256: str
    more: bool
    body: bytes = field(repr=False)
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Creative:
    """An ad below a unit and a campaign; the field names of its list are not public [inf].

    `delivery` is 1 running, 2 paused, 3 ended; `audit_status` is 1 reviewing, 2 approved,
    3 rejected.
    """

    creativity_id: str
    unit_id: str
    campaign_id: str
    campaign_name: str
    note_id: str
    delivery: int
    audit_status: int
    audit_comment: str


@dataclass(frozen=True, slots=True)
class CreativePage:
    creatives: tuple[Creative, ...]
    total: int
    sha256: str
    more: bool
    unread: tuple[Unread, ...] = ()
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """What a direct link puts below a note; the field names of its call are not public [inf]."""

    note_id: str
    text: str
    position: str
    deep_link: str
    universal_link: str
    h5_url: str
    click_url: str


@dataclass(frozen=True, slots=True)
class DirectLink:
    """A component as the platform has it; `state` is 1 reviewing, 2 approved, 3 rejected."""

    direct_link_id: str
    component: Component
    state: int
    comment: str


@dataclass(frozen=True, slots=True)
class DirectLinkPage:
    links: tuple[DirectLink, ...]
    total: int
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
    before: Before = at_any_pace

    def notes(self, advertiser_id: str, page: int, page_size: int = NOTES_PER_PAGE) -> NotePage:
        """Return one page, counted from 1, of the notes that this advertiser may promote."""
        reply = self._read(
            "/jg/note/list",
            advertiser_id=int(advertiser_id),
            page=page,
            page_size=page_size,
        )
        notes, unread = read_each(reply.content.each("notes"), _read_note, "note_id")
        more = len(notes) + len(unread) >= page_size
        return NotePage(notes, more, unread, reply.answered_at)

    def day_report(
        self,
        level: Level,
        advertiser_id: str,
        day: date,
        page: int,
        page_size: int | None = None,
        *,
        split: Split | None = None,
    ) -> ReportPage:
        """Return one page, counted from 1, of the business day's rows: one for each of the level.

        With `split` there is one for each of its values too. `page_size` is the app's own unless
        it is given.
        """
        size = page_size or self.app.report_page_size
        further: dict[str, object] = {"split_columns": [split.value]} if split else {}
        reply = self._read(
            f"/jg/data/report/offline/{level}",
            advertiser_id=int(advertiser_id),
            start_date=day.isoformat(),
            end_date=day.isoformat(),
            time_unit="DAY",
            page_num=page,
            page_size=size,
            **further,
        )
        rows = _report_rows(reply.content)
        total, more = reply.content.whole("total_count"), len(rows) >= size
        return ReportPage(rows, total, reply.sha256, more, reply.body, reply.answered_at)

    def creatives(
        self, advertiser_id: str, page: int, page_size: int = CREATIVES_PER_PAGE
    ) -> CreativePage:
        """Return one page, counted from 1, of the advertiser's ads."""
        reply = self._read(
            "/jg/creativity/search",
            advertiser_id=int(advertiser_id),
            page_num=page,
            page_size=page_size,
        )
        rows = reply.content.each("data_list")
        good, unread = read_each(rows, _read_creative, "creativity_id")
        total, more = reply.content.whole("total_count"), len(good) + len(unread) >= page_size
        return CreativePage(good, total, reply.sha256, more, unread, reply.answered_at)

    def create_direct_link(self, advertiser_id: str, component: Component) -> str:
        """Put a component below a note, to be reviewed; return its id."""
        reply = self._write(
            "/jg/direct-link/create",
            advertiser_id=int(advertiser_id),
            type=DEEP_LINK,
            **_sent(component),
        )
        return reply.content.identity("direct_link_id")

    def delete_direct_link(self, advertiser_id: str, direct_link_id: str) -> None:
        """Take a component away; one that is gone already is no error."""
        self._write(
            "/jg/direct-link/delete",
            advertiser_id=int(advertiser_id),
            direct_link_id=direct_link_id,
        )

    def direct_links(
        self, advertiser_id: str, page: int, page_size: int = DIRECT_LINKS_PER_PAGE
    ) -> DirectLinkPage:
        """Return one page, counted from 1, of the advertiser's components."""
        reply = look(
            f"{self.app.base_url}/jg/direct-link/list",
            self.access_token,
            self.before,
            advertiser_id=advertiser_id,
            page_num=page,
            page_size=page_size,
        )
        links = tuple(_read_direct_link(each) for each in reply.content.each("data_list"))
        total = reply.content.whole("total_count")
        return DirectLinkPage(links, total, more=len(links) >= page_size)

    def _write(self, path: str, **body: object) -> Reply:
        return write(f"{self.app.base_url}{path}", self.access_token, self.before, **body)

    def _read(self, path: str, **body: object) -> Reply:
        return read(f"{self.app.base_url}{path}", self.access_token, self.before, **body)


def report_rows(body: bytes) -> Rows:
    """Return the rows of a page of a report whose body was kept."""
    return _report_rows(content_of(body))


def _report_rows(content: Fields) -> Rows:
    return tuple(row.values for row in content.each("data_list"))


def _sent(component: Component) -> Mapping[str, object]:
    return {
        "note_id": component.note_id,
        "component_text": component.text,
        "component_position": component.position,
        "deeplink": component.deep_link,
        "universal_link": component.universal_link,
        "h5_url": component.h5_url,
        "click_monitor_url": component.click_url,
    }


def _read_creative(row: Fields) -> Creative:
    return Creative(
        creativity_id=row.identity("creativity_id"),
        unit_id=row.identity("unit_id"),
        campaign_id=row.identity("campaign_id"),
        campaign_name=row.text("campaign_name", ""),
        note_id=row.identity("note_id"),
        delivery=row.whole("delivery_status"),
        audit_status=row.whole("audit_status"),
        audit_comment=row.text("audit_comment", ""),
    )


def _read_direct_link(row: Fields) -> DirectLink:
    component = Component(
        note_id=row.identity("note_id"),
        text=row.text("component_text", ""),
        position=row.text("component_position", ""),
        deep_link=row.text("deeplink", ""),
        universal_link=row.text("universal_link", ""),
        h5_url=row.text("h5_url", ""),
        click_url=row.text("click_monitor_url", ""),
    )
    return DirectLink(
        direct_link_id=row.identity("direct_link_id"),
        component=component,
        state=row.whole("audit_status"),
        comment=row.text("audit_comment", ""),
    )


def _read_note(note: Fields) -> NoteCard:
    return NoteCard(
        note_id=note.identity("note_id"),
        title=note.text("title", ""),
        image=note.text("image", ""),
        author=note.text("author", ""),
        created_at=_read_moment(note),
        source=note.whole("note_type"),
        content_type=CONTENT_TYPES.get(note.whole("note_content_type"), "other"),
        status=note.whole("status"),
    )


def _read_moment(note: Fields) -> datetime:
    try:
        return datetime.fromtimestamp(note.whole("create_time") / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        raise Unreadable(f"{note.where}.create_time is no date") from None
