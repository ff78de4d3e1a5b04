"""Rows of a file by the ledger's columns, and why one can't be believed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Manager
from django.utils.translation import gettext as _

from campaigns.imports.cells import BadCell
from campaigns.imports.formats import FileFormat, Row
from campaigns.models import FileImport
from campaigns.reports.base import BadRow
from portal.lib.days import business_day, today

EARLIEST = date(2018, 1, 1)  # each month makes a partition: a file must not ask for thousands
Numbered = tuple[int, list[str]]


@dataclass(slots=True)
class Parsed:
    """Part of a file: the rows to merge, one for each fact, and those refused, by number.

    `refused_on` are the refused rows whose window and day could be read all the same.
    """

    rows: list[Row] = field(default_factory=list)
    refused: list[tuple[int, list[str], str]] = field(default_factory=list)
    refused_on: Counter[tuple[int, date]] = field(default_factory=Counter)
    doubted: int = 0


@dataclass(slots=True)
class Seen:
    """Which facts the file has told so far: of each a number for its key and for its figures."""

    format: FileFormat
    told: dict[int, tuple[int, int]] = field(default_factory=dict)

    def is_new(self, row: Row, number: int) -> bool:
        """Return False for a row told before word for word; raise BadRow for another word."""
        key = hash(tuple(row[name] for name in self.format.facts.KEY))
        figures = hash(tuple(row.values()))
        first, before = self.told.setdefault(key, (number, figures))
        if first == number:
            return True
        if before != figures:
            raise BadRow(_("Row %(row)s tells other figures of the same.") % {"row": first})
        return False


def parse_part(
    format_: FileFormat, part: Iterable[Numbered], seen: Seen, skipped: frozenset[int] = frozenset()
) -> Parsed:
    """Parse the rows, but for those that are `skipped` by their numbers."""
    parsed = Parsed()
    newest = today()
    for number, cells in part:
        if number in skipped:
            continue
        try:
            row = parse(format_, cells, newest)
            if seen.is_new(row, number):
                parsed.rows.append(row)
                parsed.doubted += bool(format_.doubt and format_.doubt(row))
        except BadRow as problem:
            parsed.refused.append((number, cells, str(problem)))
            if spoken := _spoken_of(format_, cells, newest):
                parsed.refused_on[spoken] += 1
    return parsed


def parse(format_: FileFormat, cells: Sequence[str], newest: date) -> Row:
    """Return the row by the ledger's columns, or raise BadRow."""
    row = dict(format_.blank)
    for column, cell in zip(format_.columns, cells, strict=True):
        try:
            value = column.read(cell) if cell else None
        except BadCell as problem:
            raise BadRow(f"{column.labels[0]}: {problem}") from None
        if value is not None:
            row[column.name] = value
        elif column.needed:
            raise BadRow(_("%(column)s is blank.") % {"column": column.labels[0]})
    if format_.complete:
        format_.complete(row)
    _refuse_absurd(row, newest)
    return row


def _spoken_of(format_: FileFormat, cells: Sequence[str], newest: date) -> tuple[int, date] | None:
    """Return the window (0: none) and the day of a refused row, where both can be believed."""
    told: Row = {"window_days": 0}
    for column, cell in zip(format_.columns, cells, strict=True):
        if column.name in {"day", "window_days", "ordered_at"}:
            try:
                told[column.name] = column.read(cell) if cell else None
            except BadCell:
                return None
    moment = told.get("ordered_at")
    day = business_day(moment) if moment else told.get("day")
    window = told["window_days"]
    return (window, day) if window is not None and day and EARLIEST <= day <= newest else None


def _refuse_absurd(row: Row, newest: date) -> None:
    """A blank time is the year 1 in some exports, and such a row could not even be read again."""
    moments = [value.date() for value in row.values() if isinstance(value, datetime)]
    bad = [day for day in moments if not EARLIEST <= day <= newest + timedelta(days=1)]
    if not EARLIEST <= row["day"] <= newest:
        bad.insert(0, row["day"])
    if bad:
        raise BadRow(_("%(day)s is not a day that can be known.") % {"day": bad[0]})


def as_told(format_: FileFormat, cells: Sequence[str]) -> str:
    """Return the row as text for quarantine: the columns that are read, and no other."""
    pairs = zip(format_.columns, cells, strict=True)
    return "; ".join(f"{column.labels[0]} {cell}" for column, cell in pairs if cell)[:20_000]


def digest(raw: str) -> str:
    return sha256(raw.encode()).hexdigest()


def batches(rows: Iterator[Numbered], size: int) -> Iterator[list[Numbered]]:
    batch: list[Numbered] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def not_told_by_api(found: FileImport, format_: FileFormat, rows: Sequence[Row]) -> list[Row]:
    """Leave out the orders that Tmall itself has told of: a file can't say how old its word is."""
    facts = format_.facts
    if not any(name == "modified_at" for name, _type in facts.ledger().values):
        return list(rows)
    stored: Manager[Any] = facts._default_manager  # Any: not every fact has the column asked for
    known = stored.filter(
        brand_id=found.brand_id,
        store_id=found.store_id,
        known_to=None,
        day__in={row["day"] for row in rows},
    ).exclude(modified_at=None)  # a column of orders alone
    told = set(known.values_list(*facts.KEY))
    return [row for row in rows if tuple(row[name] for name in facts.KEY) not in told]
