"""The steps of each line, first sight to order, with the rate from each to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10

from django.utils.translation import gettext_lazy as _

from campaigns.results.figures import Figures
from campaigns.results.metric import FEW
from campaigns.results.metrics import Line, Text
from campaigns.results.shown import Cell, cell, under_head
from campaigns.results.table import TOTAL

LOWEST = 12  # the smallest step is still seen

Steps = Sequence[tuple[str, str, Text]]  # step, the rate below it, what that is a share of

DIRECT_STEPS: Steps = [
    ("impression", "", ""),
    ("ad_click", "ctr", _("of impressions")),
    ("interaction", "interaction_rate", _("of clicks")),
    ("jump_click", "jump_rate", _("of clicks")),
    ("store_visit", "", ""),
    ("order", "order_rate", _("of jumps")),
]
STAR_STEPS: Steps = [
    ("read_uv", "", ""),
    ("engage_uv", "engage_rate", _("of readers")),
    ("store_visit_uv", "visit_rate", _("of readers")),
    ("add_to_cart_uv", "cart_rate", _("of visitors")),
    ("order_uv", "buyer_rate", _("of visitors")),
    ("new_customer_uv", "new_customer_rate", _("of buyers")),
]
STEPS = {Line.DIRECT: DIRECT_STEPS, Line.STAR: STAR_STEPS}


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


def funnel(totals: Figures, line: Line = Line.DIRECT, place: str = TOTAL) -> list[Step]:
    figures = [cell(totals, key, place) for key, _rate, _base in STEPS[line]]
    heights = _heights([FEW if figure.is_few else figure.value for figure in figures])
    heights.append(heights[-1])
    return [
        Step(
            figure=figure,
            rate=cell(totals, rate, place) if rate else None,
            rate_base=base,
            height=height,
            next_height=after,
        )
        for figure, (_key, rate, base), (height, after) in zip(
            figures, STEPS[line], pairwise(heights), strict=True
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
