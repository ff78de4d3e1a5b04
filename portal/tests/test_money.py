from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.money import (
    MOST_FEN,
    BadMoney,
    fen,
    fen_or_none,
    full,
    short,
    short_count,
    yuan,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("0.01", 1),
        ("1234.56", 123456),
        ("1,234.50", 123450),
        ("1.5", 150),
        ("1.500", 150),
        (Decimal("19.99"), 1999),
        (Decimal("1E+3"), 100000),
        ("90071992547409.92", 2**53),
    ],
)
def test_yuan_become_fen(text, expected):
    assert fen(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "NaN",
            "Infinity",
            "-1",
            "-0.01",
            "+1",
            "1e400",
            "1e2",
            "1.005",
            "",
            "-",
            " 1",
            "1 ",
            "1\n",
        ),
        *("１２", "1,23", "12,34.5", "1.2.3", "¥1", "0x10", "1_000", "90071992547409.93", "9" * 60),
        *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-1"), Decimal("1E+400")),
        *(Decimal("1E-400"), Decimal("0.00000000000000000000000000001"), Decimal("1.001")),
    ],
)
def test_what_is_no_amount_to_the_fen_is_refused(text):
    with pytest.raises(BadMoney):
        fen(text)


@given(st.integers(0, MOST_FEN))
def test_every_amount_survives_the_way_out_and_back(amount):
    assert fen(yuan(amount)) == amount
    assert fen(full(amount)) == amount


@given(st.one_of(st.text(max_size=60), st.decimals(), st.integers().map(str)))
def test_nothing_else_ever_comes_of_it_than_fen_in_range_or_a_refusal(value):
    try:
        amount = fen(value)
    except BadMoney:
        return
    assert 0 <= amount <= MOST_FEN
    assert yuan(amount) == Decimal(value.replace(",", "") if isinstance(value, str) else value)


@pytest.mark.parametrize("blank", [None, "", "-"])
def test_a_blank_is_none_and_not_nought(blank):
    assert fen_or_none(blank) is None


def test_a_json_number_is_an_amount_of_yuan():
    assert fen_or_none(12) == 1200
    assert fen_or_none(Decimal("12.30")) == 1230


@pytest.mark.parametrize("odd", [1.5, True, [], {}])
def test_a_float_and_other_types_are_refused(odd):
    with pytest.raises(BadMoney):
        fen_or_none(odd)


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (0, "¥0.00", "¥0.00"),
        (5514, "¥55.14", "¥55.14"),
        (999_999, "¥9,999.99", "¥9,999.99"),
        (1_000_000, "¥1.00万", "¥10.0K"),
        (1_690_000, "¥1.69万", "¥16.9K"),
        (3_450_000, "¥3.45万", "¥34.5K"),
        (9_999_600, "¥10.0万", "¥100.0K"),
        (270_400_000, "¥270.4万", "¥2.70M"),
        (4_903_300_000, "¥4,903.3万", "¥49.03M"),
        (9_999_999_900, "¥1.00亿", "¥100.00M"),
        (123_456_789_000, "¥12.35亿", "¥1.23B"),
        (-270_400_000, "-¥270.4万", "-¥2.70M"),
    ],
)
def test_cards_show_short_amounts(amount, zh, en):
    assert short(amount, "zh-hans") == zh
    assert short(amount, "en") == en


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (16_900, "1.69万", "16.9K"),
        (49_033_000, "4,903.3万", "49.03M"),
        (812_000_000, "8.12亿", "812.00M"),
        (-16_900, "-1.69万", "-16.9K"),
    ],
)
def test_cards_show_short_counts(number, zh, en):
    assert short_count(number, "zh-hans") == zh
    assert short_count(number, "en") == en


def test_tables_show_full_amounts():
    assert full(123450) == "1,234.50"
    assert full(-5) == "-0.05"
