"""A workbook of Excel 97 as old consoles write it: one sheet in a compound file, by hand.

The file is sectors: a table that chains them, a directory of two entries, and the workbook.
"""

import struct
from collections.abc import Sequence

SECTOR, CHAINED = 512, 128  # bytes, and how many sectors one of the table chains
MOST_ROWS, MOST_TABLES = 65_536, 109
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NAME = "Workbook"


def xls(rows: Sequence[Sequence[str | float | None]]) -> bytes:
    if len(rows) > MOST_ROWS:
        raise ValueError(f"a sheet of Excel 97 has {MOST_ROWS:,} rows at most")
    stream = _book(rows)
    stream += bytes(-len(stream) % SECTOR)
    stream += bytes(max(0, 4096 - len(stream)))  # shorter ones lie elsewhere
    count = len(stream) // SECTOR
    tables = -(-(count + 1) // (CHAINED - 1))  # each is a sector to be chained itself
    if tables > MOST_TABLES:
        raise ValueError("the workbook is too large")
    first = tables + 1  # sector of the workbook; the directory lies before it
    table = [*[FAT] * tables, END, *range(first + 1, first + count), END]
    table += [FREE] * (tables * CHAINED - len(table))
    packed = struct.pack(f"<{len(table)}I", *table)
    return _head(tables) + packed + _directory(len(stream), first) + stream


def _head(tables: int) -> bytes:
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head = magic + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, tables, tables, 0, 4096, END, 0, END, 0)
    where = [*range(tables), *[FREE] * (MOST_TABLES - tables)]
    return head + struct.pack(f"<{MOST_TABLES}I", *where)


def _directory(size: int, first: int) -> bytes:
    root = _entry("Root Entry", 5, child=1, start=END, size=0)
    return root + _entry(NAME, 2, child=FREE, start=first, size=size) + bytes(2 * 128)


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    entry = written.ljust(64, b"\0") + struct.pack(
        "<HBB3I", len(written), kind, 1, FREE, FREE, child
    )
    return entry + bytes(36) + struct.pack("<IQ", start, size)


def _book(rows: Sequence[Sequence[str | float | None]]) -> bytes:
    begin = _record(0x0809, struct.pack("<4H2I", 0x0600, 0x0005, 0, 0, 0, 0))
    name = struct.pack("<BB", 1, 0) + b"S"
    end = _record(0x000A, b"")
    offset = len(begin) + 4 + 6 + len(name) + len(end)
    sheet = _record(0x0085, struct.pack("<IBB", offset, 0, 0) + name)
    return begin + sheet + end + _sheet(rows) + end


def _sheet(rows: Sequence[Sequence[str | float | None]]) -> bytes:
    width = max(map(len, rows))
    sheet = bytearray()
    sheet += _record(0x0809, struct.pack("<4H2I", 0x0600, 0x0010, 0, 0, 0, 0))
    sheet += _record(0x0200, struct.pack("<2I3H", 0, len(rows), 0, width, 0))
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            at = struct.pack("<3H", number, place, 0)
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                sheet += _record(0x0204, at + text)
            elif cell is not None:
                sheet += _record(0x0203, at + struct.pack("<d", cell))
    return bytes(sheet)


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<2H", kind, len(content)) + content
