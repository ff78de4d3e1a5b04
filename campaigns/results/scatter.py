"""What each note cost against what it brought, as a chart: a dot a note, lines of equal ROI.

A note is drawn where both its spend and its GMV are known and it cost something; the others are
counted, each by its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import NamedTuple, TypedDict

from django.utils.translation import gettext

from campaigns.results.answers import Answer
from campaigns.results.figures import Figures, Returned, Share, Value, quotient
from campaigns.results.metrics import METRICS
from campaigns.results.queries import Listed, NoteFigures, NoteKey
from campaigns.results.shown import cell, title
from campaigns.results.standing import FEWEST_ORDERS
from campaigns.results.table import TOTAL

MOST_DOTS = 2_000
FEWEST_DOTS = 2
WIDE = 50  # where the largest is that many times the smallest, axes are logarithmic
NICE = [Decimal(each) for each in ("0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50", "100")]
MOST_LINES = 4
THIN, OPEN, CLOSED = "thin", "open", "closed"


class Dot(TypedDict):
    """Yuan; `kind` is thin with too few orders, open while a window is, else closed.

    `note` is what a click leads to, by the chart's address.
    """

    name: str
    note: int | str | None
    spend: float
    gmv: float
    orders: str
    roi: str
    maturity: float
    kind: str


class ScatterChart(TypedDict):
    dots: list[Dot]
    is_log: bool
    lines: list[float]
    total: float | None
    words: dict[str, str]
    address: str
    colours: tuple[str, str]  # of the line: full, and light


class Spot(NamedTuple):
    """Where a note stands, in fen: both sides are of the days whose GMV was returned, as its ROI's.

    `kind` is as a dot's.
    """

    note: NoteFigures
    spend: int
    gmv: int
    kind: str

    @property
    def roi(self) -> Value:
        return quotient(Share(self.gmv, self.spend), METRICS["roi"])


@dataclass(frozen=True)
class Scatter:
    """`drawn` are the costliest; of the others some are left out, some have no place on it."""

    drawn: Sequence[Spot]
    beyond: int
    unknown: int
    free: int
    is_log: bool

    @cached_property
    def without_gmv(self) -> int:
        return sum(not spot.gmv for spot in self.drawn)

    @cached_property
    def partial(self) -> int:
        gmv = METRICS["gmv"]
        found = [spot.note.figures.completeness(gmv) for spot in self.drawn]
        return found.count(Returned.PARTIAL)

    @cached_property
    def thin(self) -> int:
        return sum(spot.kind == THIN for spot in self.drawn)

    @cached_property
    def still_open(self) -> int:
        gmv = METRICS["gmv"]
        return sum(spot.note.figures.is_provisional(gmv) for spot in self.drawn)


def is_worth_drawing(answer: Answer) -> bool:
    shares = (note.figures.share_of("roi") for note in answer.notes)
    dots = (share for share in shares if share.part is not None and share.whole)
    return len(list(islice(dots, FEWEST_DOTS))) == FEWEST_DOTS


def scatter(answer: Answer) -> Scatter:
    sides = [(note, note.figures.share_of("roi")) for note in answer.notes]
    known = [(note, gmv, spend or 0) for note, (gmv, spend) in sides if gmv is not None]
    paid = [Spot(note, spend, gmv, kind_of(note.figures)) for note, gmv, spend in known if spend]
    drawn = sorted(paid, key=lambda spot: -spot.spend)[:MOST_DOTS]
    return Scatter(
        drawn=drawn,
        beyond=len(paid) - len(drawn),
        unknown=len(answer.notes) - len(known),
        free=len(known) - len(paid),
        is_log=is_wide([spot.spend for spot in drawn]) or is_wide([spot.gmv for spot in drawn]),
    )


def scatter_chart(
    found: Scatter, answer: Answer, notes: Mapping[NoteKey, Listed], address: str
) -> ScatterChart:
    """`address` is of a note's own page, with {note} where its key belongs."""
    total = answer.totals.value(METRICS["roi"])
    window = {"n": answer.question.window}
    return {
        "dots": [_dot(spot, notes.get(spot.note.key)) for spot in found.drawn],
        "is_log": found.is_log,
        "lines": [float(each) for each in _lines(found.drawn)],
        "total": None if total is None else float(total),
        "words": {
            "spend": title(METRICS["spend"]),
            "gmv": gettext("GMV %(n)s d") % window,
            "roi": str(METRICS["roi"].label),
            "order": str(METRICS["order"].label),
            "total": gettext("Total"),
            "maturity": gettext("Mature"),
            CLOSED: gettext("All windows over"),
            OPEN: gettext("May still rise"),
            THIN: gettext("Under %(n)s orders") % {"n": FEWEST_ORDERS},
        },
        "address": address,
        "colours": ("--rc-direct", "--rc-direct-3"),
    }


def kind_of(figures: Figures) -> str:
    if int(figures.value(METRICS["order"]) or 0) < FEWEST_ORDERS:
        return THIN
    return OPEN if figures.is_provisional(METRICS["gmv"]) else CLOSED


def _dot(spot: Spot, told: Listed | None) -> Dot:
    figures = spot.note.figures
    return {
        "name": (told and told.title) or f"…{spot.note.key.note_id[-6:]}",
        "note": told.pk if told else None,
        "spend": spot.spend / 100,
        "gmv": spot.gmv / 100,
        "orders": cell(figures, "order", TOTAL).full,
        "roi": cell(figures, "roi", TOTAL).full,
        "maturity": round(float(figures.maturity(figures.window) or 0), 4),
        "kind": spot.kind,
    }


def _lines(spots: Sequence[Spot]) -> list[Decimal]:
    """Return round ROIs between the notes' lowest and highest, and 1 in any case."""
    rois = [Decimal(roi) for spot in spots if (roi := spot.roi)]
    within = [each for each in NICE if rois and min(rois) <= each <= max(rois)]
    around = sorted({*within, Decimal(1)}, key=lambda each: abs(each.ln()))
    return sorted(around[:MOST_LINES])


def is_wide(values: Sequence[int | None]) -> bool:
    some = [value for value in values if value]
    return bool(some) and max(some) > WIDE * min(some)
