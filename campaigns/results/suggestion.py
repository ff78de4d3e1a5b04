"""Whether a rule holds, and what that suggests: scale up, watch, pause, or too small a sample."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from campaigns.models.alert import Comparison, Criterion, Suggestion, Turn, Verdict
from campaigns.results.figures import Value
from campaigns.results.metrics import METRICS, Unit
from portal.lib import money, numbers

TEN_THOUSAND = 10_000
PARTS = (Unit.SHARE, Unit.RATIO)  # stored in ten-thousandths
# how a figure, or its change, stands to the limit
HOLDS: Mapping[str, Callable[[int, int], bool]] = {
    Comparison.BELOW: operator.lt,
    Comparison.ABOVE: operator.gt,
    Comparison.FALLEN: lambda change, limit: change <= -limit,
    Comparison.RISEN: operator.ge,
    Comparison.AHEAD: operator.ge,
    Comparison.BEHIND: lambda change, limit: change <= -limit,
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a rule is judged by, as `AlertEvent` keeps it."""

    value: int | None
    now: int | None
    before: int | None
    sample: int | None
    maturity: int | None


def verdict_of(asked: Criterion, found: Numbers) -> Verdict:
    """Judge the numbers; a sample that is too small or too young says nothing either way."""
    if (found.sample or 0) < asked.least_sample:
        return Verdict.FEW
    if (found.maturity or 0) < asked.least_maturity * 100:
        return Verdict.YOUNG
    if found.value is None:
        return Verdict.UNKNOWN
    holds = HOLDS[asked.comparison](found.value, asked.threshold)
    return Verdict.MET if holds else Verdict.NOT_MET


def suggestion_of(asked: Criterion, verdict: str) -> Suggestion:
    if verdict == Verdict.MET:
        return Suggestion(asked.suggests)
    return Suggestion.WATCH if verdict == Verdict.NOT_MET else Suggestion.TOO_SMALL


def turn_of(verdict: Verdict, *, was_raised: bool) -> Turn | None:
    """Say what changed: an alert is raised once, until the rule no longer holds.

    A day that says nothing neither raises nor clears.
    """
    if verdict is Verdict.MET and not was_raised:
        return Turn.RAISED
    return Turn.CLEARED if verdict is Verdict.NOT_MET and was_raised else None


def unit_of(asked: Criterion) -> Unit:
    """Return the unit of the limit, and of what is held against it."""
    return Unit.SHARE if asked.is_relative else METRICS[asked.metric].unit


def stored(value: Value, unit: Unit) -> int | None:
    """Return the figure as it is kept and compared: whole, a ratio in ten-thousandths."""
    if value is None:
        return None
    scaled = Decimal(value) * (TEN_THOUSAND if unit in PARTS else 1)
    return int(scaled.quantize(Decimal(1), ROUND_HALF_UP))


def figure(kept: int | None, unit: Unit) -> Value:
    """Return the figure from what is kept of it."""
    return kept if kept is None or unit not in PARTS else Decimal(kept) / TEN_THOUSAND


def gone(maturity: Fraction | None) -> int | None:
    """Return the maturity in ten-thousandths; what is not all of it never becomes all of it."""
    if maturity is None:
        return None
    exact = Decimal(maturity.numerator) * TEN_THOUSAND / maturity.denominator
    return int(exact.to_integral_value(ROUND_DOWN))


def read(text: str, unit: Unit) -> int:
    """Return what a person typed as it is kept, exactly; raise BadNumber, never round."""
    if unit is Unit.FEN:
        return money.fen(text)
    if unit not in PARTS:
        count = numbers.count(text)
        if count is None:
            raise numbers.BadNumber("is blank")
        return count
    number = numbers.decimal(text.removesuffix("%"))
    if number is None:
        raise numbers.BadNumber("is blank")
    scaled = number * (100 if unit is Unit.SHARE else TEN_THOUSAND)
    if scaled % 1 or scaled > numbers.BIGINT - 1:
        raise numbers.BadNumber("has more decimals than are kept")
    return int(scaled)


def typed(kept: int, unit: Unit) -> str:
    """Return what `read` makes this of, without needless zeros."""
    if unit is Unit.FEN:
        return str(money.yuan(kept))
    if unit not in PARTS:
        return str(kept)
    per_unit = 100 if unit is Unit.SHARE else TEN_THOUSAND
    return f"{(Decimal(kept) / per_unit).normalize():f}"
