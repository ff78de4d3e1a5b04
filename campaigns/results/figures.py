"""The figures of one row of an answer: a note, a day, or all of them together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from campaigns.results.metrics import Metric, Unit

Value = int | Decimal | None


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


@dataclass(frozen=True, slots=True)
class Figures:
    """Null is "not returned": a sum is null when no note day (`rows`) returned it."""

    window: int
    rows: int
    sums: Mapping[str, int | None]
    shares: Mapping[str, Share]
    returned: Mapping[str, int]
    gone: Mapping[int, int | None]
    paid_gone: Mapping[int, int | None]

    def value(self, metric: Metric) -> Value:
        if metric.not_returned:
            return None
        if not metric.is_ratio:
            return self.sums[metric.key]
        part, whole = self.shares[metric.key]
        if part is None or not whole:
            return None
        exact = Decimal(part) / whole
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP)) if metric.unit == Unit.FEN else exact

    def maturity(self, days: int) -> Fraction | None:
        """Return the part of the window gone, weighted by spend; by note days where none was."""
        if not days:
            return Fraction(1)
        if not self.rows:
            return None
        if spend := self.sums.get("spend"):
            return Fraction(self.paid_gone[days] or 0, days * spend)
        return Fraction(self.gone[days] or 0, days * self.rows)

    def is_provisional(self, metric: Metric) -> bool:
        days = metric.days(self.window)
        return bool(days) and (self.gone[days] or 0) < days * self.rows

    def completeness(self, metric: Metric) -> Returned:
        return completeness(self.returned.get(metric.key, 0), self.rows)

    @property
    def spend_left_out(self) -> int:
        """Spend of the note days without GMV, which the ROI leaves out of both sides."""
        return (self.sums["spend"] or 0) - (self.shares["roi"].whole or 0)


def added(parts: Sequence[Figures]) -> Figures:
    """Add up figures of different note days, all of one window; null stays apart from 0."""
    first = parts[0]
    return Figures(
        window=first.window,
        rows=sum(part.rows for part in parts),
        sums={key: _known(part.sums[key] for part in parts) for key in first.sums},
        shares={
            key: Share(
                _known(part.shares[key].part for part in parts),
                _known(part.shares[key].whole for part in parts),
            )
            for key in first.shares
        },
        returned={key: sum(part.returned[key] for part in parts) for key in first.returned},
        gone={days: _known(part.gone[days] for part in parts) for days in first.gone},
        paid_gone={days: _known(part.paid_gone[days] for part in parts) for days in first.gone},
    )


def nothing_like(figures: Figures) -> Figures:
    """Return the figures of no note day at all."""
    return Figures(
        window=figures.window,
        rows=0,
        sums=dict.fromkeys(figures.sums),
        shares=dict.fromkeys(figures.shares, Share(None, None)),
        returned=dict.fromkeys(figures.returned, 0),
        gone=dict.fromkeys(figures.gone),
        paid_gone=dict.fromkeys(figures.paid_gone),
    )


def _known(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
