"""What came back of each day, in every window beside each other, and how far each has matured."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext

from campaigns.results import queries
from campaigns.results.answers import Answer
from campaigns.results.figures import Figures, added
from campaigns.results.maturity import maturity
from campaigns.results.metrics import METRICS, WINDOWS
from campaigns.results.shown import Cell, cell, title, unknown, weekday
from campaigns.results.table import TOTAL
from merchants.models import Brand, Membership

COLUMNS = ("order", "gmv", "roi")


@dataclass(frozen=True, slots=True)
class Back:
    """One window's figures; `maturity` is null where nothing was returned."""

    window: int
    cells: list[Cell]
    maturity: Fraction | None


@dataclass(frozen=True, slots=True)
class BackRow:
    """A day, or all of them together where `day` is null."""

    day: date | None
    windows: list[Back]

    @property
    def weekday(self) -> str:
        return weekday(self.day) if self.day else ""


def heads() -> list[str]:
    return [title(METRICS[key]) for key in COLUMNS]


def back_rows(answer: Answer, brand: Brand, membership: Membership) -> list[BackRow]:
    """Return the totals, then the days that were delivered or are owed, the newest first."""
    asked = {n: replace(answer.question, window=n) for n in WINDOWS}
    found = {n: queries.by_day(brand, membership, each) for n, each in asked.items()}
    totals = [_total(n, list(found[n].values())) for n in WINDOWS if found[n]]
    days = [
        BackRow(each.day, [_back(answer, each.day, n, found[n]) for n in WINDOWS])
        for each in answer.days_due
    ]
    return [BackRow(None, totals), *days] if totals else days


def _total(window: int, days: list[Figures]) -> Back:
    figures = added(days)
    cells = [cell(figures, key, f"{TOTAL}:{window}") for key in COLUMNS]
    return Back(window, cells, figures.maturity(window))


def _back(answer: Answer, day: date, window: int, found: Mapping[date, Figures]) -> Back:
    place, figures = f"day:{day}:in:{window}", found.get(day)
    if figures is None:
        reason = gettext("Juguang has returned nothing for this day.")
        return Back(window, [unknown(METRICS[key], place, window, reason) for key in COLUMNS], None)
    cells = [cell(figures, key, place) for key in COLUMNS]
    return Back(window, cells, maturity(day, window, answer.question.known))
