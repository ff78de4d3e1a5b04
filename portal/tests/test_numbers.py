from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.numbers import BIGINT, BadNumber, count, decimal, is_blank, percent


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0),
        ("12", 12),
        ("1,234", 1234),
        ("12,345,678", 12345678),
        (7, 7),
        ("9223372036854775807", BIGINT - 1),
        (None, None),
        ("", None),
        ("-", None),
    ],
)
def test_counts_are_read(value, expected):
    assert count(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("1,23,4", "1,234,5", ",123", "0,123", "1,,234", "1,2345", "007", "+1", "-1", "--", "—"),
        *(
            "１２",
            "٣",
            "1 234",
            " 1",
            "1\n",
            "NaN",
            "inf",
            "Infinity",
            "1e400",
            "1e3",
            "0x1f",
            "1_0",
        ),
        *("9223372036854775808", str(2**70), "9" * 41, "12.0", "1.5", "3%", "=1", "1\x00"),
        *(True, 1.0, float("nan"), [], {}, b"1", -1, 2**63, Decimal("1.5"), Decimal("1E-10")),
        *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+400")),
        10**4000,
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_count_is_refused_with_a_reason(value):
    with pytest.raises(BadNumber) as caught:
        count(value)
    assert caught.value.reason.startswith("is ")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("3.2%", "3.2"), ("0%", "0"), ("100.00%", "100"), ("3.2", "3.2"), ("1,234.5%", "1234.5")],
)
def test_percentages_are_read_in_hundredths(value, expected):
    assert percent(value) == Decimal(expected)


@pytest.mark.parametrize("value", ["%", "-%", "3.2%%", "-3%", "3.2％", "3. 2%", "NaN%", "1e400%"])
def test_what_is_no_percentage_is_refused(value):
    with pytest.raises(BadNumber):
        percent(value)


@pytest.mark.parametrize("read", [count, percent, decimal])
def test_a_blank_is_unknown_and_not_nought(read):
    assert [read(blank) for blank in (None, "", "-")] == [None] * 3


def test_nought_is_not_a_blank():
    assert not is_blank(0)
    assert not is_blank("0")


@given(st.integers(0, BIGINT - 1))
def test_every_count_is_read_back_with_and_without_separators(number):
    assert count(str(number)) == count(f"{number:,}") == count(number) == number


@given(st.one_of(st.text(max_size=50), st.text("0123456789,.-+eE%", max_size=30), st.decimals()))
def test_whatever_comes_a_count_is_whole_and_in_range(value):
    try:
        number = count(value)
    except BadNumber:
        return
    assert number is None or (type(number) is int and 0 <= number < BIGINT)


@given(st.text("0123456789,.", min_size=1, max_size=12))
def test_separators_stand_in_threes_or_the_figure_is_refused(text):
    try:
        number = decimal(text)
    except BadNumber:
        return
    places = len(text.partition(".")[2])
    assert text in (f"{number:,.{places}f}", f"{number:.{places}f}")
