"""What a file is, told by the names of its columns alone, and which of its rows are figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.imports.formats import FORMATS, FileColumn, FileFormat
from portal.lib.sheet_heads import plain_head
from portal.lib.sheets import BadSheet
from portal.partners import xinghe

LINES_ABOVE = 20  # a head stands among the first lines
TOTAL = ("合计", "总计", "汇总", "小计")
SHOWN = 80
MOST_LEFT_OUT = 50

Numbered = tuple[int, list[str]]  # a row's number in the file, and its cells by `columns`


@dataclass(frozen=True, slots=True)
class Layout:
    """A recognised head: for each of the format's columns its place, None if it has none.

    `window` is what the head says of the whole file, where no column does.
    """

    format: FileFormat
    places: tuple[int | None, ...]
    left_out: tuple[str, ...]
    window: int | None = None

    @property
    def absent(self) -> list[str]:
        pairs = zip(self.format.columns, self.places, strict=True)
        return [
            column.name
            for column, place in pairs
            if place is None and not (column.name == "window_days" and self.window)
        ]

    def cells_of(self, row: Sequence[str]) -> list[str]:
        """Return the cells that are read, in the order of the format's columns."""
        return [
            self._unplaced(column) if place is None else row[place] if place < len(row) else ""
            for column, place in zip(self.format.columns, self.places, strict=True)
        ]

    def _unplaced(self, column: FileColumn) -> str:
        return str(self.window) if column.name == "window_days" and self.window else ""


def recognise(rows: Iterator[list[str]]) -> tuple[Layout, int]:
    """Read on to the head and return what it says and its number, or raise BadSheet."""
    above: list[str] = []
    for number, row in enumerate(rows, 1):
        if layout := layout_of(row, above):
            return layout, number
        above += [cell for cell in row if cell]
        if number >= LINES_ABOVE:
            break
    raise BadSheet(
        _(
            "None of the first %(lines)s lines names the columns of a file that is known here."
            " Export it again with all columns, and upload it as it was downloaded."
        )
        % {"lines": LINES_ABOVE}
    )


def layout_of(row: Sequence[str], above: Sequence[str] = ()) -> Layout | None:
    """Return the layout if the row is the head of a known file: the format that reads most."""
    found = [_placed(each, row) for each in FORMATS.values()]
    known = [(format_, places) for format_, places in found if _is_marked(format_, places)]
    if not known:
        return None
    format_, places = max(known, key=lambda each: len(each[1]))
    in_order = tuple(places.get(column.name) for column in format_.columns)
    left_out = [
        head.strip()[:SHOWN]
        for head in row
        if plain_head(head)
        and format_.column_of(head) is None
        and plain_head(head) not in format_.unread
    ]
    window = None
    if format_.windowed:
        window = _window(row, above, has_column="window_days" in places)
    return Layout(format_, in_order, tuple(left_out[:MOST_LEFT_OUT]), window)


def figures(rows: Iterator[list[str]], layout: Layout, head: int) -> Iterator[Numbered]:
    """Yield the rows of figures below the head; totals, blank rows and further heads are none."""
    for number, row in enumerate(rows, head + 1):
        told = next((cell.strip() for cell in row if cell.strip()), "")
        if not told or told.startswith(TOTAL):
            continue
        if layout.format.column_of(told) and (again := layout_of(row)):
            if again.places != layout.places:
                layout = _same_columns(layout, again, number)
            continue
        yield number, layout.cells_of(row)


def _placed(format_: FileFormat, row: Sequence[str]) -> tuple[FileFormat, dict[str, int]]:
    """Of two columns with the same meaning the first is read."""
    places: dict[str, int] = {}
    for place, head in enumerate(row):
        if column := format_.column_of(head):
            places.setdefault(column.name, place)
    return format_, places


def _is_marked(format_: FileFormat, places: dict[str, int]) -> bool:
    return all(column.name in places for column in format_.columns if column.marks)


def _window(row: Sequence[str], above: Sequence[str], *, has_column: bool) -> int | None:
    """Return the one window that the head tells; a column of its own says it row by row."""
    said = xinghe.windows_said(row, above)
    if has_column and len(said) < 2:
        return None
    if len(said) == 1 and (days := said.pop()) in xinghe.WINDOWS:
        return days
    raise BadSheet(
        _(
            "The file does not say of one window, 15 or 30 days, that its figures are of it."
            " Export each window by itself, with the column 归因周期."
        )
    )


def _same_columns(layout: Layout, again: Layout, number: int) -> Layout:
    """Files that were put together may order their columns anew, but not tell of others."""
    same = (again.format, again.absent) == (layout.format, layout.absent)
    if not same or again.window != layout.window:
        raise BadSheet(
            _("Row %(row)s names other columns than the head above. Upload the files one by one.")
            % {"row": number}
        )
    return again
