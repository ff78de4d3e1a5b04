"""Which days an address asks for: a day, or a month of the calendar."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404

SHOWN_DAYS = 34
LONG_AGO = date(2000, 1, 1)
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Month:
    """Days that are shown together; `earlier` and `later` name the months beside, as 2025-05."""

    first: date
    last: date
    earlier: str
    later: str
    is_newest: bool


def asked_day(text: str) -> date:
    """Read a day; of the last one that a calendar has, nobody can say when it ends."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if not LONG_AGO < day < date.max:
        raise Http404
    return day


def shown_month(asked: str, *, oldest: date | None, newest: date) -> Month:
    """Return the month asked for, or the newest days where that is none within reach."""
    oldest = oldest or newest
    match = MONTH.fullmatch(asked)
    first = date(int(match[1]), int(match[2]), 1) if match else None
    if first is None or not oldest.replace(day=1) <= first <= newest:
        first = newest - timedelta(days=SHOWN_DAYS - 1)
        return Month(first, newest, _before(newest.replace(day=1), oldest), "", is_newest=True)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    later = last + timedelta(days=1)
    return Month(
        first,
        min(last, newest),
        _before(first, oldest),
        f"{later:%Y-%m}" if later <= newest else "",
        is_newest=False,
    )


def _before(first: date, oldest: date) -> str:
    """Return the month before the one that begins on `first`, if anything was asked of it."""
    return f"{first - timedelta(days=1):%Y-%m}" if oldest < first else ""
