"""站内店铺 beside Tmall: what the same notes brought, on the same days, in two shops.

聚光 counts both within 7 days of the ad click. They are other people's purchases in other shops:
the figures stand side by side, and nothing here adds them up or divides one by the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from campaigns.results import queries
from campaigns.results.figures import Figures
from campaigns.results.measures import figures_of
from campaigns.results.metrics import METRICS, SUMS, Line, Metric
from campaigns.results.queries import NoteKey
from campaigns.results.question import Question
from campaigns.results.shown import Cell, cell, unknown
from campaigns.results.table import TOTAL
from merchants.models import Brand, Membership

WEEK = 7  # days; the in-site figures have no other window
IN_SITE = SUMS[Line.IN_SITE]
TMALL = [METRICS[key] for key in ("jump_click", "order", "gmv")]
NEITHER = _("On no day were both shops told of.")
# A note day counts where both shops were told of it: else one side would have more days.
BOTH = Q(in_site_order__isnull=False, order_7__isnull=False)

Sides = tuple[Figures | None, Figures | None]  # the in-site shop's figures, and Tmall's


@dataclass(frozen=True, slots=True)
class NoteShops:
    """A note's two shops. Of `days` that it has, `compared` told of both."""

    key: NoteKey | None
    days: int
    compared: int
    in_site: Sequence[Cell]
    tmall: Sequence[Cell]

    @property
    def left_out(self) -> int:
        return self.days - self.compared


def shops_by_note(
    brand: Brand, membership: Membership, question: Question
) -> tuple[NoteShops, list[NoteShops]]:
    """Return all notes together, and each: most in-site sales first, then most at Tmall."""
    week = replace(question, window=WEEK)
    rows = queries.rows_for(brand, membership, week)
    asked = replace(week, line=Line.IN_SITE), replace(week, line=Line.DIRECT)
    both = rows.filter(BOTH)
    in_site, tmall = (_by_note(queries.by_note_of([both], each)) for each in asked)
    days = {
        NoteKey(connection, note): count
        for connection, note, count in rows.values_list("connection_id", "note_id").annotate(
            days=Count("day")
        )
    }
    found = [_shops(key, days[key], (in_site.get(key), tmall.get(key))) for key in days]
    totals = figures_of(both, asked[0]), figures_of(both, asked[1])
    sides = totals if totals[0].rows else (None, None)
    return _shops(None, sum(days.values()), sides), sorted(found, key=_rank)


def _by_note(found: Sequence[queries.NoteFigures]) -> Mapping[NoteKey, Figures]:
    return {each.key: each.figures for each in found}


def _shops(key: NoteKey | None, days: int, sides: Sides) -> NoteShops:
    place = key.note_id if key else TOTAL
    in_site, tmall = (
        [_cell(figures, metric, place) for metric in metrics]
        for figures, metrics in zip(sides, (IN_SITE, TMALL), strict=True)
    )
    return NoteShops(key, days, sides[0].rows if sides[0] else 0, in_site, tmall)


def _cell(figures: Figures | None, metric: Metric, place: str) -> Cell:
    if figures is None:
        return unknown(metric, place, WEEK, NEITHER)
    return cell(figures, metric.key, place)


def _rank(row: NoteShops) -> tuple[int, int, str]:
    in_site, tmall = (int(side[-1].value or 0) for side in (row.in_site, row.tmall))
    return -in_site, -tmall, row.key.note_id if row.key else ""
