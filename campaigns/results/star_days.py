"""A star task day by day: as a chart and as the table behind it."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext

from campaigns.results.answers import DayState
from campaigns.results.maturity import maturity
from campaigns.results.metrics import Line, Metric, Text
from campaigns.results.question import Question
from campaigns.results.shown import cell, title, under_head
from campaigns.results.star import StarAnswer
from campaigns.results.trend import Chart, DayRow, Point, marks, point


def heads(metrics: Sequence[Metric], window: int) -> list[tuple[str, str, Text]]:
    """Return the columns' titles, the lines below them, and what they mean."""
    return [(title(each), under_head(each, window), each.definition) for each in metrics]


def day_rows(answer: StarAnswer, metrics: Sequence[Metric]) -> list[DayRow]:
    """The newest day first: it is the one looked for."""
    return [_row(answer, day, metrics) for day in reversed(list(answer.question.days()))]


def chart(answer: StarAnswer) -> Chart:
    window = {"n": answer.question.window}
    return {
        "days": [_point(answer, day) for day in answer.question.days()],
        "marks": marks(answer.question.days()),
        "words": {
            "gmv": gettext("Store GMV %(n)s d") % window,
            "provisional": gettext("%(n)s-day window still open") % window,
            "maturity": gettext("Mature"),
        },
    }


def _row(answer: StarAnswer, day: date, metrics: Sequence[Metric]) -> DayRow:
    figures = answer.days.get(day)
    cells = [cell(figures, each.key, f"day:{day}") for each in metrics] if figures else []
    state = DayState.MISSING if day <= answer.question.newest else DayState.NOT_DUE
    if figures:
        state = DayState.RETURNED
    return DayRow(Line.STAR, day, state, cells, maturity_of(answer.question, day))


def maturity_of(question: Question, day: date) -> Fraction:
    return maturity(day, question.window, question.known, Line.STAR.lag)


def _point(answer: StarAnswer, day: date) -> Point:
    figures = answer.days.get(day)
    gmv = figures.sum_of("store_gmv") if figures else None
    return point(day, maturity_of(answer.question, day), gmv=gmv, fee=None)
