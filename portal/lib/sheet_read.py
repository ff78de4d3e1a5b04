"""Reads one CSV, XLSX or XLS file from standard input, prints its rows, a JSON list on each line.

A program of its own, run by portal/lib/sheets.py: a hostile file may only exhaust the limits
that this process sets itself before it looks. It imports nothing of ours. The last line is an
object that says how it ended; without it the file was not read to its end.
"""

import csv
import io
import json
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MEMORY = 1024**3
CPU_SECONDS = 60
COLUMNS = 200
LONGEST = 32_767  # what a cell of a spreadsheet may hold
ENTRIES = 500
UNPACKED = 256 * 1024**2
RATIO = 100  # a sheet packs 10 to 1; a bomb 1000 to 1
SMALL = 1024**2  # what unpacks to less can't hurt, however well it is packed
CHUNK = 256 * 1024
EXACT = 10**15  # a spreadsheet keeps 15 digits of a number

Value = str | float | bool | date | time | datetime | timedelta

ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")  # how a spreadsheet writes a long id into CSV
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
SEPARATORS = ",\t;"
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BROKEN = (CalamineError, zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError)
DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class Refused(Exception):
    """A word that portal/lib/sheets.py has a sentence for, and the place it is about."""

    def __init__(self, word: str, row: int = 0, column: int = 0) -> None:
        super().__init__(word)
        self.answer = {"refused": word, "row": row, "column": column}


def main(most: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    count = 0
    try:
        for count, row in enumerate(_texts(_rows(sys.stdin.buffer.read())), 1):
            if count > most:
                raise Refused("rows")
            sys.stdout.write(json.dumps(row) + "\n")
        answer: dict[str, object] = {"rows": count}
    except Refused as refusal:
        answer = dict(refusal.answer)
    except MemoryError:
        answer = {"refused": "large"}
    sys.stdout.write(json.dumps(answer) + "\n")


def _rows(raw: bytes) -> Iterator[list[Value]]:
    if raw.startswith(OLD_EXCEL):
        return _of_xls(raw)
    if raw.startswith(b"PK\x03\x04"):
        return _of_xlsx(raw)
    return _of_csv(raw)


def _of_csv(raw: bytes) -> Iterator[list[Value]]:
    text = _decoded(raw)
    csv.field_size_limit(LONGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for row in reader:
            yield list(row)
    except csv.Error as problem:
        raise Refused("csv", row=reader.line_num) from problem


def _decoded(raw: bytes) -> str:
    named = next((code for mark, code in MARKS.items() if raw.startswith(mark)), "")
    for code in [named] if named else ["utf-8", "gb18030"]:
        try:
            text = raw.decode(code)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise Refused("kind")
        return text
    raise Refused("encoding")


def _separator(text: str) -> str:
    """Return what stands most often between the names of the first line."""
    head = re.sub(r'"[^"]*"', "", text[:4096]).partition("\n")[0]
    return max(SEPARATORS, key=head.count)


def _of_xlsx(raw: bytes) -> Iterator[list[Value]]:
    try:
        _check_package(raw)
        yield from _of_book(raw)
    except PasswordError as problem:
        raise Refused("locked") from problem
    except BROKEN as problem:
        raise Refused("damaged") from problem


def _of_xls(raw: bytes) -> Iterator[list[Value]]:
    """The same container holds old sheets and new ones under a password."""
    try:
        yield from _of_book(raw)
    except (PasswordError, *BROKEN) as problem:
        raise Refused("xls") from problem


def _of_book(raw: bytes) -> Iterator[list[Value]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    shown = [
        each.name
        for each in book.sheets_metadata
        if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
    ]
    if not shown:
        raise Refused("empty")
    sheet = book.get_sheet_by_name(shown[0])
    if sheet.end and sheet.end[1] >= COLUMNS:
        raise Refused("columns")
    yield from sheet.iter_rows()


def _check_package(raw: bytes) -> None:
    """Refuse, by what it says and by what it holds, a package that unpacks to too much."""
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        entries = package.infolist()
        names = [entry.filename for entry in entries]
        if "xl/workbook.xml" not in names:
            raise Refused("kind")
        if len(entries) > ENTRIES or len(set(names)) < len(names):
            raise Refused("damaged")
        if sum(entry.file_size for entry in entries) > UNPACKED:
            raise Refused("large")
        for entry in entries:
            _check_entry(raw, entry)


def _check_entry(raw: bytes, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 1:
        raise Refused("locked")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("damaged")
    size, tail = 0, b""
    for piece in _unpacked(raw, entry):
        size += len(piece)
        if size > SMALL and size > RATIO * max(entry.compress_size, 1):
            raise Refused("large")
        if size > entry.file_size:
            raise Refused("damaged")
        if DOCTYPE.search(tail + piece):
            raise Refused("active")
        tail = piece[-16:]


def _unpacked(raw: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what the entry really holds; the library stops where the directory says."""
    at = entry.header_offset
    if raw[at : at + 4] != b"PK\x03\x04":
        raise Refused("damaged")
    name, extra = struct.unpack("<HH", raw[at + 26 : at + 30])
    start = at + 30 + name + extra
    packed = raw[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    opener = zlib.decompressobj(-15)
    while packed and not opener.eof:
        yield opener.decompress(packed, CHUNK)
        packed = opener.unconsumed_tail


def _texts(rows: Iterable[list[Value]]) -> Iterator[list[str]]:
    """Write every cell as a person reads it; a row's empty end is left off."""
    for number, row in enumerate(rows, 1):
        cells = [_text(value, number, place) for place, value in enumerate(row, 1)]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > COLUMNS:
            raise Refused("columns", row=number)
        yield cells


def _text(value: Value, row: int, column: int) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, row, column)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    text = str(value).strip()
    if UNPRINTABLE.search(text):
        raise Refused("characters", row, column)
    if ROUNDED.fullmatch(text):
        raise Refused("digits", row, column)
    return text


def _number(value: float, row: int, column: int) -> str:
    """A number of 16 digits or more has lost some: that is refused, and never guessed."""
    if abs(value) >= EXACT:
        raise Refused("digits", row, column)
    if float(value).is_integer():
        return str(int(value))
    return format(value, ".15f").rstrip("0") if abs(value) < 1 else format(value, ".15g")


if __name__ == "__main__":
    main(int(sys.argv[1]))
