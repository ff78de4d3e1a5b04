"""From impression to order: the steps of the direct link, with the rate from each to the next."""

from dataclasses import dataclass
from itertools import pairwise
from math import log10

from django.utils.translation import gettext_lazy as _

from campaigns.results.figures import Figures
from campaigns.results.metrics import Text
from campaigns.results.shown import Cell, cell, under_head
from campaigns.results.table import TOTAL

LOWEST = 12  # the smallest step is still seen

# step, the rate below it, and what that is a share of
STEPS: list[tuple[str, str, Text]] = [
    ("impression", "", ""),
    ("ad_click", "ctr", _("of impressions")),
    ("interaction", "interaction_rate", _("of clicks")),
    ("jump_click", "jump_rate", _("of clicks")),
    ("store_visit", "", ""),
    ("order", "order_rate", _("of jumps")),
]


@dataclass(frozen=True, slots=True)
class Step:
    """`height` is logarithmic, 0 to 100; a step that is not returned keeps the one before it."""

    figure: Cell
    rate: Cell | None
    rate_base: Text
    height: float
    next_height: float

    @property
    def name(self) -> Text:
        return self.figure.metric.label

    @property
    def unit(self) -> str:
        return under_head(self.figure.metric, self.figure.window)

    @property
    def missing_reason(self) -> Text:
        return self.figure.reason


def funnel(totals: Figures) -> list[Step]:
    figures = [cell(totals, key, TOTAL) for key, _rate, _base in STEPS]
    heights = _heights([figure.value for figure in figures])
    heights.append(heights[-1])
    return [
        Step(
            figure=figure,
            rate=cell(totals, rate, TOTAL) if rate else None,
            rate_base=base,
            height=height,
            next_height=after,
        )
        for figure, (_key, rate, base), (height, after) in zip(
            figures, STEPS, pairwise(heights), strict=True
        )
    ]


def _heights(values: list[object]) -> list[float]:
    sizes = [log10(value) if isinstance(value, int) and value else None for value in values]
    known = [size for size in sizes if size is not None]
    if not known:
        return [0.0] * len(values)
    lowest, span = min(known), (max(known) - min(known)) or 1
    heights: list[float] = []
    for value, size in zip(values, sizes, strict=True):
        if size is not None:
            heights.append(round(LOWEST + (100 - LOWEST) * (size - lowest) / span, 1))
        else:
            heights.append(0.0 if value == 0 or not heights else heights[-1])
    return heights
