from decimal import Decimal

import pytest

from portal.lib.sheets import csv_file, safe_text


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " ="]
)
def test_text_that_could_run_is_kept_as_text(start):
    assert safe_text(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "山茶", "1-2", "a=b", "'quoted"])
def test_plain_text_is_left_alone(text):
    assert safe_text(text) == text


def test_numbers_stay_numbers_even_below_zero():
    assert csv_file([[-5, Decimal("-1.50"), Decimal("1E+3"), None]]) == (
        b"\xef\xbb\xbf-5,-1.50,1000,\r\n"
    )


def test_what_utf8_cannot_hold_does_not_break_the_file():
    assert csv_file([["\ud800"]]).endswith(b"?\r\n")


def test_separators_and_quotes_are_quoted():
    assert csv_file([['a,"b"', "c\nd"]]).decode("utf-8-sig") == '"a,""b""","c\nd"\r\n'
