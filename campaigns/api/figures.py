"""A figure as programs read it: its value or why there is none, and how far it can be believed."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from campaigns.results.answers import Coverage
from campaigns.results.figures import Figures
from campaigns.results.metrics import Metric, Unit
from campaigns.results.shown import Cell, cell
from portal.lib import money

Told = dict[str, Any]  # as it goes to JSON
COUNTED = (Unit.COUNT, Unit.PEOPLE)


def value_of(shown: Cell) -> str | int | None:
    """Return yuan to the cent and ratios to four places as strings, counts as whole numbers."""
    if shown.value is None:
        return None
    if shown.metric.unit == Unit.FEN:
        return str(money.yuan(int(shown.value)))
    return int(shown.value) if shown.metric.unit in COUNTED else shown.exact


def figure(shown: Cell, figures: Figures | None) -> Told:
    """Tell one figure; without `figures` nothing was returned at all."""
    metric, days = shown.metric, shown.metric.days(shown.window)
    return {
        "value": value_of(shown),
        "reason": str(shown.reason) or None,
        "is_few": shown.is_few,
        "window": days or None,
        "maturity": share(figures.maturity(days)) if figures else None,
        "is_provisional": shown.is_provisional,
        "is_at_most": shown.is_at_most,
        "rows": figures.rows if figures else 0,
        "rows_returned": figures.returned(metric) if figures else 0,
    }


def figures_told(figures: Figures, metrics: Sequence[Metric], place: str) -> dict[str, Told]:
    return {each.key: figure(cell(figures, each.key, place), figures) for each in metrics}


def coverage_told(coverage: Coverage) -> Told:
    return {
        "notes": coverage.delivered,
        "returned": coverage.returned,
        "returned_in_part": coverage.partial,
    }


def share(part: Fraction | None) -> str | None:
    """Return a share of 1 to four places, rounded down: 1 is all of it."""
    if part is None:
        return None
    whole, rest = divmod(int(part * 10_000), 10_000)
    return f"{whole}.{rest:04d}"
