"""Tmall's refunds, asked for by the day of their last change. Each is an amount of its own."""

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import StoreOrder, StoreRefund, SyncWindow
from campaigns.reports.base import (
    Asked,
    Column,
    FetchedPage,
    Kept,
    PageContext,
    Report,
    as_sent,
    one_by_one,
    read_columns,
)
from campaigns.reports.changes import (
    Parsed,
    Row,
    keep_newest,
    keys_of,
    make_months,
    needed_moment,
    newest_words,
    order_number,
    page_backwards,
    seller_of,
    sort_out,
    word,
)
from merchants.connections import call_top
from merchants.consent_texts import WITH_STORE_ORDERS
from merchants.models import Partner
from portal.lib import days
from portal.lib.money import fen_or_none
from portal.partners.top import TopClient
from portal.partners.top_orders import refunds

logger = logging.getLogger(__name__)

PATIENCE = timedelta(hours=72)  # for the order that a refund belongs to
NOT_PAID_BACK = ("CLOSED", "SELLER_REFUSE_BUYER")
COLUMNS = (
    Column("refund_id", "refund_id", order_number),
    Column("sub_order_id", "oid", order_number),
    Column("order_id", "tid", order_number),
    Column("status", "status", word),
    Column("refund_fen", "refund_fee", fen_or_none),
    Column("asked_at", "created", needed_moment),
    Column("modified_at", "modified", needed_moment),
)


def fetch(client: TopClient, asked: Asked) -> FetchedPage:
    page = page_backwards(partial(refunds, client), asked)
    make_months(StoreRefund, page.rows, "created")
    return page


def keys(rows: Sequence[Row]) -> list[str]:
    return keys_of(rows, "refund_id")


def keep(context: PageContext, rows: Sequence[Row]) -> Kept:
    """Merge the refunds; of an order that is not known yet they wait for it, with their amount."""
    good, refused = sort_out(rows, context, parse)
    good, too_much = _within_what_was_paid(context, newest_words(StoreRefund, good))
    return keep_newest(StoreRefund, context, good, [*refused, *too_much])


def parse(row: Row) -> Parsed:
    """Return the row by the ledger's columns, or raise BadRow."""
    return read_columns(row, COLUMNS)


def finish(window: SyncWindow, _seen: Collection[str]) -> None:
    """Raise the alarm, once a night, for refunds that have waited for their order too long."""
    if window.day != days.today():
        return
    now = days.known_now()
    own = StoreRefund.objects.filter(brand_id=window.brand_id, store_id=window.store_id)
    waiting = own.without_order(now).asked_by(now - PATIENCE)
    if numbers := list(waiting.values_list("refund_id", flat=True)[:20]):
        logger.error("refunds without order for 72 h: store %s, %s", window.store_id, numbers)


def _within_what_was_paid(
    context: PageContext, rows: Sequence[Parsed]
) -> tuple[list[Parsed], list[tuple[str, str]]]:
    """Part the refunds of which all of an order's together come to more than was paid for it."""
    place = context.place
    own = Q(brand_id=place.brand_id, store_id=place.store_id, known_to=None)
    own &= Q(sub_order_id__in={row["sub_order_id"] for row in rows})
    paid = dict(StoreOrder.objects.filter(own).values_list("sub_order_id", "paid_fen"))
    back: dict[str, dict[str, int]] = defaultdict(dict)
    for known in StoreRefund.objects.filter(own).exclude(status__in=NOT_PAID_BACK):
        back[known.sub_order_id][known.refund_id] = known.refund_fen or 0
    good, refused = [], []
    for row in sorted(rows, key=lambda each: each["modified_at"]):
        amounts = back[row["sub_order_id"]]
        amounts.pop(row["refund_id"], None)
        is_paid_back = row["status"] not in NOT_PAID_BACK
        fen = (row["refund_fen"] or 0) if is_paid_back else 0
        limit = paid.get(row["sub_order_id"])
        if limit is not None and sum(amounts.values()) + fen > limit:
            refused.append(
                (as_sent(row["sent"]), "The refunds of this order are more than was paid.")
            )
            continue
        amounts[row["refund_id"]] = fen
        good.append(row)
    return good, refused


TOP_REFUNDS = Report(
    key="top.refunds",
    partner=Partner.TOP,
    label=_("Tmall refunds"),
    short=pgettext_lazy("report", "Refunds"),
    call=call_top,
    fetch=fetch,
    keys=keys,
    keep=one_by_one(keep),
    finish=finish,
    lag=0,
    repull=3,
    backfill=34,
    text=WITH_STORE_ORDERS,
    owner=seller_of,
    facts=StoreRefund,
)
