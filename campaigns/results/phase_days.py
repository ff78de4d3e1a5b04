"""The days that phases are made of, on either line: their sum, and their average per day."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from campaigns.results.figures import Figures, Value, added
from campaigns.results.metrics import METRICS, Text, Unit
from campaigns.results.question import Question
from campaigns.results.shown import Cell, cell, is_few, unknown
from campaigns.results.star import StarAnswer, StarRow, joined, total_cell

TENTH = Decimal("0.1")
NOTHING = _("Nothing has been returned for these days.")
QUIET = _("None of the chosen notes was delivered on these days.")


class PhaseDays(Protocol):
    @property
    def question(self) -> Question: ...

    def told(self, days: Iterable[date]) -> list[date]:
        """Return those of the days of which anything was told."""

    def coverage(self, days: Iterable[date]) -> tuple[int, int]:
        """Return how many rows told of what goes missing, and how many there are."""

    def maturity(self, days: Iterable[date]) -> Fraction | None: ...

    def total(self, key: str, place: str, days: Sequence[date]) -> Cell: ...

    def average(self, key: str, place: str, days: Sequence[date]) -> Cell:
        """Return the total per day on which the metric was returned; ratios are what they are."""


@dataclass(frozen=True, slots=True)
class DirectDays:
    """`quiet` are the days that were returned without any of the chosen notes: 0, not unknown."""

    question: Question
    found: Mapping[date, Figures]
    quiet: Set[date]

    def told(self, days: Iterable[date]) -> list[date]:
        return [day for day in days if day in self.found or day in self.quiet]

    def coverage(self, days: Iterable[date]) -> tuple[int, int]:
        parts, order = self._parts(days), METRICS["order"]
        return sum(part.returned(order) for part in parts), sum(part.rows for part in parts)

    def maturity(self, days: Iterable[date]) -> Fraction | None:
        parts = self._parts(days)
        return added(parts).maturity(self.question.window) if parts else None

    def total(self, key: str, place: str, days: Sequence[date]) -> Cell:
        parts = self._parts(days)
        if parts:
            return cell(added(parts), key, place)
        reason: Text = QUIET if self.told(days) else NOTHING
        return unknown(METRICS[key], place, self.question.window, reason)

    def average(self, key: str, place: str, days: Sequence[date]) -> Cell:
        metric = METRICS[key]
        known = sum(part.value(metric) is not None for part in self._parts(days))
        return _per_day(self.total(key, place, days), known + len(self.quiet & set(days)))

    def _parts(self, days: Iterable[date]) -> list[Figures]:
        return [self.found[day] for day in days if day in self.found]


@dataclass(frozen=True, slots=True)
class StarDays:
    """`found` are each day's tasks; what can't be added up over tasks has no total here either."""

    question: Question
    found: Mapping[date, Sequence[StarRow]]

    def told(self, days: Iterable[date]) -> list[date]:
        return [day for day in days if day in self.found]

    def coverage(self, days: Iterable[date]) -> tuple[int, int]:
        rows = self._rows(days)
        return sum(bool(row.figures.returned(METRICS["store_gmv"])) for row in rows), len(rows)

    def maturity(self, days: Iterable[date]) -> Fraction | None:
        rows = self._rows(days)
        return added([row.figures for row in rows]).maturity(self.question.window) if rows else None

    def total(self, key: str, place: str, days: Sequence[date]) -> Cell:
        tasks = joined(self._rows(days))
        if not tasks:
            return unknown(METRICS[key], place, self.question.window, NOTHING)
        return replace(total_cell(StarAnswer(self.question, tasks, None, {}, []), key), place=place)

    def average(self, key: str, place: str, days: Sequence[date]) -> Cell:
        """One task's people are counted once a day, so their average is exact.

        Where a day has too few of them to be told, it is at most so much.
        """
        metric = METRICS[key]
        known = {
            day
            for day in self.told(days)
            if any(row.figures.value(metric) is not None for row in self.found[day])
        }
        several = len(joined(self._rows(days))) > 1
        total = self.total(key, place, days)
        is_at_most = total.is_at_most and (several or total.has_few)
        return _per_day(replace(total, is_at_most=is_at_most), len(known))

    def _rows(self, days: Iterable[date]) -> list[StarRow]:
        return [row for day in days for row in self.found.get(day, ())]


def _per_day(total: Cell, days: int) -> Cell:
    metric = total.metric
    if total.value is None or metric.is_ratio or not days:
        return total
    value = _share_of(total.value, days, metric.unit)
    few = is_few(value, metric.unit)
    return replace(total, value=None if few else value, is_few=few)


def _share_of(value: int | Decimal, days: int, unit: Unit) -> Value:
    """Fen stay whole; of what is counted there is a tenth."""
    exact = Decimal(value) / days
    if unit == Unit.FEN:
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    return exact.quantize(TENTH, ROUND_HALF_UP)
