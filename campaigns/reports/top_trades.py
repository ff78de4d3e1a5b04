"""Tmall's orders: each sub-order as it stands, asked for by the day of its trade's last change."""

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import StoreOrder
from campaigns.reports.base import (
    Asked,
    BadRow,
    Column,
    FetchedPage,
    Kept,
    PageContext,
    Report,
    one_by_one,
    read_columns,
)
from campaigns.reports.changes import (
    Parsed,
    Row,
    item_number,
    keep_newest,
    keys_of,
    make_months,
    moment,
    needed_moment,
    order_number,
    page_backwards,
    seller_of,
    sold_by_others,
    sort_out,
    title,
    word,
)
from merchants.connections import call_top
from merchants.consent_texts import WITH_STORE_ORDERS
from merchants.models import Partner
from portal.lib.money import fen_or_none
from portal.lib.numbers import count
from portal.partners.top import TopClient
from portal.partners.top_orders import trades

CLOSED = ("TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO")
COLUMNS = (
    Column("sub_order_id", "oid", order_number),
    Column("order_id", "tid", order_number),
    Column("num_iid", "num_iid", item_number),
    Column("item_title", "title", title),
    Column("quantity", "num", count),
    Column("status", "status", word),
    Column("ordered_at", "created", needed_moment),
    Column("modified_at", "modified", needed_moment),
    # Told once they have happened.
    Column("paid_at", "pay_time", moment, needed=False),
    Column("ended_at", "end_time", moment, needed=False),
)
AMOUNTS = (
    Column("share", "divide_order_fee", fen_or_none, needed=False),
    Column("payment", "payment", fen_or_none, needed=False),
)


def fetch(client: TopClient, asked: Asked) -> FetchedPage:
    page = page_backwards(partial(trades, client), asked)
    make_months(StoreOrder, page.rows, "created")
    return page


def keys(rows: Sequence[Row]) -> list[str]:
    """Return the trades: they are what is counted, whatever they consist of."""
    return keys_of(rows, "tid")


def keep(context: PageContext, rows: Sequence[Row]) -> Kept:
    good, refused = sort_out(rows, context, parse)
    return keep_newest(StoreOrder, context, good, refused)


def parse(row: Row) -> Parsed:
    """Return the row by the ledger's columns, or raise BadRow."""
    parsed = read_columns(row, COLUMNS)
    return parsed | {"paid_fen": _paid_fen(row, parsed)}


def _paid_fen(row: Row, parsed: Parsed) -> int | None:
    """Return what was paid for the sub-order: nothing is, and nothing is known, before it is.

    Its `payment` leaves out its part of what was taken off the whole trade, and falls once it
    is refunded. `divide_order_fee` is its share of the trade's payment, and stays: these add up.
    """
    if parsed["paid_at"] is None:
        return None
    amounts = read_columns(row, AMOUNTS)
    if amounts["share"] is not None:
        share: int = amounts["share"]
        return share
    if amounts["payment"] is None:
        raise BadRow("It was paid, and nothing says how much.")
    return None if parsed["status"] in CLOSED else int(amounts["payment"])


TOP_TRADES = Report(
    key="top.trades",
    partner=Partner.TOP,
    label=_("Tmall orders"),
    short=pgettext_lazy("report", "Orders of the store"),
    call=call_top,
    fetch=fetch,
    keys=keys,
    keep=one_by_one(keep),
    lag=0,
    repull=3,
    backfill=34,
    text=WITH_STORE_ORDERS,
    owner=seller_of,
    strangers=partial(sold_by_others, "num_iid"),
    facts=StoreOrder,
)
