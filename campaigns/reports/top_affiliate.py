"""The affiliate programme's orders: a day of changes in slices, shorter on a festival's days."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.utils.translation import gettext_lazy as _

from campaigns.models import AffiliateOrder
from campaigns.reports.base import (
    Asked,
    Column,
    FetchedPage,
    Kept,
    PageContext,
    Report,
    one_by_one,
    read_columns,
)
from campaigns.reports.changes import (
    NUMBER,
    Parsed,
    Row,
    ends_at,
    keep_newest,
    keys_of,
    make_months,
    moment,
    needed_moment,
    order_number,
    seller_of,
    sha256_of,
    sold_by_others,
    sort_out,
    title,
)
from merchants.connections import call_top
from merchants.consent_texts import WITH_STORE_ORDERS
from merchants.models import Partner
from portal.lib import days
from portal.lib.festivals import festival_on
from portal.lib.money import fen_or_none
from portal.lib.numbers import BadNumber, count
from portal.partners.top import TopClient
from portal.partners.top_orders import ROWS_PER_PAGE, affiliate_orders

SLICE, FESTIVAL_SLICE = timedelta(hours=3), timedelta(minutes=20)
SLICE_FIELD = "slice"
CALLS_PER_PAGE = 9  # most slices are empty, and each page costs a transaction


def fetch(client: TopClient, asked: Asked) -> FetchedPage:
    """Ask for slice after slice, until a page is full or has cost enough calls.

    The cursor names the slice that comes next, its page, and the position in it.
    """
    slices = list(_slices(asked.day))
    begins, number, position = _read_cursor(asked.cursor)
    rows: list[Row] = []
    calls = 0
    while begins < len(slices) and calls < CALLS_PER_PAGE and len(rows) < ROWS_PER_PAGE:
        page = affiliate_orders(client, *slices[begins], number, position)
        rows += [{**row, SLICE_FIELD: begins} for row in page.rows]
        calls += 1
        if page.position and (page.position == position or not page.rows):
            break  # it leads nowhere: the cursor stays, and its second coming is a loop
        position = page.position
        begins, number = (begins, number + 1) if position else (begins + 1, 1)
    more = begins < len(slices)
    cursor = f"{begins} {number} {position}" if more else ""
    make_months(AffiliateOrder, rows, "tk_create_time")
    return FetchedPage(rows, sha256_of(rows), more=more, cursor=cursor)


def keys(rows: Sequence[Row]) -> list[str]:
    """Tell an order that changed where two slices meet apart from itself: each of them names it."""
    told = keys_of(rows, "trade_id")
    return [f"{row.get(SLICE_FIELD, 0)} {key}"[:24] for row, key in zip(rows, told, strict=True)]


def keep(context: PageContext, rows: Sequence[Row]) -> Kept:
    good, refused = sort_out(rows, context, parse)
    return keep_newest(AffiliateOrder, context, good, refused)


def parse(row: Row) -> Parsed:
    """Return the row by the ledger's columns, or raise BadRow."""
    parsed = read_columns(row, COLUMNS)
    # Of a promoter without channels the programme tells no channel.
    return parsed | {"relation_id": parsed["relation_id"] or ""}


def _slices(day: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches of the day that the programme answers for, one after the other."""
    length = FESTIVAL_SLICE if festival_on(day) else SLICE
    begins, until = days.starts_at(day), ends_at(day)
    while begins < until:
        yield begins, min(begins + length, until)
        begins += length


def _read_cursor(cursor: str) -> tuple[int, int, str]:
    if not cursor:
        return 0, 1, ""
    begins, number, position = cursor.split(" ", 2)
    return int(begins), int(number), position


def _status(value: object) -> int:
    if (number := count(value)) is None or number > 32_767:
        raise BadNumber("is no status")
    return number


def _item(value: object) -> str:
    """Return the item's number; for some promoters the programme writes an id of its own."""
    text = str(value)
    return text if NUMBER.fullmatch(text) and len(text) <= 15 else ""


def _identity(value: object) -> str:
    return order_number(value) if value not in (None, "", 0) else ""


def _is_refunded(value: object) -> bool:
    return count(value) == 1


COLUMNS = (
    Column("sub_order_id", "trade_id", order_number),
    Column("order_id", "trade_parent_id", order_number),
    Column("num_iid", "item_id", _item),
    Column("item_title", "item_title", title),
    Column("quantity", "item_num", count),
    Column("status", "tk_status", _status),
    Column("paid_fen", "alipay_total_price", fen_or_none),
    Column("ordered_at", "tk_create_time", needed_moment),
    Column("modified_at", "modified_time", needed_moment),
    Column("is_refunded", "refund_tag", _is_refunded),
    Column("adzone_id", "adzone_id", _identity),
    Column("relation_id", "relation_id", _identity, needed=False),
    Column("clicked_at", "click_time", moment, needed=False),
    Column("paid_at", "tk_paid_time", moment, needed=False),
    Column("settled_at", "tk_earning_time", moment, needed=False),
)


TOP_AFFILIATE = Report(
    key="top.affiliate",
    partner=Partner.TOP,
    label=_("Affiliate orders"),
    short=_("Affiliate orders"),
    call=call_top,
    fetch=fetch,
    keys=keys,
    keep=one_by_one(keep),
    lag=0,
    repull=3,
    backfill=7,  # a festival's day costs 72 calls, of the 5,000 a day that a new app has
    text=WITH_STORE_ORDERS,
    owner=seller_of,
    strangers=partial(sold_by_others, "item_id"),
    facts=AffiliateOrder,
)
