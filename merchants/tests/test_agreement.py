"""Cohen's kappa by worked examples, and by where it says nothing."""

import pytest

from merchants.agreement import agreement


def pairs(both_yes, yes_no, no_yes, both_no):
    table = {("y", "y"): both_yes, ("y", "n"): yes_no, ("n", "y"): no_yes, ("n", "n"): both_no}
    return [pair for pair, times in table.items() for _ in range(times)]


@pytest.mark.parametrize(
    ("table", "observed", "expected", "kappa"),
    [
        ((20, 5, 10, 15), 0.70, 0.50, 0.40),
        ((45, 15, 25, 15), 0.60, 0.54, 0.1304),
        ((25, 35, 5, 35), 0.60, 0.46, 0.2593),
        ((10, 0, 0, 10), 1.00, 0.50, 1.00),
        ((0, 10, 10, 0), 0.00, 0.50, -1.00),
    ],
)
def test_kappa_is_what_the_worked_examples_say(table, observed, expected, kappa):
    found = agreement(pairs(*table))

    assert found.observed == pytest.approx(observed)
    assert found.expected == pytest.approx(expected)
    assert found.kappa == pytest.approx(kappa, abs=5e-5)


def test_kappa_of_three_categories_takes_both_raters_shares():
    rated = [("a", "a")] * 4 + [("b", "b")] * 3 + [("c", "a")] * 2 + [("c", "c")]

    # pe = .4 × .6 + .3 × .3 + .3 × .1 = .36
    assert agreement(rated).kappa == pytest.approx((0.8 - 0.36) / 0.64)


@pytest.mark.parametrize("rated", [[], [("a", "a")] * 5], ids=["none", "all the same"])
def test_kappa_says_nothing_where_chance_explains_all(rated):
    assert agreement(rated).kappa is None


def test_a_sample_is_small_below_thirty_pairs():
    assert agreement([("a", "b")] * 29).is_small
    assert not agreement([("a", "b")] * 30).is_small
