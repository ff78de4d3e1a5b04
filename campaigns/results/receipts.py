"""A figure's receipt: what it means, where it is from, and how far to believe it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from campaigns.results import queries
from campaigns.results.answers import Answer
from campaigns.results.metrics import METRICS, Metric
from campaigns.results.question import MOMENT, Question
from campaigns.results.shown import Cell, cell, window_tag, written
from campaigns.results.table import TOTAL
from merchants.models import Brand, Membership
from portal.lib import days

NIGHTS = 3


@dataclass(frozen=True, slots=True)
class Word:
    """What the figure was as known at one moment, and how far from the word before it."""

    moment: datetime
    value: str
    change: str


@dataclass(frozen=True, slots=True)
class Receipt:
    figure: Cell
    answer: Answer
    restatements: list[Word]

    @property
    def metric(self) -> Metric:
        return self.figure.metric

    @property
    def window(self) -> str:
        return window_tag(self.metric, self.figure.window)

    @property
    def source(self) -> str:
        return self.metric.source_for(self.figure.window)

    @property
    def maturity(self) -> Fraction | None:
        if not self.window:
            return None
        return self.answer.totals.maturity(self.metric.days(self.figure.window))

    @property
    def code(self) -> str:
        return f"{self.metric.key}.direct.{self.metric.days(self.figure.window) or 'day'}"


def receipt(key: str, answer: Answer, brand: Brand, membership: Membership) -> Receipt:
    return Receipt(
        figure=cell(answer.totals, key, TOTAL),
        answer=answer,
        restatements=restatements(METRICS[key], answer, brand, membership),
    )


def restatements(
    metric: Metric, answer: Answer, brand: Brand, membership: Membership
) -> list[Word]:
    """The figure as it stood at the ends of the last days, newest first."""
    moments = _last_moments(answer.question)
    values = [answer.totals.value(metric)]
    for moment in moments[1:]:
        question = Question(
            first=answer.question.first,
            last=answer.question.last,
            window=answer.question.window,
            moment=moment,
            store=answer.question.store,
        )
        rows = queries.rows_for(brand, membership, question)
        values.append(queries.totals(rows, question).value(metric))
    words = []
    for n, (moment, value) in enumerate(zip(moments, values, strict=True)):
        before = values[n + 1] if n + 1 < len(values) else None
        changed = value is not None and before is not None and value != before
        change = written(value - before, metric.unit) if changed else ""
        words.append(Word(moment, written(value, metric.unit), change))
    return words


def _last_moments(question: Question) -> list[datetime]:
    today = days.starts_at(question.known)
    earlier = [today - timedelta(days=n) - MOMENT for n in range(NIGHTS - 1)]
    return [question.moment, *earlier]
