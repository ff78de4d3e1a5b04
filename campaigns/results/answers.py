"""The whole answer to one question: totals, days and notes that agree with each other."""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from campaigns.results import queries
from campaigns.results.figures import Figures, Returned, together
from campaigns.results.maturity import matures_on, maturity
from campaigns.results.metrics import METRICS, Metric
from campaigns.results.queries import NoteFigures
from campaigns.results.question import Question
from merchants.models import Brand, Membership


class DayState(StrEnum):
    RETURNED = "returned"
    MISSING = "missing"  # the partner owes it and has returned no row
    NOT_DUE = "not_due"
    QUIET = "quiet"  # returned, and none of the chosen notes is in it


@dataclass(frozen=True, slots=True)
class DayFigures:
    day: date
    state: DayState
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the notes with delivery have returned a metric."""

    delivered: int
    partial: int
    missing: list[NoteFigures]

    @property
    def returned(self) -> int:
        return self.delivered - len(self.missing)

    @property
    def is_complete(self) -> bool:
        return not self.partial and not self.missing


@dataclass(frozen=True)
class Answer:
    question: Question
    totals: Figures
    days: list[DayFigures]
    notes: list[NoteFigures]

    @property
    def is_empty(self) -> bool:
        return not self.notes

    @property
    def returned_days(self) -> list[date]:
        told = (DayState.RETURNED, DayState.QUIET)
        return [each.day for each in self.days if each.state in told]

    @property
    def days_due(self) -> list[DayFigures]:
        """The days with figures and those that owe them, the newest first."""
        due = (DayState.RETURNED, DayState.MISSING)
        return [each for each in reversed(self.days) if each.state in due]

    @property
    def missing_days(self) -> list[date]:
        return [each.day for each in self.days if each.state == DayState.MISSING]

    @property
    def mature_days(self) -> int:
        question = self.question
        days = self.returned_days
        return sum(maturity(day, question.window, question.known) == 1 for day in days)

    @property
    def matures_on(self) -> date:
        """The first date on which every day of the period is final."""
        return matures_on(self.question.last, self.question.window)

    @property
    def coverage(self) -> Coverage:
        """The coverage of the orders, which are what goes missing."""
        return self.coverage_of(METRICS["order"])

    def coverage_of(self, metric: Metric) -> Coverage:
        stands = {kinds: one.completeness(metric) for kinds, one in self._alike.items()}
        lacking = {kinds for kinds, each in stands.items() if each is Returned.NOTHING}
        return Coverage(
            delivered=len(self.notes),
            partial=sum(
                self._counts[kinds] for kinds, each in stands.items() if each is Returned.PARTIAL
            ),
            missing=[note for note in self.notes if note.figures.kinds in lacking]
            if lacking
            else [],
        )

    @cached_property
    def _alike(self) -> dict[tuple[int, ...], Figures]:
        """Return one note's figures of each kind of completeness: there are thousands of notes."""
        return {note.figures.kinds: note.figures for note in self.notes}

    @cached_property
    def _counts(self) -> Counter[tuple[int, ...]]:
        return Counter(note.figures.kinds for note in self.notes)


def answer(brand: Brand, membership: Membership, question: Question) -> Answer:
    found = queries.by_day(brand, membership, question)
    told = queries.told_days(brand, membership, question)
    return Answer(
        question=question,
        totals=together(found.values(), question.line, question.window),
        days=[_day(day, found, told, question) for day in question.days()],
        notes=queries.by_note(brand, membership, question),
    )


def _day(
    day: date, found: Mapping[date, Figures], told: Set[date], question: Question
) -> DayFigures:
    """Say how the day stands; `told` are days of which other notes than the chosen tell."""
    if figures := found.get(day):
        return DayFigures(day, DayState.RETURNED, figures)
    if day in told:
        return DayFigures(day, DayState.QUIET, None)
    due = day <= question.newest
    return DayFigures(day, DayState.MISSING if due else DayState.NOT_DUE, None)
