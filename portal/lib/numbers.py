"""Partner figures arrive as text: "1,234", "3.2%", "-". What is not exactly that is refused."""

import re
from decimal import Decimal
from functools import lru_cache

BIGINT = 2**63
LONGEST = 40
BLANK = (None, "", "-")
is_plain = re.compile(r"0|[1-9][0-9]{0,16}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}").fullmatch
UNSIGNED = re.compile(r"(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?")


class BadNumber(ValueError):
    """The value is no figure of the expected shape; the reason may be shown to an operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_blank(value: object) -> bool:
    """Return whether the partner says nothing here, which is not the same as 0."""
    return isinstance(value, str | None) and value in BLANK


def count(value: object) -> int | None:
    """Return a whole number of at least 0 that fits a bigint, or None for a blank."""
    if isinstance(value, str):
        return _count_of(value)
    return _whole(value)


@lru_cache(maxsize=2**14)
def _count_of(text: str) -> int | None:
    """A night reads millions, and most are small: they come again and again."""
    if is_plain(text):
        return int(text.replace(",", ""))
    return _whole(text)


def _whole(value: object) -> int | None:
    number = decimal(value)
    if number is None:
        return None
    if number >= BIGINT or number % 1 or "." in str(value):
        raise BadNumber("is not a whole number below 2^63")
    return int(number)


def percent(value: object) -> Decimal | None:
    """Return 3.2 for "3.2%" and for "3.2", or None for a blank."""
    if isinstance(value, str) and value.endswith("%"):
        return Decimal(_plain(value[:-1]))
    return decimal(value)


def decimal(value: object) -> Decimal | None:
    """Return a finite figure of at least 0, or None for a blank."""
    if is_blank(value):
        return None
    if isinstance(value, str):
        return Decimal(_plain(value))
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadNumber(f"is of type {type(value).__name__}")
    number = Decimal(value)
    if not number.is_finite() or number < 0 or abs(number.adjusted()) >= LONGEST:
        raise BadNumber("is negative, not finite or out of range")
    return number


def _plain(text: str) -> str:
    if len(text) > LONGEST:
        raise BadNumber(f"is longer than {LONGEST} characters")
    if not UNSIGNED.fullmatch(text):
        raise BadNumber("is not an unsigned number in ASCII digits")
    return text.replace(",", "")
