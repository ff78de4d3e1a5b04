"""哪些笔记值得加，哪些该停: notes against the total, as far as their numbers bear it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import sqrt

from campaigns.models import Note
from campaigns.results.answers import Answer
from campaigns.results.metrics import METRICS
from campaigns.results.queries import NoteFigures, NoteKey
from campaigns.results.shown import Cell, cell

FEWEST_ORDERS = 30
LEAST_MATURE = Fraction(1, 2)
NORMAL = 1.96  # of a normal distribution, 95 % lie within so many standard deviations
SHOWN = 3
MARGIN = Decimal("1.08")  # room for the last dot


class Verdict(StrEnum):
    ABOVE = "above"  # even the low end of its interval is above the total
    BELOW = "below"  # even the high end is below
    ALIKE = "alike"
    OPEN = "open"  # too few orders, or too young


@dataclass(frozen=True, slots=True)
class Standing:
    """A note's ROI with the 95 % interval of a count of orders: 1 ± 1.96/√orders of it."""

    note: NoteFigures
    roi: Decimal
    orders: int
    maturity: Fraction
    verdict: Verdict

    @property
    def low(self) -> Decimal:
        return max(self.roi * (1 - self._width), Decimal(0))

    @property
    def high(self) -> Decimal:
        return self.roi * (1 + self._width)

    @property
    def _width(self) -> Decimal:
        return width(self.orders)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best, the worst, and some that can't be judged yet; `silent` returned no orders."""

    total: Decimal | None
    above: list[Standing]
    below: list[Standing]
    open: list[Standing]
    silent: int

    @property
    def shown(self) -> list[Standing]:
        return [*self.above, *self.below, *self.open]


@dataclass(frozen=True, slots=True)
class Whisker:
    """A standing as it is drawn: per cent of the width, as text for an SVG."""

    standing: Standing
    note: Note | None
    roi: Cell
    start: str
    end: str
    middle: str
    average: str


def whiskers(
    ranked: Ranking, standings: Sequence[Standing], titles: Mapping[NoteKey, Note]
) -> list[Whisker]:
    """Draw the standings on the scale of all that the ranking shows."""
    most = max([ranked.total or 0, *(each.high for each in ranked.shown)]) * MARGIN
    return [
        Whisker(
            standing=each,
            note=titles.get(each.note.key),
            roi=cell(each.note.figures, "roi", each.note.key.note_id),
            start=_percent(each.low, most),
            end=_percent(each.high, most),
            middle=_percent(each.roi, most),
            average=_percent(ranked.total or Decimal(0), most),
        )
        for each in standings
    ]


def ranking(answer: Answer) -> Ranking:
    """Compare each note with the total of the same question."""
    total = answer.totals.value(METRICS["roi"]) if answer.notes else None
    standings = [_stand(note, Decimal(total)) for note in answer.notes if total is not None]
    found = [each for each in standings if each]
    by_roi = sorted(found, key=lambda each: each.roi)
    return Ranking(
        total=None if total is None else Decimal(total),
        above=_first(by_roi[::-1], Verdict.ABOVE),
        below=_first(by_roi, Verdict.BELOW),
        open=_first(sorted(found, key=lambda each: -each.orders), Verdict.OPEN),
        silent=len(standings) - len(found),
    )


def width(orders: int) -> Decimal:
    """Return how far the interval reaches to either side, as a share of the figure."""
    return Decimal(NORMAL / sqrt(orders)) if orders else Decimal(1)


def _stand(note: NoteFigures, total: Decimal) -> Standing | None:
    roi = note.figures.value(METRICS["roi"])
    orders = note.figures.value(METRICS["order"])
    if roi is None or orders is None:
        return None
    maturity = note.figures.maturity(note.figures.window) or Fraction(0)
    verdict = _verdict(Decimal(roi), int(orders), maturity, total)
    return Standing(note, Decimal(roi), int(orders), maturity, verdict)


def _verdict(roi: Decimal, orders: int, maturity: Fraction, total: Decimal) -> Verdict:
    if orders < FEWEST_ORDERS or maturity < LEAST_MATURE:
        return Verdict.OPEN
    if roi * (1 - width(orders)) > total:
        return Verdict.ABOVE
    if roi * (1 + width(orders)) < total:
        return Verdict.BELOW
    return Verdict.ALIKE


def _percent(value: Decimal, most: Decimal) -> str:
    return f"{value / most * 100:.1f}%" if most else "0%"


def _first(standings: Sequence[Standing], verdict: Verdict) -> list[Standing]:
    return [each for each in standings if each.verdict is verdict][:SHOWN]
