"""A figure as a page shows it: its text, whether it may still rise, or why there is none."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from campaigns.results.figures import Figures, Value
from campaigns.results.metric import FEW
from campaigns.results.metrics import METRICS, Line, Metric, Text, Unit
from portal.lib import money

THIN = 100  # orders; below, the ROI is off by more than 20 %
FOUR_PLACES = Decimal("0.0001")
CENT = Decimal("0.01")
FEWER = f"<{FEW}"
MONDAY = date(2025, 6, 16)


@dataclass(frozen=True, slots=True)
class Cell:
    """`place` says of what: a note id, `total`, or `day:2025-06-18`.

    `is_at_most` marks a sum of people, some of whom may be in it more than once, and what rests on
    too few people among others (`has_few`): they count as the most they can be. `is_few` says that
    there are people and fewer than FEW: how many is not told, so the value is None.
    """

    metric: Metric
    place: str
    window: int
    value: Value
    is_provisional: bool
    reason: Text
    is_at_most: bool = False
    is_few: bool = False
    has_few: bool = False

    @property
    def full(self) -> str:
        if self.is_few:
            return FEWER
        return f"{self._most}{written(self.value, self.metric.unit)}"

    @property
    def short(self) -> str:
        if self.is_few:
            return FEWER
        return f"{self._most}{shortly(self.value, self.metric.unit)}"

    @property
    def exact(self) -> str:
        """The value for programs: fen, a count, or a ratio to 4 places; empty when unknown."""
        if self.is_few:
            return FEWER
        if isinstance(self.value, Decimal):
            return str(self.value.quantize(FOUR_PLACES, ROUND_HALF_UP))
        return "" if self.value is None else str(self.value)

    @property
    def _most(self) -> str:
        return "≤ " if self.is_at_most else ""

    @property
    def is_thin(self) -> bool:
        return self.metric.key == "order" and self.value is not None and self.value < THIN

    @property
    def span(self) -> str:
        return window_tag(self.metric, self.window)

    @property
    def title(self) -> str:
        return title(self.metric)

    @property
    def head(self) -> str:
        """The column's name where a table becomes cards."""
        return _head(self.metric.key, self.window, get_language() or "")


def cell(figures: Figures, key: str, place: str) -> Cell:
    metric = METRICS[key]
    told = figures.value(metric)
    few = is_few(told, metric.unit)
    value = None if few or rests_on_few(figures, metric) else told
    return Cell(
        metric=metric,
        place=place,
        window=figures.window,
        value=value,
        is_provisional=told is not None and figures.is_provisional(metric),
        reason="" if few or value is not None else why_unknown(figures, metric),
        is_at_most=bool(value) and _is_at_most(figures, metric),
        is_few=few,
        has_few=figures.has_few(metric),
    )


def unknown(metric: Metric, place: str, window: int, reason: Text) -> Cell:
    return Cell(metric, place, window, None, is_provisional=False, reason=reason)


def is_few(value: Value, unit: Unit) -> bool:
    """Say whether it counts people who are too few for their number to be told; none is told."""
    return unit == Unit.PEOPLE and value is not None and 0 < value < FEW


def rests_on_few(figures: Figures, metric: Metric) -> bool:
    """Say whether too few people are behind a ratio for it to be told, or to say anything.

    A part of people that is at most more than all of them says nothing.
    """
    if not metric.is_ratio or not figures.has_few(metric):
        return False
    sides = zip(figures.share_of(metric.key), metric.over, strict=True)
    if any(is_few(side, METRICS[key].unit) for side, key in sides):
        return True
    return metric.unit == Unit.SHARE and (figures.value(metric) or 0) > 1


def _is_at_most(figures: Figures, metric: Metric) -> bool:
    return figures.has_few(metric) or (metric.is_of_people and figures.rows > 1)


def why_unknown(figures: Figures, metric: Metric) -> Text:
    if metric.not_returned:
        return metric.not_returned
    if not figures.rows:
        return _("Nothing has been returned for this period.")
    if not figures.returned(metric):
        if metric.line is Line.STAR:
            return _("Xinghe has not returned this.")
        return _("Juguang has not returned this.")
    if rests_on_few(figures, metric):
        return _("Fewer than 10 people are behind it: their number and what follows is not told.")
    return _("There is nothing to divide by.")


def written(value: Value, unit: Unit) -> str:
    if value is None:
        return "—"
    if is_few(value, unit):
        return FEWER
    if unit == Unit.FEN:
        return money.full(int(value))
    if unit == Unit.SHARE:
        return f"{_cents(Decimal(value) * 100):,}%"
    if unit == Unit.RATIO:
        return f"{_cents(Decimal(value)):,}"
    return f"{value:,}"


def shortly(value: Value, unit: Unit) -> str:
    """Write it as on cards: large amounts and counts in units of thousands and more."""
    language = get_language() or ""
    if unit in (Unit.COUNT, Unit.PEOPLE) and value is not None and value >= money.PLAIN_BELOW:
        return money.short_count(int(value), language)
    if unit == Unit.FEN and value is not None:
        return money.short(int(value), language)
    return written(value, unit)


def signed(change: int | Decimal, unit: Unit) -> str:
    return f"{'+' if change > 0 else '−'}{written(max(change, -change), unit)}"


def moved_by(before: Cell, after: Cell) -> str:
    """Return the difference of the two as they are written; empty for none, or an unknown side."""
    change = difference(before, after)
    return signed(change, after.metric.unit) if change else ""


def difference(before: Cell, after: Cell) -> Value:
    """Return by how much the two differ as they are written; None where a side is unknown.

    Between two of which one is only at most so much, for too few people, nothing is known.
    """
    unit = after.metric.unit
    if before.value is None or after.value is None or before.has_few or after.has_few:
        return None
    return _as_written(after.value, unit) - _as_written(before.value, unit)


def _as_written(value: int | Decimal, unit: Unit) -> int | Decimal:
    places = {Unit.SHARE: FOUR_PLACES, Unit.RATIO: CENT}.get(unit)
    if places is None:
        return int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))
    return Decimal(value).quantize(places, ROUND_HALF_UP)


def title(metric: Metric) -> str:
    return f"{metric.label} ¥" if metric.unit == Unit.FEN else str(metric.label)


def window_tag(metric: Metric, window: int) -> str:
    days = metric.days(window)
    return gettext("%(n)s d") % {"n": days} if days else ""


def under_head(metric: Metric, window: int) -> str:
    """The second line of a column's head: unit and window."""
    return " · ".join(filter(None, [str(metric.tag), window_tag(metric, window)]))


@cache  # every row of a table asks for it
def _head(key: str, window: int, _language: str) -> str:
    metric = METRICS[key]
    return " ".join(filter(None, [title(metric), window_tag(metric, window)]))


def weekday(day: date) -> str:
    """Return the weekday as short as an axis needs: 三, or Wed."""
    return _weekday(day.weekday(), get_language() or "")


@cache  # a year of days asks for it twice
def _weekday(number: int, _language: str) -> str:
    return date_format(MONDAY + timedelta(days=number), "D").removeprefix("周")


def _cents(number: Decimal) -> Decimal:
    return number.quantize(CENT, ROUND_HALF_UP)
