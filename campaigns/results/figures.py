"""The figures of one row of an answer: a note, a day, or all of them together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, NamedTuple

from campaigns.results.metric import FEW
from campaigns.results.metrics import RATIOS, SUMS, Line, Metric, Unit

Value = int | Decimal | None
LEAST, MOST = 1, FEW - 1  # that too few people may be


class Share(NamedTuple):
    """Both sides of a ratio, of the note days that returned both."""

    part: int | None
    whole: int | None


class Returned(StrEnum):
    COMPLETE = "complete"
    PARTIAL = "partial"
    NOTHING = "nothing"


def completeness(returned: int, expected: int) -> Returned:
    """The one rule of what is missing: of what had to be returned, how much was."""
    if not returned:
        return Returned.NOTHING
    return Returned.COMPLETE if returned == expected else Returned.PARTIAL


# What so many note days of one kind add up to, as the database returns it: there are thousands.
# All returned the same columns, and in the same ones tell of too few people. The kind comes first,
# with a bit for each column that is None and above these a bit for each of too few people; then
# how many note days they are; then what a Shape says.
Part = Sequence[Any]
KIND, ROWS, FIRST_SUM = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Shape:
    """Where in a part what stands.

    `places` are of the line's columns in the registry's order, None where none of the rows
    returned one; too few people count as the MOST that they may be. `sides` are both sides of a
    ratio. `gone` adds up the days that are gone of each span, and `paid` the same times the spend.
    """

    window: int
    places: Mapping[str, int]
    sides: Mapping[str, tuple[int, int]]
    gone: Mapping[int, int]
    paid: Mapping[int, int]
    counts_people: bool


@cache
def shape_of(line: Line, window: int) -> Shape:
    places = {metric.key: place for place, metric in enumerate(SUMS[line], FIRST_SUM)}
    sides = {each.key: (places[each.over[0]], places[each.over[1]]) for each in RATIOS[line]}
    spans = sorted({metric.days(window) for metric in SUMS[line]} - {0})
    gone = {span: place for place, span in enumerate(spans, FIRST_SUM + len(places))}
    paid = {span: place + len(spans) for span, place in gone.items()}
    counts_people = any(each.is_of_people for each in SUMS[line])
    return Shape(window, places, sides, gone, paid, counts_people)


@dataclass(frozen=True)
class Figures:
    """Null is "not returned": a sum is null when no note day (`rows`) returned it.

    A row with fewer than FEW people counts as the most that they may be in a sum, and above a
    ratio's line; below the line as the least.
    """

    shape: Shape
    parts: Sequence[Part]

    @property
    def window(self) -> int:
        return self.shape.window

    @cached_property
    def rows(self) -> int:
        return sum(part[ROWS] for part in self.parts)

    @cached_property
    def kinds(self) -> tuple[int, ...]:
        """Return the kind of each part: two of the same are as complete, in every metric."""
        return tuple([part[KIND] for part in self.parts])

    def sum_of(self, key: str) -> int | None:
        place = self.shape.places[key]
        return _added([part[place] for part in self.parts])

    def share_of(self, key: str) -> Share:
        part, whole = self.shape.sides[key]
        both = [each for each in self.parts if _tells(each, part, whole)]
        return Share(
            _added([each[part] for each in both]),
            _added([self._least(each, whole) for each in both]),
        )

    def has_few(self, metric: Metric) -> bool:
        """Say whether people who are too few for their number to be told are part of it."""
        if metric.not_returned or not self.shape.counts_people:
            return False
        places = self._places(metric)
        return any(
            _tells(part, *places) and any(self._is_few(part, place) for place in places)
            for part in self.parts
        )

    def returned(self, metric: Metric) -> int:
        """Return how many of the rows returned the metric, or both sides of it."""
        if metric.not_returned:
            return 0
        places = self._places(metric)
        return sum(part[ROWS] for part in self.parts if _tells(part, *places))

    def value(self, metric: Metric) -> Value:
        if metric.not_returned:
            return None
        if not metric.is_ratio:
            return self.sum_of(metric.key)
        return quotient(self.share_of(metric.key), metric)

    def maturity(self, days: int) -> Fraction | None:
        """Return the part of the window gone, weighted by spend; by note days where none was."""
        if not days:
            return Fraction(1)
        if not self.rows:
            return None
        spend = self.sum_of("spend") if "spend" in self.shape.places else None
        if spend:
            place = self.shape.paid[days]
            paid = _added([part[place] for part in self.parts])
            return Fraction(paid or 0, days * spend)
        return Fraction(self._gone(days), days * self.rows)

    def is_provisional(self, metric: Metric) -> bool:
        days = metric.days(self.window)
        return bool(days) and self._gone(days) < days * self.rows

    def completeness(self, metric: Metric) -> Returned:
        return completeness(self.returned(metric), self.rows)

    @property
    def spend_left_out(self) -> int:
        """Spend of the note days without GMV, which the ROI leaves out of both sides."""
        return (self.sum_of("spend") or 0) - (self.share_of("roi").whole or 0)

    def _places(self, metric: Metric) -> tuple[int, ...]:
        if metric.is_ratio:
            return self.shape.sides[metric.key]
        return (self.shape.places[metric.key],)

    def _is_few(self, part: Part, place: int) -> bool:
        return bool(part[KIND] >> len(self.shape.places) + place - FIRST_SUM & 1)

    def _least(self, part: Part, place: int) -> int | Decimal | None:
        told: int | Decimal | None = part[place]
        if told is None or not self._is_few(part, place):
            return told
        return told * LEAST // MOST if isinstance(told, int) else told * LEAST / MOST

    def _gone(self, days: int) -> int:
        place = self.shape.gone[days]
        return sum([part[place] for part in self.parts])


def quotient(share: Share, metric: Metric) -> Value:
    part, whole = share
    if part is None or not whole:
        return None
    exact = Decimal(part) / whole
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP)) if metric.unit == Unit.FEN else exact


def added(several: Sequence[Figures]) -> Figures:
    """Add up figures of different note days, all of one window; null stays apart from 0."""
    return Figures(several[0].shape, [part for each in several for part in each.parts])


def together(days: Iterable[Figures], line: Line, window: int) -> Figures:
    """Add up the figures of all the days, of which there may be none, to as few parts as can be."""
    alike: dict[int, list[Part]] = defaultdict(list)
    for each in days:
        for part in each.parts:
            alike[part[KIND]].append(part)
    parts = [_joined(parts) for _kind, parts in sorted(alike.items())]
    return Figures(shape_of(line, window), parts)


def nothing_like(figures: Figures) -> Figures:
    """Return the figures of no note day at all."""
    return Figures(figures.shape, [])


def _joined(parts: Sequence[Part]) -> Part:
    """Make one part of several of a kind; what is None in one of them is None in all."""
    down = zip(*parts, strict=True)
    kind = next(down)[0]
    return (kind, *[None if None in column else sum(column) for column in down])


def _tells(part: Part, *places: int) -> bool:
    return all(part[place] is not None for place in places)


def _added(values: Sequence[int | Decimal | None]) -> int | None:
    """Add up what is known; an estimate has a fraction, and is rounded when all is added."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    total = sum(known)
    return total if isinstance(total, int) else int(total.quantize(Decimal(1), ROUND_HALF_UP))
