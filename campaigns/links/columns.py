"""Sheets that people fill in: columns are found by their names, in either language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.lib.sheets import BadSheet, Cell

REMARK = re.compile(r"[(（].*?[)）]")  # what a template adds in brackets


@dataclass(frozen=True, slots=True)
class Column:
    """A column under each name it may have; the first is the English one, the second Chinese."""

    names: tuple[str, ...]
    is_needed: bool = True

    @property
    def shown(self) -> str:
        english, chinese = self.names[:2]
        return f"{chinese} / {english}"


Layout = Mapping[str, Column]
Line = tuple[int, dict[str, str]]  # the row's number in the file, and its cells by column


def lines_of(rows: Iterator[list[str]], layout: Layout) -> Iterator[Line]:
    """Yield each row that is not blank, or raise BadSheet when a column that it needs is missing.

    Columns that no name is known for are left out; rows are counted as a spreadsheet does.
    """
    head = [_plain(name) for name in next(rows, [])]
    places = {key: _place(head, column) for key, column in layout.items()}
    missing = [
        column.shown for key, column in layout.items() if column.is_needed and places[key] is None
    ]
    if missing:
        raise BadSheet(
            _("The first row must name the columns. Missing: %(columns)s. Start from the template.")
            % {"columns": _(", ").join(missing)}
        )
    for number, row in enumerate(rows, 2):
        if any(row):
            yield number, {key: _cell(row, place) for key, place in places.items()}


def is_yes(text: str) -> bool:
    return text.strip().casefold() in {"yes", "y", "true", "1", "是", "已标注", "√", "✓"}


def template_rows(
    layout: Layout, examples: Mapping[str, str], *, chinese: bool
) -> list[list[Cell]]:
    """Return the first row and one example, in the person's language."""
    names: list[Cell] = [column.names[1 if chinese else 0] for column in layout.values()]
    return [names, [examples.get(key, "") for key in layout]]


def _plain(name: str) -> str:
    return re.sub(r"[\s_*]+", " ", REMARK.sub("", name)).strip().casefold()


def _place(head: list[str], column: Column) -> int | None:
    known = {_plain(name) for name in column.names}
    places = [place for place, name in enumerate(head) if name in known]
    if len(places) > 1:
        raise BadSheet(
            _("The column %(column)s stands there twice. Keep one.") % {"column": column.shown}
        )
    return places[0] if places else None


def _cell(row: list[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""
