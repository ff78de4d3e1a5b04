"""Files that people open in a spreadsheet, written and read.

Written: text stays text there, and numbers stay numbers. Read: in a program with limits of its
own (portal/lib/sheet_read.py), by content and never by name, every cell as text.
"""

import csv
import io
import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from threading import BoundedSemaphore, Timer
from typing import IO, TYPE_CHECKING

import xlsxwriter
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)

Cell = str | int | Decimal | None
WriteRows = Callable[[Iterable[Sequence[Cell]]], None]
# opens a file to write to, with a folder for what is not done yet, and when it is made
Into = Callable[[IO[bytes], Path, datetime | None], AbstractContextManager[WriteRows]]

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # the full-width ones count in Chinese Excel
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for GB18030
EXACT = 10**15  # a spreadsheet keeps 15 digits of a number
LONGEST = 32_767  # what a cell of a spreadsheet may hold

PROGRAM = Path(__file__).with_name("sheet_read.py")
MOST_ROWS = 200_000
PATIENCE = 120  # seconds; the program's own limit of CPU time is 60
REASONS: dict[str, "StrOrPromise"] = {
    "kind": _("This is neither a CSV nor an XLSX file, whatever its name says."),
    "xls": _("The file is damaged, or has a password. Save it as .xlsx without one."),
    "locked": _("The file is locked with a password. Save it without one."),
    "damaged": _("The file is damaged: it can't be opened. Save it anew as .xlsx or CSV."),
    "active": _("The file refers to things outside itself. Save it anew as .xlsx or CSV."),
    "large": _("The file unpacks to more than can be read. Split it, or save it as CSV."),
    "rows": _("The file has more than %(most)s rows. Split it."),
    "columns": _("The file has more than 200 columns. Keep those of the template."),
    "encoding": _("The text is neither UTF-8, UTF-16 nor GB18030. Save it as CSV UTF-8 or .xlsx."),
    "csv": _("Line %(row)s can't be read: a quotation mark is left open, or a cell is too long."),
    "characters": _("Row %(row)s, column %(column)s holds characters that no text has."),
    "digits": _(
        "Row %(row)s, column %(column)s: the spreadsheet took a long number for a figure and may"
        " have lost digits of it. Format the column as text and paste the numbers again."
    ),
    "empty": _("The file holds no rows."),
}
_readers = BoundedSemaphore(2)  # each may take up to a gigabyte


class BadSheet(Exception):
    """The file can't be read; the message is shown to the person."""


def read_sheet(path: Path, *, most: int = MOST_ROWS) -> Iterator[list[str]]:
    """Yield the rows of a CSV file, or of the first sheet of an XLSX or XLS file, as they are read.

    Raises BadSheet, maybe after some rows: keep none before the last.
    """
    with _readers, path.open("rb") as file, _program(file.fileno(), most) as run:
        answer: dict[str, object] = {"refused": "large"}  # what its limits ended says nothing
        for line in run.stdout or ():  # it is a pipe
            read = json.loads(line) if line.endswith(b"\n") else {"refused": "large"}
            if isinstance(read, dict):
                answer = read
                break
            yield read
    if run.returncode > 0:
        raise subprocess.CalledProcessError(run.returncode, PROGRAM.name)
    if word := answer.get("refused"):
        logger.warning("sheet refused: %s", word)
        raise BadSheet(str(REASONS[str(word)]) % (answer | {"most": f"{most:,}"}))


@contextmanager
def _program(file: int, most: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the reader; it ends with the block, or when patience does."""
    program = [sys.executable, "-I", str(PROGRAM), str(most)]
    run = subprocess.Popen(
        program, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    )
    clock = Timer(PATIENCE, run.kill)
    clock.daemon = True
    clock.start()
    try:
        yield run
        run.wait()
    finally:
        clock.cancel()
        run.kill()
        run.wait()
        if run.stdout:
            run.stdout.close()


def csv_file(rows: Iterable[Sequence[Cell]], *, made: datetime | None = None) -> bytes:
    """Return a CSV file in UTF-8 with its mark; None is an empty cell."""
    return _whole(csv_into, rows, made)


def xlsx_file(rows: Iterable[Sequence[Cell]], *, made: datetime | None = None) -> bytes:
    """Return an XLSX file of one sheet; its text is never a formula, a link or a number.

    It says when it was `made`, which is now unless told: the same rows are the same bytes then.
    """
    return _whole(xlsx_into, rows, made)


@contextmanager
def csv_into(file: IO[bytes], folder: Path, made: datetime | None = None) -> Iterator[WriteRows]:
    """Write rows as they come; a CSV file says nothing of when it was made."""
    text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
    text.write(BYTE_ORDER_MARK)
    lines = csv.writer(text, lineterminator="\r\n")
    try:
        yield lambda rows: lines.writerows([_cell(cell) for cell in row] for row in rows)
    finally:
        text.detach()  # it flushes, and leaves the file open


@contextmanager
def xlsx_into(file: IO[bytes], folder: Path, made: datetime | None = None) -> Iterator[WriteRows]:
    """Write rows as they come; they wait in `folder` for the end, so memory does not grow."""
    options = {"constant_memory": True, "tmpdir": str(folder)}
    with xlsxwriter.Workbook(file, options) as book:
        if made:
            book.set_properties({"created": made.astimezone(UTC)})
        sheet = book.add_worksheet()
        as_text = book.add_format({"num_format": "@"})  # what is typed here later stays text too
        as_number = book.add_format({"num_format": "General"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 15, 24, as_text)
        numbers = count()

        def write(rows: Iterable[Sequence[Cell]]) -> None:
            for row in rows:
                number = next(numbers)
                for place, cell in enumerate(row):
                    if isinstance(cell, str):
                        text = cell.encode("utf-8", "replace").decode()[:LONGEST]
                        sheet.write_string(number, place, text, as_text)
                    elif cell is not None and -EXACT < cell < EXACT:
                        sheet.write_number(number, place, cell, as_number)
                    elif cell is not None:
                        sheet.write_string(number, place, str(cell), as_text)

        yield write


def _whole(into: Into, rows: Iterable[Sequence[Cell]], made: datetime | None) -> bytes:
    file = io.BytesIO()
    folder = tempfile.TemporaryDirectory(prefix="redcat-sheet-")
    with folder as path, into(file, Path(path), made) as write:
        write(rows)
    return file.getvalue()


WRITERS = {"csv": (csv_file, CSV_TYPE), "xlsx": (xlsx_file, XLSX_TYPE)}
INTO: dict[str, Into] = {"csv": csv_into, "xlsx": xlsx_into}


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
