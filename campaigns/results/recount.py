"""The ledger's rows set beside what the raw answers say of them, row by row.

What no kept answer speaks for is said to be so; with a part missing nothing is called equal.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from django.db.models import QuerySet

from campaigns.models import PulledPage
from campaigns.reports import Report
from campaigns.results.receipted import Rows
from campaigns.results.replay import Replay, Values, replays


class Key(NamedTuple):
    connection_id: int
    note_id: str
    day: date


class Unproven(StrEnum):
    """Why no answer speaks for a row."""

    NOT_KEPT = "not_kept"
    UNFIT = "unfit"


class Verdict(StrEnum):
    EQUAL = "equal"
    DIFFERS = "differs"
    PARTLY = "partly"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """A row's column that the answers tell otherwise; None is "not returned", or no row at all."""

    key: Key
    column: str
    shown: int | None
    raw: int | None
    is_shown: bool = True
    is_told: bool = True


@dataclass(slots=True)
class Recount:
    """`told` are the rows that answers speak for, and `shown` those of the ledger."""

    told: dict[Key, Values] = field(default_factory=dict)
    shown: dict[Key, Values] = field(default_factory=dict)
    unproven: dict[Key, Unproven] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    pages: Counter[date] = field(default_factory=Counter)
    unfit: list[PulledPage] = field(default_factory=list)
    refused: int = 0

    @property
    def page_count(self) -> int:
        return sum(self.pages.values())

    @property
    def fitting(self) -> int:
        return self.page_count - len(self.unfit)

    @property
    def compared(self) -> int:
        return len(self.shown) - len(self.unproven)

    @property
    def reasons(self) -> Mapping[Unproven, int]:
        return Counter(self.unproven.values())

    @property
    def verdict(self) -> Verdict:
        if self.differences:
            return Verdict.DIFFERS
        if self.unproven or self.unfit:
            return Verdict.PARTLY
        return Verdict.EQUAL if self.shown else Verdict.NOTHING


def recount(
    rows: Rows,
    pages: QuerySet[PulledPage],
    report: Report,
    columns: Sequence[str],
    moment: datetime,
    asked: Callable[[Key], bool] = lambda key: True,
) -> Recount:
    """Set the ledger's rows, as known then, beside what their windows' raw answers say."""
    found = Recount()
    page_of: dict[Key, int] = {}
    for connection_id, note_id, day, page_id, *values in rows.values_list(
        "connection_id", "note_id", "day", "page_id", *columns
    ):
        key = Key(connection_id, note_id, day)
        found.shown[key] = dict(zip(columns, values, strict=True))
        page_of[key] = page_id
    told_by: dict[Key, int] = {}
    for replay in replays(pages, report):
        _take_in(found, told_by, replay, columns, moment, asked)
    unfit = {page.pk for page in found.unfit}
    for key, page_id in page_of.items():
        if told_by.get(key, 0) < page_id:
            found.unproven[key] = Unproven.UNFIT if page_id in unfit else Unproven.NOT_KEPT
            found.told.pop(key, None)
    found.differences = list(_differences(found, columns))
    return found


def _take_in(
    found: Recount,
    told_by: dict[Key, int],
    replay: Replay,
    columns: Sequence[str],
    moment: datetime,
    asked: Callable[[Key], bool],
) -> None:
    window = replay.window
    for note_id, values in replay.known_at(moment):
        key = Key(window.connection_id, note_id, window.day)
        if asked(key):
            found.told[key] = {name: values[name] for name in columns}
    for note_id, page_id in replay.told_by.items():
        told_by[Key(window.connection_id, note_id, window.day)] = page_id
    found.pages[window.day] += replay.pages
    found.unfit += replay.unfit
    found.refused += replay.refused


def _differences(found: Recount, columns: Sequence[str]) -> Iterable[Difference]:
    for key in sorted(found.told.keys() | found.shown.keys() - found.unproven.keys()):
        told, shown = found.told.get(key), found.shown.get(key)
        for column in columns:
            mine = shown[column] if shown else None
            theirs = told[column] if told else None
            if mine != theirs or (told is None) != (shown is None):
                yield Difference(key, column, mine, theirs, shown is not None, told is not None)
