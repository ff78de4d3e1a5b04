"""站内店铺 beside Tmall: what the same notes brought, on the same days, in two shops.

聚光 counts both within 7 days of the ad click. They are other people's purchases in other shops:
the figures stand side by side, and nothing here adds them up or divides one by the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext_lazy as _

from campaigns.results.maturity import maturity
from campaigns.results.metric import Unit
from campaigns.results.queries import NoteKey, rows_for
from campaigns.results.question import Question
from campaigns.results.shown import written
from merchants.models import Brand, Membership

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, StrPromise

WEEK = 7  # days; the in-site figures have no other window

IN_SITE: Mapping[str, "tuple[StrPromise, Unit]"] = {
    "in_site_goods_visit": (_("Item visits"), Unit.COUNT),
    "in_site_seller_visit": (_("Shop visits"), Unit.COUNT),
    "in_site_add_to_cart": (_("Added to cart"), Unit.COUNT),
    "in_site_order": (_("In-site orders"), Unit.COUNT),
    "in_site_gmv_fen": (_("In-site GMV ¥"), Unit.FEN),
}
TMALL: Mapping[str, "tuple[StrPromise, Unit]"] = {
    "jump_click": (_("Jumps to Tmall"), Unit.COUNT),
    "order_7": (_("Tmall orders, 7 d"), Unit.COUNT),
    "gmv_7_fen": (_("Tmall GMV 7 d ¥"), Unit.FEN),
}
COLUMNS = {**IN_SITE, **TMALL}
# A note day counts where both shops were told of it: else one side would have more days.
BOTH = Q(in_site_order__isnull=False, order_7__isnull=False)


@dataclass(frozen=True, slots=True)
class Cell:
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
class NoteShops:
    """A note's two shops. Of `days` that it has, `compared` told of both."""

    key: NoteKey | None
    days: int
    compared: int
    cells: Sequence[Cell]

    @property
    def left_out(self) -> int:
        return self.days - self.compared


def shops_by_note(
    brand: Brand, membership: Membership, question: Question
) -> tuple[NoteShops, list[NoteShops]]:
    """Return all notes together, and each: most in-site sales first, then most at Tmall."""
    rows = rows_for(brand, membership, question)
    total = _shops(rows.aggregate(**_measures()), question, None)
    by_note = rows.values("connection_id", "note_id").annotate(**_measures())
    found = [
        _shops(row, question, NoteKey(row["connection_id"], row["note_id"])) for row in by_note
    ]
    return total, sorted(found, key=_rank)


def _measures() -> dict[str, Any]:  # aggregates
    sums = {f"{key}_sum": Sum(key, filter=BOTH) for key in COLUMNS}
    counts = {"days": Count("day"), "compared": Count("day", filter=BOTH)}
    return sums | counts | {"newest": Max("day", filter=BOTH)}


def _shops(row: Mapping[str, Any], question: Question, key: NoteKey | None) -> NoteShops:
    newest = row["newest"]
    is_open = newest is not None and maturity(newest, WEEK, question.known) < 1
    place = key.note_id if key else "total"
    cells = [
        Cell(name, place, value, is_open and value is not None, _why(value, row["compared"]))
        for name in COLUMNS
        for value in [_whole(row[f"{name}_sum"])]
    ]
    return NoteShops(key, row["days"], row["compared"], cells)


def _why(value: int | None, compared: int) -> "StrOrPromise":
    """Say why there is no figure; a sum is one as soon as a day has told of it."""
    if value is not None:
        return ""
    if not compared:
        return _("On no day were both shops told of.")
    return _("Juguang has not returned this.")


def _rank(row: NoteShops) -> tuple[int, int, str]:
    values = {cell.key: cell.value or 0 for cell in row.cells}
    name = row.key.note_id if row.key else ""
    return -values["in_site_gmv_fen"], -values["gmv_7_fen"], name


def _whole(value: Any) -> int | None:  # PostgreSQL sums bigint as numeric
    return None if value is None else int(value)
