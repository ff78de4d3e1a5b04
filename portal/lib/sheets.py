"""Files that people open in a spreadsheet: text stays text there, and numbers stay numbers."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

Cell = str | int | Decimal | None

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # the full-width ones count in Chinese Excel
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for GB18030


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
