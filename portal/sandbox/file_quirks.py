"""How exports are written: the same rows with every oddity of the consoles, each on request."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import xlsxwriter

from portal.lib.days import SHANGHAI
from portal.sandbox.file_rows import Line, Money, Share, Value
from portal.sandbox.old_excel import xls

QUIRKS = {
    "gb18030": "text in GB18030, without a mark",
    "utf16": "text in UTF-16",
    "no_mark": "UTF-8 without its mark",
    "brackets": "half-width and full-width brackets and letters mixed",
    "total_first": "a row 合计N条记录 above the others",
    "total_last": "a row 合计 below the others",
    "head_again": "the head once more in the middle",
    "above": "two lines about the export above the head",
    "percent": "shares as 50.00%",
    "thousands": "thousands separated",
    "blank_rows": "blank rows in between",
    "more_columns": "columns that nobody knows",
    "order": "columns in another order",
    "window_in_head": "the window in the columns' names, and no column for it",
    "slashes": "days as 2025/6/18",
    "packed": "days as 20250618",
    "serial": "days as a spreadsheet counts them",
    "late_contents": "every other content told of up to ten days before the last alone",
    "bad_rows": "three rows that can't be believed",
}
EPOCH = date(1899, 12, 30)
LATE = timedelta(days=10)
EMPTY = "-"
Written = str | int | Decimal | None


def written(lines: Sequence[Line], quirks: set[str], *, seed: str) -> list[list[Written]]:
    """Return the sheet, its lines above the head included."""
    rng = Random(f"quirks/{seed}")
    if "late_contents" in quirks:
        lines = _without_late(lines)
    names = _names(lines[0], quirks, rng)
    window = str(lines[0].get("归因周期", ""))
    head: list[Written] = [_head(name, quirks, window, n) for n, name in enumerate(names)]
    rows = [[_cell(line.get(name), quirks) for name in names] for line in lines]
    if "bad_rows" in quirks:
        rows[1:1] = _bad(rows[0], lines[0], names)
    if "more_columns" in quirks:
        head += ["实验分桶", "备注（内部）"]
        rows = [[*row, rng.randrange(9), "x"] for row in rows]
    return [*_above(quirks, len(rows)), head, *_around(head, rows, quirks)]


def as_csv(rows: Sequence[Sequence[Written]], quirks: set[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    if "gb18030" in quirks:
        return text.getvalue().encode("gb18030")
    if "utf16" in quirks:
        return text.getvalue().encode("utf-16")
    return text.getvalue().encode("utf-8" if "no_mark" in quirks else "utf-8-sig")


def as_xlsx(rows: Sequence[Sequence[Written]], quirks: set[str]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write_number(number, place, cell)
    return file.getvalue()


def as_xls(rows: Sequence[Sequence[Written]], quirks: set[str]) -> bytes:
    cells = [[float(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in rows]
    return xls(cells)


WRITERS: dict[str, tuple[Callable[[Sequence[Sequence[Written]], set[str]], bytes], str]] = {
    "csv": (as_csv, "text/csv"),
    "xls": (as_xls, "application/vnd.ms-excel"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def _without_late(lines: Sequence[Line]) -> list[Line]:
    told = [(line, line.get("内容ID"), line.get("日期")) for line in lines]
    late = sorted({name for _line, name, _day in told if isinstance(name, str)})[::2]
    newest = max((day for _line, _name, day in told if isinstance(day, date)), default=EPOCH)
    end = newest - LATE
    return [line for line, name, day in told if name not in late or not _is_after(day, end)]


def _is_after(day: Value, end: date) -> bool:
    return isinstance(day, date) and day > end


def _names(line: Line, quirks: set[str], rng: Random) -> list[str]:
    names = list(line)
    if "window_in_head" in quirks:
        names = [name for name in names if name != "归因周期"]
    if "order" in quirks:
        rng.shuffle(names)
    return names


def _head(name: str, quirks: set[str], window: str, place: int) -> str:
    if "window_in_head" in quirks and window and name.endswith(("UV", "GMV")):
        name = f"{name}({window.removesuffix('天')}日)"
    if "brackets" not in quirks:
        return name
    wide = name.replace(")", "）")  # one of the two, as the console does
    return wide.replace("UV", "ＵＶ").replace("GMV", "ＧＭＶ") if place % 2 else f" {wide}"


def _cell(value: Value, quirks: set[str]) -> Written:
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return _day(value, quirks)
    if isinstance(value, Money):
        return f"{value.fen / 100:,.2f}" if "thousands" in quirks else f"{value.fen / 100:.2f}"
    if isinstance(value, Share):
        return f"{value.percent:.2f}%" if "percent" in quirks else f"{value.percent:.2f}"
    if isinstance(value, int):
        return f"{value:,}" if "thousands" in quirks else value
    return EMPTY if value is None else value


def _day(day: date, quirks: set[str]) -> Written:
    if "slashes" in quirks:
        return f"{day.year}/{day.month}/{day.day}"
    if "packed" in quirks:
        return f"{day:%Y%m%d}"
    return (day - EPOCH).days if "serial" in quirks else day.isoformat()


def _bad(row: list[Written], line: Line, names: list[str]) -> list[list[Written]]:
    """A count below 0, a day that is none, and the first row again with another figure."""
    counts = [place for place, name in enumerate(names) if isinstance(line.get(name), int)]
    dates = [place for place, name in enumerate(names) if isinstance(line.get(name), date)]
    count, day = counts[0], dates[0]
    return [
        [*row[:count], "-5", *row[count + 1 :]],
        [*row[:day], "2025-02-30", *row[day + 1 :]],
        [*row[:count], "987654", *row[count + 1 :]],
    ]


def _above(quirks: set[str], count: int) -> list[list[Written]]:
    lines: list[list[Written]] = []
    if "above" in quirks:
        lines += [["数据导出"], ["导出口径：按行为日期", "仅供参考"]]
    if "total_first" in quirks:
        lines += [[f"合计{count}条记录"]]
    return lines


def _around(
    head: list[Written], rows: list[list[Written]], quirks: set[str]
) -> list[list[Written]]:
    middle = len(rows) // 2
    blank: list[Written] = [None] * len(head)
    if "head_again" in quirks:
        rows = [*rows[:middle], head, *rows[middle:]]
    if "blank_rows" in quirks:
        rows = [*rows[:middle], blank, *rows[middle:], blank]
    if "total_last" in quirks:
        rows = [*rows, ["合计", *[12_345] * (len(head) - 1)]]
    return rows
