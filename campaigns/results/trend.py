"""Day by day: what was spent, and what came of it; as a chart and as the table behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.results.answers import Answer, DayFigures, DayState
from campaigns.results.calendar import mark_on
from campaigns.results.maturity import maturity
from campaigns.results.metrics import METRICS, Line, Text
from campaigns.results.shown import Cell, cell, title, under_head, weekday
from portal.lib import money

COLUMNS = ("spend", "impression", "ad_click", "jump_click", "order", "gmv", "roi")
CHAIN = (  # every step that a note's day has, with the rates between them
    *("spend", "impression", "ad_click", "ctr", "interaction", "interaction_rate"),
    *("jump_click", "jump_rate", "order", "gmv", "roi"),
)


class Point(TypedDict):
    """Yuan; null is a gap, because what was not returned is not 0."""

    day: str
    label: str
    weekday: str
    gmv: float | None
    fee: float | None
    maturity: float
    provisional: bool


class Chart(TypedDict):
    days: list[Point]
    marks: list[dict[str, str]]
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of either line; without cells it has no figures, and `reason` says why."""

    line: Line
    day: date
    state: DayState
    cells: list[Cell]
    maturity: Fraction

    @property
    def weekday(self) -> str:
        return weekday(self.day)

    @property
    def mark(self) -> Text:
        return mark_on(self.day)

    @property
    def reason(self) -> Text:
        if self.state == DayState.NOT_DUE:
            return _("This day's figures are not due yet.")
        if self.state == DayState.QUIET:
            return _("None of the chosen notes was delivered on this day.")
        if self.line is Line.STAR:
            return _("No export told of this day. Download a newer one and import it.")
        return _("Juguang has returned nothing for this day.")


def day_heads(window: int, columns: Sequence[str] = COLUMNS) -> list[tuple[str, str]]:
    metrics = [METRICS[key] for key in columns]
    return [(title(metric), under_head(metric, window)) for metric in metrics]


def day_rows(answer: Answer, columns: Sequence[str] = COLUMNS) -> list[DayRow]:
    """The newest day first: it is the one looked for."""
    return [
        DayRow(
            Line.DIRECT, each.day, each.state, _cells(each, columns), _maturity(answer, each.day)
        )
        for each in reversed(answer.days)
    ]


def chart(answer: Answer) -> Chart:
    window = {"n": answer.question.window}
    return {
        "days": [_point(answer, each) for each in answer.days],
        "marks": marks(each.day for each in answer.days),
        "words": {
            "gmv": gettext("GMV %(n)s d") % window,
            "fee": gettext("Spend"),
            "provisional": gettext("%(n)s-day window still open") % window,
            "maturity": gettext("Mature"),
        },
    }


def marks(days: Iterable[date]) -> list[dict[str, str]]:
    return [{"day": f"{day}", "word": str(mark)} for day in days if (mark := mark_on(day))]


def point(day: date, gone: Fraction, *, gmv: int | None, fee: int | None) -> Point:
    """Return the day as a chart draws it; amounts are given in fen."""
    return {
        "day": day.isoformat(),
        "label": day.strftime("%m-%d"),
        "weekday": weekday(day),
        "gmv": _yuan(gmv),
        "fee": _yuan(fee),
        "maturity": round(float(gone), 4),
        "provisional": gone < 1,
    }


def _cells(each: DayFigures, columns: Sequence[str]) -> list[Cell]:
    if each.figures is None:
        return []
    return [cell(each.figures, key, f"day:{each.day.isoformat()}") for key in columns]


def _maturity(answer: Answer, day: date) -> Fraction:
    return maturity(day, answer.question.window, answer.question.known)


def _point(answer: Answer, each: DayFigures) -> Point:
    told = each.figures
    gmv, fee = (told.sum_of(key) if told else None for key in ("gmv", "spend"))
    return point(each.day, _maturity(answer, each.day), gmv=gmv, fee=fee)


def _yuan(fen: int | None) -> float | None:
    """A chart's JSON knows no decimals; every sum below 2^53 fen is exact to the fen."""
    return None if fen is None else float(money.yuan(fen) + Decimal(0))
