"""The six figures on top of the page, each with the one that explains it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from campaigns.results.change import Change, Compared
from campaigns.results.figures import Figures
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


@dataclass(frozen=True, slots=True)
class Kpi:
    figure: Cell
    word: Text
    below: Cell | None
    change: Change | None


def kpis(totals: Figures, compared: Compared | None = None) -> list[Kpi]:
    found = []
    for key, word, below in PAIRS:
        figure = cell(totals, key, TOTAL)
        change = compared.of(figure) if compared else None
        found.append(Kpi(figure, word, cell(totals, below, TOTAL) if below else None, change))
    return found
