"""The buckets as a page shows them: a cell for each figure, and whether the two sides tie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from campaigns.results.metric import Unit
from campaigns.results.reconcile import Bucket, Own, Reconciliation, Sums
from campaigns.results.shown import written

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, StrPromise

COLUMNS: Mapping[str, "tuple[StrPromise, Unit]"] = {
    "orders": (_("Sub-orders"), Unit.COUNT),
    "store_orders": (_("Of the store"), Unit.COUNT),
    "store_fen": (_("Paid at the store ¥"), Unit.FEN),
    "attributed_orders": (_("Attributed"), Unit.COUNT),
    "attributed_fen": (_("Attributed ¥"), Unit.FEN),
    "difference_fen": (_("Difference ¥"), Unit.FEN),
    "back_fen": (_("Paid back ¥"), Unit.FEN),
}
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Cell:
    """`place` is a bucket, or `total`; what is unknown has a reason instead of a value."""

    key: str
    place: str
    value: int | None
    is_provisional: bool
    reason: "StrOrPromise"

    @property
    def head(self) -> "StrPromise":
        return COLUMNS[self.key][0]

    @property
    def text(self) -> str:
        return written(self.value, COLUMNS[self.key][1])

    @property
    def exact(self) -> str:
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True)
class Tie:
    """What the buckets hold of one side, against what that side's own rows come to."""

    key: str
    label: "StrPromise"
    own: Own
    buckets: Own

    @property
    def difference_fen(self) -> int:
        return self.buckets.fen - self.own.fen

    @property
    def is_even(self) -> bool:
        return self.own == self.buckets


def bucket_rows(found: Reconciliation, *, is_whole: bool) -> list[tuple[Bucket, list[Cell]]]:
    return [(each, cells(sums, each, is_whole=is_whole)) for each, sums in found.buckets.items()]


def cells(sums: Sums, place: str, *, is_whole: bool) -> list[Cell]:
    return [_cell(sums, key, place, is_whole=is_whole) for key in COLUMNS]


def ties(found: Reconciliation) -> Sequence[Tie]:
    total = found.total
    return (
        Tie(
            "store",
            _("The store's own orders"),
            found.store,
            Own(total.store_orders, total.store_fen or 0),
        ),
        Tie(
            "attributed",
            _("Attributed orders"),
            found.attributed,
            Own(total.attributed_orders, total.attributed_fen or 0),
        ),
    )


def _cell(sums: Sums, key: str, place: str, *, is_whole: bool) -> Cell:
    """While days are missing an empty bucket is not empty for sure."""
    value: int | None = getattr(sums, key)
    reason: StrOrPromise = ""
    if value is None:
        reason = _("Nothing was paid for any of them.")
    elif not value and not is_whole and (key == "back_fen" or not sums.orders):
        value, reason = None, _("Days are missing: nobody can say that there are none.")
    return Cell(key, place, value, not is_whole and value is not None, reason)
