from datetime import date
from fractions import Fraction

import pytest

from campaigns.results.maturity import matures_on, maturity

DAY = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (date(2025, 5, 20), 0),
        (date(2025, 6, 1), 0),
        (date(2025, 6, 2), 0),
        (date(2025, 6, 3), Fraction(1, 7)),
        (date(2025, 6, 8), Fraction(6, 7)),
        (date(2025, 6, 9), 1),
        (date(2026, 6, 9), 1),
    ],
)
def test_maturity_is_the_part_of_the_window_that_has_gone(known, expected):
    assert maturity(DAY, 7, known) == expected


def test_a_figure_without_a_window_is_mature_at_once():
    assert maturity(DAY, 0, DAY) == 1


def test_the_day_it_matures_is_the_first_of_full_maturity():
    ripe = matures_on(DAY, 15)
    assert ripe == date(2025, 6, 17)
    assert maturity(DAY, 15, ripe) == 1
    assert maturity(DAY, 15, date(2025, 6, 16)) < 1
