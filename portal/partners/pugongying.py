"""蒲公英, Xiaohongshu's platform for creator orders: consent, and the notes that were ordered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.partners.adapi import MarketingApp, TokenPair, read
from portal.partners.base import Before, Fields, Rejected, at_any_pace

PLATFORM = 2
BY_ORDER_DATE = 1  # of the orders created in a span of days; 2 is of the notes published in it
LONGEST_SPAN = timedelta(days=30)
ORDERS_PER_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PugongyingApp(MarketingApp):
    """Made from settings.PUGONGYING."""

    scopes = ("report_service",)  # no more than reading

    def exchange(self, auth_code: str) -> TokenPair:
        """Trade the code as 聚光 does; a consent that is 聚光's own is Rejected."""
        pair = MarketingApp.exchange(self, auth_code)
        if pair.platform != PLATFORM:
            raise Rejected("wrong-platform", f"platform_type is {pair.platform}")
        return pair


@dataclass(frozen=True, slots=True)
class OrderedNote:
    """A published note and the order it was written for, in the partner's own words.

    One source tells what is asked, and none how the order's own fields are called: these names
    are our assumption, and nothing but this class and `_read_ordered_note` knows them [inf].
    The figures' names are public; they come as they were sent, in `figures`.
    """

    note_id: str
    title: str
    creator: str
    order_id: str
    kind: str  # 定制, 招募, 共创 …
    price: object  # as sent: a figure as text, or "-"
    star_task_id: str
    ordered_on: str
    published_on: str
    figures: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """The hash is of the whole answer as it came."""

    rows: tuple[OrderedNote, ...]
    total: int
    sha256: str
    more: bool


@dataclass(frozen=True, slots=True)
class PugongyingClient:
    """What one account's consent lets us read."""

    app: PugongyingApp
    access_token: str = field(repr=False)
    before: Before = at_any_pace

    def ordered_notes(
        self, first: date, last: date, snapshot: date, page: int, page_size: int = ORDERS_PER_PAGE
    ) -> OrderPage:
        """Return one page, counted from 1, of the notes whose orders were created in the span.

        The span has 30 days at most, and the snapshot is of one of the last three days.
        """
        reply = read(
            f"{self.app.base_url}/pgy/note/post/data",
            self.access_token,
            self.before,
            date_type=BY_ORDER_DATE,
            start_date=first.isoformat(),
            end_date=last.isoformat(),
            date_key=snapshot.isoformat(),
            page_num=page,
            page_size=page_size,
        )
        rows = tuple(_read_ordered_note(row) for row in reply.content.each("data_list"))
        total = reply.content.whole("total_count")
        return OrderPage(rows, total, reply.sha256, more=len(rows) >= page_size)


def _read_ordered_note(row: Fields) -> OrderedNote:
    values: Mapping[str, object] = row.values
    return OrderedNote(
        note_id=row.identity("note_id"),
        title=row.text("title", ""),
        creator=row.text("kol_name", ""),
        order_id=row.identity("order_id"),
        kind=row.text("order_type", ""),
        price=values.get("price"),
        star_task_id=row.text("star_task_id", ""),
        ordered_on=row.text("order_create_time"),
        published_on=row.text("note_publish_time"),
        figures=values,
    )
