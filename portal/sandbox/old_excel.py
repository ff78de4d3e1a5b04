"""A workbook of Excel 97 as old consoles write it: one sheet in a compound file, by hand."""

import struct
from collections.abc import Sequence

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NAME = "Workbook"


def xls(rows: Sequence[Sequence[str | float]]) -> bytes:
    stream = _book(rows)
    stream += bytes(-len(stream) % SECTOR)
    stream += bytes(max(0, 4096 - len(stream)))  # shorter ones lie elsewhere
    count = len(stream) // SECTOR
    chain = [*range(3, count + 2), END]  # sector 0 is the table, 1 the directory
    table = [FAT, END, *chain]
    table += [FREE] * (128 - len(table))
    return _head() + struct.pack("<128I", *table) + _directory(len(stream)) + stream


def _head() -> bytes:
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head = magic + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<10I", 0, 1, 1, 0, 4096, END, 0, END, 0, 0)
    return head + struct.pack("<108I", *[FREE] * 108)


def _directory(size: int) -> bytes:
    root = _entry("Root Entry", 5, child=1, start=END, size=0)
    return root + _entry(NAME, 2, child=FREE, start=2, size=size) + bytes(2 * 128)


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    entry = written.ljust(64, b"\0") + struct.pack(
        "<HBB3I", len(written), kind, 1, FREE, FREE, child
    )
    return entry + bytes(36) + struct.pack("<IQ", start, size)


def _book(rows: Sequence[Sequence[str | float]]) -> bytes:
    begin = _record(0x0809, struct.pack("<4H2I", 0x0600, 0x0005, 0, 0, 0, 0))
    name = struct.pack("<BB", 1, 0) + b"S"
    end = _record(0x000A, b"")
    offset = len(begin) + 4 + 6 + len(name) + len(end)
    sheet = _record(0x0085, struct.pack("<IBB", offset, 0, 0) + name)
    return begin + sheet + end + _sheet(rows) + end


def _sheet(rows: Sequence[Sequence[str | float]]) -> bytes:
    width = max(map(len, rows))
    sheet = _record(0x0809, struct.pack("<4H2I", 0x0600, 0x0010, 0, 0, 0, 0))
    sheet += _record(0x0200, struct.pack("<2I3H", 0, len(rows), 0, width, 0))
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            at = struct.pack("<3H", number, place, 0)
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                sheet += _record(0x0204, at + text)
            else:
                sheet += _record(0x0203, at + struct.pack("<d", cell))
    return sheet


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<2H", kind, len(content)) + content
