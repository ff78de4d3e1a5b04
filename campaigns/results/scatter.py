"""What each note cost against what it brought, as a chart: a dot a note, lines of equal ROI.

A note is drawn where both its spend and its GMV are known and it cost something; the others are
counted, each by its reason. Of a note whose GMV came for some of its days, both sides are of those
days, as its ROI is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TypedDict

from django.utils.translation import gettext

from campaigns.results.answers import Answer
from campaigns.results.figures import Figures, Returned
from campaigns.results.metrics import METRICS
from campaigns.results.queries import NoteFigures, NoteKey
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


@dataclass(frozen=True, slots=True)
class Scatter:
    """`drawn` are the costliest; of the others some are left out, some have no place on it."""

    drawn: Sequence[NoteFigures]
    beyond: int
    unknown: int
    free: int
    is_log: bool

    @property
    def without_gmv(self) -> int:
        return sum(not _gmv(note.figures) for note in self.drawn)

    @property
    def partial(self) -> int:
        gmv = METRICS["gmv"]
        found = [note.figures.completeness(gmv) for note in self.drawn]
        return found.count(Returned.PARTIAL)

    @property
    def thin(self) -> int:
        return sum(kind_of(note.figures) == THIN for note in self.drawn)

    @property
    def still_open(self) -> int:
        gmv = METRICS["gmv"]
        return sum(note.figures.is_provisional(gmv) for note in self.drawn)


def is_worth_drawing(answer: Answer) -> bool:
    shares = (note.figures.share_of("roi") for note in answer.notes)
    dots = (share for share in shares if share.part is not None and share.whole)
    return len(list(islice(dots, FEWEST_DOTS))) == FEWEST_DOTS


def scatter(answer: Answer) -> Scatter:
    known = [note for note in answer.notes if _gmv(note.figures) is not None]
    paid = [note for note in known if _spend(note.figures)]
    costliest = sorted(paid, key=lambda note: -(_spend(note.figures) or 0))
    drawn = costliest[:MOST_DOTS]
    return Scatter(
        drawn=drawn,
        beyond=len(paid) - len(drawn),
        unknown=len(answer.notes) - len(known),
        free=len(known) - len(paid),
        is_log=is_wide([_spend(note.figures) for note in drawn])
        or is_wide([_gmv(note.figures) for note in drawn]),
    )


def scatter_chart(
    found: Scatter, answer: Answer, names: Mapping[NoteKey, tuple[int, str]], address: str
) -> ScatterChart:
    """`address` is of a note's own page, with {note} where its key belongs."""
    total = answer.totals.value(METRICS["roi"])
    window = {"n": answer.question.window}
    return {
        "dots": [_dot(note, names.get(note.key)) for note in found.drawn],
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


def _dot(note: NoteFigures, named: tuple[int, str] | None) -> Dot:
    figures = note.figures
    pk, name = named or (None, "")
    return {
        "name": name or f"…{note.key.note_id[-6:]}",
        "note": pk,
        "spend": (_spend(figures) or 0) / 100,
        "gmv": (_gmv(figures) or 0) / 100,
        "orders": cell(figures, "order", TOTAL).full,
        "roi": cell(figures, "roi", TOTAL).full,
        "maturity": round(float(figures.maturity(figures.window) or 0), 4),
        "kind": kind_of(figures),
    }


def _lines(notes: Sequence[NoteFigures]) -> list[Decimal]:
    """Return round ROIs between the notes' lowest and highest, and 1 in any case."""
    told = [note.figures.value(METRICS["roi"]) for note in notes]
    rois = [Decimal(roi) for roi in told if roi]
    within = [each for each in NICE if rois and min(rois) <= each <= max(rois)]
    around = sorted({*within, Decimal(1)}, key=lambda each: abs(each.ln()))
    return sorted(around[:MOST_LINES])


def is_wide(values: Sequence[int | None]) -> bool:
    some = [value for value in values if value]
    return bool(some) and max(some) > WIDE * min(some)


def _spend(figures: Figures) -> int | None:
    """Return the spend of the days whose GMV was returned, as the ROI has it."""
    return figures.share_of("roi").whole


def _gmv(figures: Figures) -> int | None:
    return figures.share_of("roi").part
