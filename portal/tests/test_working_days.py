"""The table of public holidays against what the notices themselves say of it."""

from datetime import date

import pytest

from portal.lib.working_days import NOTICES, OFF, SATURDAY, WORKED, is_known, is_working_day


@pytest.mark.parametrize(
    ("year", "lengths"), [(2025, [1, 8, 3, 5, 3, 8]), (2026, [3, 9, 3, 5, 3, 3, 7])]
)
def test_each_holiday_is_as_long_as_its_notice_says(year, lengths):
    spans = [(date(year, *last) - date(year, *first)).days + 1 for first, last in NOTICES[year].off]
    assert spans == lengths


def test_only_days_of_a_weekend_are_worked_instead_and_none_is_off_too():
    assert all(day.weekday() >= SATURDAY for day in WORKED)
    assert not OFF & WORKED


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 10, 1), False),
        (date(2025, 10, 8), False),
        (date(2025, 10, 9), True),
        (date(2025, 9, 28), True),
        (date(2025, 9, 27), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 14), True),
        (date(2031, 10, 1), True),
    ],
)
def test_a_day_works_as_its_year_was_announced(day, works):
    assert is_working_day(day) == works


def test_a_year_without_its_notice_is_not_known():
    assert [is_known(year) for year in (2024, 2025, 2026, 2027)] == [False, True, True, False]
