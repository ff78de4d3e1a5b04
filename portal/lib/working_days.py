"""Working days in mainland China: Monday to Friday, but for what each year's notice changes.

The General Office of the State Council announces a year's public holidays in the November
before it, with the weekend days that are worked instead. A year is added here by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """`off` are the first and the last day of each holiday, month and day; so is `worked`."""

    source: str
    off: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    worked: tuple[tuple[int, int], ...]


NOTICES = {
    2025: Notice(
        source="国务院办公厅关于2025年部分节假日安排的通知，2024-11-12（新华社）",
        off=(
            ((1, 1), (1, 1)),
            ((1, 28), (2, 4)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((5, 31), (6, 2)),
            ((10, 1), (10, 8)),
        ),
        worked=((1, 26), (2, 8), (4, 27), (9, 28), (10, 11)),
    ),
    2026: Notice(
        source="国务院办公厅关于2026年部分节假日安排的通知，2025-11-04（新华社）",
        off=(
            ((1, 1), (1, 3)),
            ((2, 15), (2, 23)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 19), (6, 21)),
            ((9, 25), (9, 27)),
            ((10, 1), (10, 7)),
        ),
        worked=((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)),
    ),
}


def is_known(year: int) -> bool:
    return year in NOTICES


def is_working_day(day: date) -> bool:
    """Of a year whose notice is not known here, Monday to Friday count."""
    if day in WORKED:
        return True
    return day.weekday() < SATURDAY and day not in OFF


def _days_off(year: int) -> Iterator[date]:
    for first, last in NOTICES[year].off:
        day = date(year, *first)
        while day <= date(year, *last):
            yield day
            day += timedelta(days=1)


OFF = frozenset(day for year in NOTICES for day in _days_off(year))
WORKED = frozenset(date(year, *day) for year in NOTICES for day in NOTICES[year].worked)
