"""A figure's receipt: what it means, where it is from, and how far to believe it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from campaigns.results import queries
from campaigns.results.answers import Answer, Coverage
from campaigns.results.metrics import METRICS, Metric, Text
from campaigns.results.question import MOMENT, Question
from campaigns.results.receipted import source_of
from campaigns.results.shown import Cell, cell, moved_by, window_tag
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
    def report(self) -> Text:
        return source_of(self.metric.line, self.answer.question)

    @property
    def maturity(self) -> Fraction | None:
        if not self.window:
            return None
        return self.answer.totals.maturity(self.metric.days(self.figure.window))

    @property
    def coverage(self) -> Coverage:
        return self.answer.coverage_of(self.metric)

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

    def figure(question: Question) -> Cell:
        return cell(queries.totals(brand, membership, question), metric.key, TOTAL)

    return words(answer.question, figure, NIGHTS)


def words(question: Question, figure: Callable[[Question], Cell | None], nights: int) -> list[Word]:
    """Return what `figure` says of the question at the ends of so many days, newest first."""
    found: list[Word] = []
    before: Cell | None = None
    for moment in _last_moments(question, nights):
        now = figure(replace(question, moment=moment))
        found.append(
            Word(
                moment=moment,
                value=now.full if now else "—",
                change=moved_by(before, now) if before and now else "",
            )
        )
        before = now
    return found[::-1]


def _last_moments(question: Question, nights: int) -> list[datetime]:
    """Oldest first."""
    today = days.starts_at(question.known)
    earlier = [today - timedelta(days=n) - MOMENT for n in reversed(range(nights - 1))]
    return [*earlier, question.moment]
