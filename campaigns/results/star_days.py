"""A star task day by day: as a chart and as the table behind it."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.results.calendar import mark_on
from campaigns.results.maturity import maturity
from campaigns.results.metrics import METRICS, Line, Text
from campaigns.results.shown import Cell, cell, title, under_head, weekday
from campaigns.results.star import COLUMNS, StarAnswer
from campaigns.results.trend import Chart, Point, in_yuan


@dataclass(frozen=True, slots=True)
class StarDayRow:
    """Without cells the day is owed, and `reason` says what of it."""

    day: date
    cells: list[Cell]
    maturity: Fraction
    mark: Text
    is_due: bool

    @property
    def weekday(self) -> str:
        return weekday(self.day)

    @property
    def reason(self) -> Text:
        if self.is_due:
            return _("No export told of this day. Download a newer one and import it.")
        return _("This day's figures are not due yet.")


def heads(window: int) -> list[tuple[str, str, Text]]:
    """Return the columns' titles, the lines below them, and what they mean."""
    metrics = [METRICS[key] for key in COLUMNS]
    return [(title(each), under_head(each, window), each.definition) for each in metrics]


def day_rows(answer: StarAnswer) -> list[StarDayRow]:
    """The newest day first: it is the one looked for."""
    return [_row(answer, day) for day in reversed(list(answer.question.days()))]


def chart(answer: StarAnswer) -> Chart:
    days = list(answer.question.days())
    window = {"n": answer.question.window}
    return {
        "days": [_point(answer, day) for day in days],
        "marks": [
            {"day": day.isoformat(), "word": str(mark)} for day in days if (mark := mark_on(day))
        ],
        "words": {
            "gmv": gettext("Store GMV %(n)s d") % window,
            "provisional": gettext("%(n)s-day window still open") % window,
            "maturity": gettext("Mature"),
        },
    }


def _row(answer: StarAnswer, day: date) -> StarDayRow:
    figures = answer.days.get(day)
    place = f"day:{day.isoformat()}"
    return StarDayRow(
        day=day,
        cells=[cell(figures, key, place) for key in COLUMNS] if figures else [],
        maturity=_maturity(answer, day),
        mark=mark_on(day),
        is_due=day <= answer.question.newest,
    )


def _maturity(answer: StarAnswer, day: date) -> Fraction:
    return maturity(day, answer.question.window, answer.question.known, Line.STAR.lag)


def _point(answer: StarAnswer, day: date) -> Point:
    figures = answer.days.get(day)
    gone = _maturity(answer, day)
    return {
        "day": day.isoformat(),
        "label": day.strftime("%m-%d"),
        "weekday": weekday(day),
        "gmv": in_yuan(figures.sums["store_gmv"]) if figures else None,
        "fee": None,
        "maturity": round(float(gone), 4),
        "provisional": gone < 1,
    }
