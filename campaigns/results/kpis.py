"""The six figures on top of the page, each with the one that explains it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from campaigns.results.change import Change, Compared
from campaigns.results.figures import Figures
from campaigns.results.forecast import Forecast
from campaigns.results.metrics import Text
from campaigns.results.shown import Cell, cell
from campaigns.results.table import TOTAL

# figure, and below it: a word and a second figure
PAIRS: list[tuple[str, Text, str]] = [
    ("spend", _("Impressions"), "impression"),
    ("ad_click", _("Click rate"), "ctr"),
    ("jump_click", _("each"), "cost_per_jump"),
    ("order", _("of jumps"), "order_rate"),
    ("gmv", "", ""),
    ("roi", "", ""),
]
NO_FORECASTS: Mapping[str, Forecast] = {}


@dataclass(frozen=True, slots=True)
class Kpi:
    figure: Cell
    word: Text
    below: Cell | None
    change: Change | None
    forecast: Forecast | None


def kpis(
    totals: Figures,
    compared: Compared | None = None,
    forecasts: Mapping[str, Forecast] = NO_FORECASTS,
) -> list[Kpi]:
    found = []
    for key, word, below in PAIRS:
        figure = cell(totals, key, TOTAL)
        change = compared.of(figure) if compared else None
        second = cell(totals, below, TOTAL) if below else None
        found.append(Kpi(figure, word, second, change, forecasts.get(key)))
    return found
