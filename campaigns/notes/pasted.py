"""Reading note ids out of what people paste; no address is ever fetched."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

NOTE_ID = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{24}(?![0-9a-zA-Z])")
ADDRESS = re.compile(r"https?://[^\s，。！<>\"]+")
PATH = re.compile(r"/(?:explore|discovery/item)/([0-9a-f]{24})/?")
HOSTS = {"www.xiaohongshu.com", "xiaohongshu.com"}
SHORT_HOSTS = {"xhslink.com", "www.xhslink.com"}
SHOWN = 60


@dataclass(slots=True)
class Reading:
    """`ids` are in the order met and each once; `unread` are lines with the reason."""

    ids: list[str] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)


class NoNote(ValueError):
    """There is no note in the text; the message is shown beside it."""


def read_text(text: str) -> Reading:
    """Read one note a line, or several ids on a line."""
    return _reading([line] for line in text.splitlines())


def read_rows(rows: Sequence[Sequence[str]]) -> Reading:
    """Read one note a row: the first cell that holds one. A first row without any is a head."""
    reading = _reading(rows[1:])
    head = _reading(rows[:1])
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
        except NoNote as problem:
            reading.unread.append((" ".join(written)[:SHOWN], str(problem)))
    reading.ids = list(dict.fromkeys(reading.ids))
    return reading


def _first(cells: Sequence[str]) -> list[str]:
    """Return the ids of the first cell that has any, or raise what is wrong with the row."""
    problem = NoNote(_("There is no note id in it: 24 digits and letters from a to f."))
    for cell in cells:
        try:
            found = note_ids(cell)
        except NoNote as refusal:
            problem = refusal
        else:
            if found:
                return found
    raise problem


def note_ids(text: str) -> list[str]:
    """Return the ids in the text; an address counts before what stands beside it."""
    addresses = ADDRESS.findall(text)
    if addresses:
        return [_id_in(address) for address in addresses]
    return NOTE_ID.findall(text)


def _id_in(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise NoNote(_("The address can't be read.")) from None
    if parts.netloc in SHORT_HOSTS:
        raise NoNote(
            _("A short address tells no id. Open it in a browser and paste the long address.")
        )
    found = PATH.fullmatch(parts.path)
    if parts.netloc not in HOSTS or not found:
        raise NoNote(_("It is not the address of a note at xiaohongshu.com."))
    return found.group(1)
