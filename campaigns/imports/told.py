"""Which business days the imported files of a store tell, and which of them nobody has told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from campaigns.models import FileImport, FileKind
from campaigns.models.file_import import FileImportQuerySet
from merchants.models import Store
from portal.lib import days

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class FileSource(NamedTuple):
    """A day's figures are told `lag` days later and grow for `attribution` days where the file
    names no window of its own. `origin` is where a person exports the file.
    """

    origin: "StrOrPromise"
    label: "StrOrPromise"
    lag: int
    attribution: int = 0


XINGHE, TMALL = _("Zhongcao Xinghe"), _("Tmall")
JUGUANG, PUGONGYING = _("Juguang"), _("Pugongying")
SOURCES: Mapping[str, FileSource] = {
    FileKind.CONSOLE: FileSource(JUGUANG, _("Console, file"), 1, attribution=30),
    FileKind.CREATOR_NOTE: FileSource(PUGONGYING, _("Notes, file"), 1),
    FileKind.STAR_TASK: FileSource(XINGHE, _("Star tasks, file"), 2),
    FileKind.STAR_CONTENT: FileSource(XINGHE, _("Contents, file"), 2),
    FileKind.STORE_ORDER: FileSource(TMALL, _("Orders, file"), 1),
}


class FileDayState(StrEnum):
    TOLD = "told"
    REFUSED = "refused"  # the newest file that tells it has refused rows of it
    BLANK = "blank"  # a file spans it and has no row of it
    GAP = "gap"  # files tell of days before and after it alone
    NOT_TOLD = "not told"


class FileDay(NamedTuple):
    """`told_on` is the date on which the newest file that tells the day was taken in."""

    state: FileDayState
    told_on: date | None = None


NOT_TOLD = FileDay(FileDayState.NOT_TOLD)


@dataclass(frozen=True, slots=True)
class FileLine:
    """A kind of file of a store with the state of each day; `window` is 0 for files without."""

    store: Store
    kind: FileKind
    window: int
    days: Mapping[date, FileDay]

    @property
    def source(self) -> FileSource:
        return SOURCES[self.kind]

    @property
    def attribution(self) -> int:
        return self.window or self.source.attribution

    @property
    def part(self) -> "StrOrPromise":
        if self.attribution:
            return _("%(days)s d") % {"days": self.attribution}
        return f"T+{self.source.lag}"


class Telling(NamedTuple):
    """What one import tells of a day: rows that were believed, and rows that were refused."""

    found: FileImport
    rows: int
    refused: int

    @property
    def told_on(self) -> date:
        return days.business_day(self.found.uploaded_at)

    @property
    def state(self) -> FileDayState:
        return FileDayState.REFUSED if self.refused else FileDayState.TOLD


Key = tuple[int, str, int]  # store, kind of file, window
Span = tuple[date, date]


def file_lines(imports: FileImportQuerySet, shown: Sequence[date]) -> list[FileLine]:
    """Return a line for each kind of file that a store was told by; three queries."""
    applied = imports.applied()
    spans = {key: span for key, span in _spans(applied).items() if span[0] <= shown[-1]}
    told: dict[tuple[Key, date], list[Telling]] = defaultdict(list)
    for each in applied.spanning(shown[0], shown[-1]).newest_word_first():
        for window, day in product(each.by_day, filter(each.spans, shown)):
            told[(each.store_id, each.kind, int(window)), day].append(_telling(each, window, day))
    stores = Store.objects.in_bulk({store for store, _kind, _window in spans})
    return [
        FileLine(
            stores[key[0]],
            FileKind(key[1]),
            key[2],
            {day: day_of(told[key, day], spans[key], day) for day in shown},
        )
        for key in sorted(spans, key=_in_order)
    ]


def tellings(imports: FileImportQuerySet, kind: str, window: int, day: date) -> list[Telling]:
    """Return what the files that span the day tell of it, the newest first."""
    near = imports.applied().filter(kind=kind).spanning(day, day).newest_word_first()
    return [_telling(each, f"{window}", day) for each in near if f"{window}" in each.by_day]


def told_until(imports: FileImportQuerySet, kind: str, window: int) -> Span | None:
    """Return the first and the last day that any file of this kind tells."""
    spans = _spans(imports.applied().filter(kind=kind))
    return next((span for key, span in spans.items() if key[2] == window), None)


def first_told(imports: FileImportQuerySet) -> date | None:
    first: date | None = imports.applied().aggregate(first=Min("first_day"))["first"]
    return first


def day_of(told: Sequence[Telling], span: Span | None, day: date) -> FileDay:
    """Return the state of a day, by what the files that span it tell, the newest first."""
    newest = next((each for each in told if each.rows or each.refused), None)
    if newest:
        return FileDay(newest.state, newest.told_on)
    if told:
        return FileDay(FileDayState.BLANK, told[0].told_on)
    is_between = span is not None and span[0] <= day <= span[1]
    return FileDay(FileDayState.GAP) if is_between else NOT_TOLD


def _telling(found: FileImport, window: str, day: date) -> Telling:
    return Telling(found, *found.by_day[window].get(day.isoformat(), (0, 0)))


def _spans(applied: FileImportQuerySet) -> dict[Key, Span]:
    """Return the first and the last day that is told, by store, kind of file and window."""
    spans: dict[Key, Span] = {}
    ends = applied.order_by().values_list("store_id", "kind", "windows")
    for store, kind, windows, first, last in ends.annotate(Min("first_day"), Max("last_day")):
        for window in windows or [0]:
            key = store, kind, window
            before = spans.get(key, (first, last))
            spans[key] = min(first, before[0]), max(last, before[1])
    return spans


def _in_order(key: Key) -> tuple[int, int, int]:
    store, kind, window = key
    return store, list(SOURCES).index(FileKind(kind)), window
