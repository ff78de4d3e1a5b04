"""Reading note ids out of what people paste; no address is ever fetched."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portal.lib.note_ids import BadNoteId, parse_note_id

NOTE_ID = re.compile(r"(?<![0-9a-z])[0-9a-f]{24}(?![0-9a-z])")
SHOWN = 60


@dataclass(slots=True)
class Reading:
    """`ids` are in the order met and each once; `unread` are lines with the reason."""

    ids: list[str] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)


def read_text(text: str) -> Reading:
    """Read one note a line, or several ids on a line."""
    return _reading([line] for line in text.splitlines())


def read_rows(rows: Iterable[Sequence[str]]) -> Reading:
    """Read one note a row: the first cell that holds one. A first row without any is a head."""
    rows = iter(rows)
    head = _reading([next(rows, [])])
    reading = _reading(rows)
    reading.ids = list(dict.fromkeys([*head.ids, *reading.ids]))
    return reading


def _reading(rows: Iterable[Sequence[str]]) -> Reading:
    reading = Reading()
    for cells in rows:
        written = [cell.strip() for cell in cells if cell.strip()]
        if not written:
            continue
        try:
            reading.ids += _first(written)
        except BadNoteId as problem:
            reading.unread.append((" ".join(written)[:SHOWN], str(problem)))
    reading.ids = list(dict.fromkeys(reading.ids))
    return reading


def _first(cells: Sequence[str]) -> list[str]:
    """Return the ids of the first cell that has any, or raise what is wrong with the row."""
    problem = BadNoteId(_("There is no note id in it: 24 digits and letters from a to f."))
    for cell in cells:
        try:
            if found := _ids_in(cell):
                return found
        except BadNoteId as refusal:
            problem = refusal
    raise problem


def _ids_in(text: str) -> list[str]:
    """Return the note of an address or of a share text, else all ids that stand there."""
    return [parse_note_id(text)] if "://" in text else NOTE_ID.findall(text.lower())
