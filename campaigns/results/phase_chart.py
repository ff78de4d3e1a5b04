"""Phases side by side as a chart draws them: a panel for each metric, a bar for each phase."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypedDict

from django.utils.translation import gettext

from campaigns.results.metrics import Line, Unit
from campaigns.results.phases import PhaseRow, Phases
from campaigns.results.shown import Cell

# each with its colour: money spent is red everywhere, what came of it has the line's own
DRAWN: Mapping[Line, Sequence[tuple[str, str]]] = {
    Line.DIRECT: [("spend", "--rc-accent"), ("gmv", "--rc-direct"), ("roi", "--rc-direct")],
    Line.STAR: [
        ("store_visit_uv", "--rc-star"),
        ("order_uv", "--rc-star"),
        ("store_gmv", "--rc-star"),
    ],
}


class Bar(TypedDict):
    """`value` is null where there is none; `text` then says why in a word."""

    value: float | None
    text: str
    full: str
    provisional: bool


class Panel(TypedDict):
    title: str
    token: str
    bars: list[Bar]
    whole: Bar | None  # the whole campaign's, where a phase may be measured by it


class PhaseChart(TypedDict):
    phases: list[str]
    panels: list[Panel]
    words: dict[str, str]


def phase_chart(phases: Phases) -> PhaseChart:
    return {
        "phases": [str(row.name) for row in phases.parts],
        "panels": [_panel(phases, key, token) for key, token in DRAWN[phases.question.line]],
        "words": {"whole": gettext("Whole campaign")},
    }


def _panel(phases: Phases, key: str, token: str) -> Panel:
    whole = _cell_of(phases.whole, key)
    is_measure = whole.metric.is_ratio or phases.is_per_day
    name = " · ".join(filter(None, [whole.title, whole.span]))
    if phases.is_per_day and not whole.metric.is_ratio:
        name = gettext("%(metric)s a day") % {"metric": name}
    return {
        "title": name,
        "token": token,
        "bars": [_bar(_cell_of(row, key), row) for row in phases.parts],
        "whole": _bar(whole, phases.whole) if is_measure and whole.value is not None else None,
    }


def _cell_of(row: PhaseRow, key: str) -> Cell:
    return next(cell for cell in row.cells if cell.metric.key == key)


def _bar(cell: Cell, row: PhaseRow) -> Bar:
    return {
        "value": _drawn(cell),
        "text": cell.short if row.due else gettext("not begun"),
        "full": cell.full,
        "provisional": cell.is_provisional,
    }


def _drawn(cell: Cell) -> float | None:
    if cell.value is None:
        return None
    return float(Decimal(cell.value) / (100 if cell.metric.unit == Unit.FEN else 1))
