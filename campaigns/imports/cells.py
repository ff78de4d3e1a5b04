"""A cell of a file as the ledger takes it: None for a blank, and never a guess.

Files say the same figure in many ways: 1,234 and ="1234", 50% and 50.00, 2025/6/18 and 45826.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.days import SHANGHAI
from portal.lib.money import fen
from portal.lib.note_ids import NOTE_ID
from portal.lib.numbers import BadNumber, count, percent

BLANK = {"", "-", "--", "—", "——", "–", "/", "n/a", "null", "none", "无"}
ZEROS = re.compile(r"\.0+$")  # a count that a spreadsheet took for a figure
ID = re.compile(r"[0-9A-Za-z_-]{1,32}")
ITEM = re.compile(r"[0-9]{1,15}", re.ASCII)
LARGEST_RATIO = 10**12  # far more than any, and far less than a bigint holds in hundredths
DAY = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})日?(?:[ T]0?0:00(?::00)?)?", re.ASCII)
PACKED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
MOMENT = re.compile(
    r"(\d{4})\D(\d{1,2})\D(\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?", re.ASCII
)
SERIAL = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)  # days since the spreadsheet's epoch
EPOCH = datetime(1899, 12, 30, tzinfo=SHANGHAI)  # sums are of wall clocks
WHOLE_SHARE = 10_000  # 100 % in hundredths of a per cent

Read = Callable[[str], Any]  # what the column's type takes, or None


class BadCell(ValueError):
    """The cell is nothing that its column can hold; the message is shown to the person."""


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """Return the cell without what a spreadsheet or an export puts around it; blank is ""."""
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    text = text.lstrip("'").strip()
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return "" if folded.casefold() in BLANK else folded


@lru_cache(maxsize=100_000)
def whole(text: str) -> int | None:
    try:
        return count(ZEROS.sub("", plain(text)))
    except BadNumber:
        raise BadCell(_("“%(cell)s” is not a whole number from 0 on.") % _shown(text)) from None


@lru_cache(maxsize=100_000)
def amount(text: str) -> int | None:
    told = plain(text).lstrip("¥").removesuffix("元").strip()
    try:
        return fen(told) if told else None
    except BadNumber:
        raise BadCell(
            _("“%(cell)s” is not an amount in yuan with at most two decimals.") % _shown(text)
        ) from None


@lru_cache(maxsize=10_000)
def ratio(text: str) -> int | None:
    """Return hundredths: 345 for a ROI of 3.45."""
    try:
        told = percent(plain(text))
        if told is not None and told > LARGEST_RATIO:
            raise BadNumber("is out of range")
    except BadNumber:
        raise BadCell(_("“%(cell)s” is not a figure from 0 on.") % _shown(text)) from None
    return None if told is None else int((told * 100).quantize(Decimal(1), ROUND_HALF_UP))


@lru_cache(maxsize=1_000)
def share(text: str) -> int | None:
    """Return hundredths of a per cent: 5000 for 50%, 50.00, and the 0.5 of a spreadsheet."""
    told = ratio(text)
    if told is not None and told <= 100 and "%" not in plain(text):
        told = int(Decimal(plain(text)) * WHOLE_SHARE)  # no sample is of 1 % or less
    if told is not None and told > WHOLE_SHARE:
        raise BadCell(_("“%(cell)s” is not a share of at most 100%%.") % _shown(text))
    return told


@lru_cache(maxsize=1_000)
def window(text: str) -> int | None:
    digits = re.findall(r"\d+", plain(text))
    if len(digits) != 1 or int(digits[0]) not in (15, 30):
        raise BadCell(_("“%(cell)s” is no window of 15 or 30 days.") % _shown(text))
    return int(digits[0])


@lru_cache(maxsize=10_000)
def day(text: str) -> date | None:
    told = plain(text)
    parts = PACKED_DAY.fullmatch(told) or DAY.fullmatch(told)
    try:
        if (parts and not told.isdecimal()) or (parts and len(told) == 8):
            return date(*map(int, parts.groups()))
        if SERIAL.fullmatch(told):
            return (EPOCH + timedelta(days=int(told[:5]))).date()
    except ValueError:
        pass
    if not told:
        return None
    raise BadCell(_("“%(cell)s” is not a day such as 2025-06-18.") % _shown(text))


def moment(text: str) -> datetime | None:
    told = plain(text)
    if not told:
        return None
    try:
        if parts := MOMENT.fullmatch(told):
            year, month, day_, hour, minute, second = (int(part or 0) for part in parts.groups())
            return datetime(year, month, day_, hour, minute, second, tzinfo=SHANGHAI)
        if SERIAL.fullmatch(told):
            seconds = round(float(told) * 86_400)
            return EPOCH + timedelta(seconds=seconds)
    except ValueError:
        pass
    raise BadCell(_("“%(cell)s” is not a time such as 2025-06-18 20:00:00.") % _shown(text))


def identity(text: str) -> str | None:
    told = plain(text)
    if told and not ID.fullmatch(told):
        raise BadCell(_("“%(cell)s” is not an id.") % _shown(text))
    return told or None


def item(text: str) -> str | None:
    told = identity(text)
    if told and not ITEM.fullmatch(told):
        raise BadCell(_("“%(cell)s” is not an id.") % _shown(text))
    return told


def note_id(text: str) -> str | None:
    told = plain(text).lower()
    if told and not NOTE_ID.fullmatch(told):
        raise BadCell(
            _("“%(cell)s” is not the id of a note: 24 hexadecimal digits.") % _shown(text)
        )
    return told or None


def words(most: int) -> Read:
    def read(text: str) -> str | None:
        told = text.strip()
        return told[:most] if plain(told) else None

    return read


def _shown(text: str) -> dict[str, str]:
    return {"cell": text.strip()[:40]}
