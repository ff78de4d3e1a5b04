"""Files that people open in a spreadsheet: text stays text there, and numbers stay numbers."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import BinaryIO

from django.utils.translation import gettext as _

Cell = str | int | Decimal | None

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # the full-width ones count in Chinese Excel
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for GB18030


class BadSheet(ValueError):
    """The file is no sheet that can be read; the message is shown beside it."""


def read_sheet(file: BinaryIO, *, name: str) -> list[list[str]]:
    """Return the rows of a CSV file in UTF-8 or GB18030."""
    if not name.lower().endswith(".csv"):
        raise BadSheet(_("Save the sheet as CSV and choose that file."))
    raw = file.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            return list(csv.reader(io.StringIO(text.replace("\x00", ""))))
        except UnicodeDecodeError:
            continue
        except csv.Error:
            break
    raise BadSheet(_("The file can't be read as CSV. Nothing was kept."))


def csv_file(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file in UTF-8 with its mark; None is an empty cell."""
    sheet = io.StringIO()
    sheet.write(BYTE_ORDER_MARK)
    csv.writer(sheet, lineterminator="\r\n").writerows(
        [_cell(cell) for cell in row] for row in rows
    )
    return sheet.getvalue().encode("utf-8", "replace")


def safe_text(text: str) -> str:
    """Return the text so that a spreadsheet does not run it: an apostrophe before a formula."""
    dangerous = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    return f"'{text}" if dangerous else text


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe_text(cell)
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
