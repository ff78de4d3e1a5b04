"""The buckets, and the orders of one, as files of exactly what is shown."""

from collections.abc import Iterator

from django.utils.translation import gettext

from campaigns.results.files import Line, about
from campaigns.results.metric import Unit
from campaigns.results.reconcile import Reconciliation
from campaigns.results.reconcile_days import Coverage
from campaigns.results.reconcile_table import (
    COLUMNS,
    TOTAL,
    Cell,
    bucket_rows,
    cells,
    ties,
)
from portal.lib import money, sheets


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
    is_money = COLUMNS[cell.key][1] is Unit.FEN
    return money.yuan(cell.value) if is_money and cell.value is not None else cell.value
