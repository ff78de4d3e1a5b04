"""Money is whole fen in storage and Decimal yuan at the edges; this is the only way across."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from portal.lib import numbers

CENT = Decimal("0.01")
MOST_FEN = 2**53
is_plain = re.compile(
    r"(?:0|[1-9][0-9]{0,12}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3})\.[0-9]{2}"
).fullmatch
PLAIN_BELOW = 10**4


class BadMoney(numbers.BadNumber):
    """The value is no amount of yuan that can be stored to the fen."""


class Scale(NamedTuple):
    """From `floor` on, a figure is written in units of `unit` with as many places as `step`."""

    floor: int
    unit: int
    step: Decimal
    suffix: str


CHINESE = (
    Scale(10**8, 10**8, CENT, "亿"),
    Scale(10**5, 10**4, Decimal("0.1"), "万"),
    Scale(10**4, 10**4, CENT, "万"),
)
ENGLISH = (
    Scale(10**9, 10**9, CENT, "B"),
    Scale(10**6, 10**6, CENT, "M"),
    Scale(10**4, 10**3, Decimal("0.1"), "K"),
)


def fen(yuan: str | Decimal) -> int:
    """Return the amount in fen; a blank, a third decimal or a sign is BadMoney, never rounded."""
    try:
        amount = numbers.decimal(yuan)
    except numbers.BadNumber as problem:
        raise BadMoney(problem.reason) from None
    if amount is None:
        raise BadMoney("is blank")
    if amount * 100 > MOST_FEN:
        raise BadMoney("is over 2^53 fen")
    if amount.quantize(CENT) != amount:
        raise BadMoney("has more than two decimals")
    return int(amount.quantize(CENT).scaleb(2))


def fen_or_none(yuan: object) -> int | None:
    """Return the amount in fen, or None where the partner says nothing."""
    return _fen_of(yuan) if isinstance(yuan, str) else _fen_or_none(yuan)


@lru_cache(maxsize=2**14)
def _fen_of(text: str) -> int | None:
    """A night reads millions, and the same small amounts come again and again."""
    if is_plain(text):
        return int(text.replace(".", "").replace(",", ""))
    return _fen_or_none(text)


def _fen_or_none(yuan: object) -> int | None:
    if numbers.is_blank(yuan):
        return None
    if isinstance(yuan, int) and not isinstance(yuan, bool):
        return fen(Decimal(yuan))
    if not isinstance(yuan, str | Decimal):
        raise BadMoney(f"is of type {type(yuan).__name__}")
    return fen(yuan)


def yuan(fen: int) -> Decimal:
    """Return the amount in yuan, always with its two decimals."""
    return Decimal(fen).scaleb(-2)


def full(fen: int) -> str:
    """Return 1,234.50 for 123450, as in tables and files."""
    return f"{yuan(fen):,.2f}"


def short(fen: int, language: str) -> str:
    """Return ¥270.4万 or ¥2.70M, as on cards; below ten thousand yuan ¥1,234.50."""
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{_scaled(yuan(abs(fen)), language) or full(abs(fen))}"


def short_count(count: int, language: str) -> str:
    """Return 4,903.3万 or 49.03M, as on cards; below ten thousand the plain number."""
    sign = "-" if count < 0 else ""
    return f"{sign}{_scaled(Decimal(abs(count)), language) or format(abs(count), ',')}"


def _scaled(value: Decimal, language: str) -> str:
    """Round first and choose the unit after, so that 99,999,999 is 1.00亿 and not 10,000.0万."""
    if value < PLAIN_BELOW:
        return ""
    for scale in CHINESE if language.startswith("zh") else ENGLISH:
        rounded = (value / scale.unit).quantize(scale.step, rounding=ROUND_HALF_UP)
        if rounded * scale.unit >= scale.floor:
            return f"{rounded:,}{scale.suffix}"
    return ""
