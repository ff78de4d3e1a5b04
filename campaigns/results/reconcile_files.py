"""The buckets, and the orders of one, as files of exactly what is shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext

from campaigns.models import Note
from campaigns.results.files import Line, about, number
from campaigns.results.in_site import NoteShops
from campaigns.results.metric import Unit
from campaigns.results.queries import NoteKey
from campaigns.results.question import Question
from campaigns.results.reconcile import Bucket, Reconciliation
from campaigns.results.reconcile_days import Coverage
from campaigns.results.reconcile_orders import Order
from campaigns.results.reconcile_table import (
    COLUMNS,
    TOTAL,
    Cell,
    bucket_rows,
    cells,
    ties,
)
from merchants.models import Store
from portal.lib import days, money, sheets


def summary_file(
    found: Reconciliation, coverage: Coverage, *, brand: str, store: str
) -> Iterator[Line]:
    """Yield what was asked and what is missing, whether it ties, the heads, and the buckets."""
    yield from about(found.question, brand=brand, store=store)
    yield from missing_lines(coverage)
    for tie in ties(found):
        word = gettext("ties") if tie.is_even else gettext("does not tie")
        yield [str(tie.label), word, money.yuan(tie.own.fen), money.yuan(tie.buckets.fen)]
    yield []
    yield [
        gettext("Bucket"),
        gettext("Which orders"),
        *(str(head) for head, _u in COLUMNS.values()),
    ]
    whole = coverage.is_whole
    total = cells(found.total, TOTAL, is_whole=whole)
    yield [gettext("Total"), "", *map(_number, total)]
    for bucket, row in bucket_rows(found, is_whole=whole):
        yield [str(bucket.label), str(bucket.meaning), *map(_number, row)]


def missing_lines(coverage: Coverage) -> Iterator[Line]:
    for each in coverage.missing:
        told = " ".join(day.isoformat() for day in each.days)
        yield [gettext("Days missing"), each.store.title, str(each.label), told]
    for store in coverage.silent:
        yield [gettext("No orders are read"), store.title]


def _number(cell: Cell) -> sheets.Cell:
    return _yuan(cell.value) if COLUMNS[cell.key][1] is Unit.FEN else cell.value


def bucket_file(
    orders: Iterable[Order],
    question: Question,
    coverage: Coverage,
    bucket: Bucket,
    stores: Sequence[Store],
    *,
    brand: str,
    store: str,
) -> Iterator[Line]:
    """Yield what was asked and what is missing, the heads, and a line for each order."""
    yield from about(question, brand=brand, store=store)
    yield [gettext("Bucket"), str(bucket.label), str(bucket.meaning)]
    yield from missing_lines(coverage)
    yield []
    yield _order_heads()
    names = {each.pk: each.title for each in stores}
    for order in orders:
        yield [names[order.store_id], *_order_line(order), order.why(question)]


def _order_heads() -> Line:
    return [
        gettext("Store"),
        gettext("Sub-order"),
        gettext("Order number"),
        gettext("Item id"),
        gettext("Item"),
        gettext("Day of the store"),
        gettext("Day of the programme"),
        str(COLUMNS["store_fen"][0]),
        str(COLUMNS["attributed_fen"][0]),
        str(COLUMNS["back_fen"][0]),
        gettext("Ordered at"),
        gettext("Clicked at"),
        gettext("Why it is here"),
    ]


def _order_line(order: Order) -> Line:
    return [
        order.sub_order_id,
        order.order_id,
        order.num_iid,
        order.item_title,
        *(day.isoformat() if day else None for day in (order.store_day, order.attributed_day)),
        *map(_yuan, (order.store_fen, order.attributed_fen, order.back_fen)),
        *map(_moment, (order.ordered_at, order.clicked_at)),
    ]


def _yuan(fen: int | None) -> sheets.Cell:
    return None if fen is None else money.yuan(fen)


def _moment(at: datetime | None) -> sheets.Cell:
    return at.astimezone(days.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else None


def in_site_file(
    total: NoteShops,
    found: Sequence[NoteShops],
    names: Mapping[NoteKey, Note],
    question: Question,
    *,
    brand: str,
    store: str,
) -> Iterator[Line]:
    """Yield what was asked, the heads, all notes together, then a line for each note."""
    yield from about(question, brand=brand, store=store)
    yield []
    heads = [cell.head for cell in total.in_site]
    heads += [f"{gettext('Tmall')} {cell.head}" for cell in total.tmall]
    left_out = gettext("Days left out")
    yield [gettext("Note"), gettext("Note id"), *heads, gettext("Days compared"), left_out]
    for row in [total, *found]:
        note = names.get(row.key) if row.key else None
        title = gettext("Total") if row is total else note.title if note else ""
        cells = map(number, [*row.in_site, *row.tmall])
        named = [title, row.key.note_id if row.key else ""]
        yield [*named, *cells, row.compared, row.left_out]
