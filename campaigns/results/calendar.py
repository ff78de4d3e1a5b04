"""The shopping seasons a reader looks for: dated, because each year's dates are announced anew."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from campaigns.results.metrics import Text

PRESETS = (7, 15, 30, 90)  # closed days


@dataclass(frozen=True, slots=True)
class Season:
    name: Text
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Mark:
    """A day of the year that stands out in every chart."""

    month: int
    day: int
    name: Text


SEASONS = [
    Season("618", date(2025, 5, 13), date(2025, 6, 20)),
    Season(_("Double 11"), date(2025, 10, 9), date(2025, 11, 6)),
]
MARKS = [Mark(6, 18, "618"), Mark(11, 11, _("Double 11"))]


def last_days(count: int, newest: date) -> tuple[date, date]:
    """Return the first and last of the newest closed days."""
    return newest - timedelta(days=count - 1), newest


def seasons_begun(newest: date) -> list[Season]:
    return [season for season in SEASONS if season.first <= newest]


def mark_on(day: date) -> Text:
    return next((mark.name for mark in MARKS if (mark.month, mark.day) == (day.month, day.day)), "")
