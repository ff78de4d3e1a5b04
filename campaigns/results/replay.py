"""What the raw answers of a report's windows say, read again in the order in which they came.

The newest word wins, as in the merge, and nothing of the ledger's facts is read.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet

from campaigns.models import PulledPage, RawPage, SyncWindow
from campaigns.reports import Report
from campaigns.reports.base import Raw
from portal.partners.base import Unreadable

TICK = timedelta(microseconds=1)  # a version ends after it began, though the clock stands still

Values = Mapping[str, Any]  # by the ledger's columns


@dataclass(slots=True)
class Version:
    values: Values
    known_from: datetime
    known_to: datetime | None = None

    def is_known_at(self, moment: datetime) -> bool:
        return self.known_from <= moment and (self.known_to is None or self.known_to > moment)


@dataclass(slots=True)
class Replay:
    """One window: the versions of each id, and the newest page on which it could be read.

    `unfit` are pages whose body no longer is what the receipt says: of those nothing is believed.
    """

    window: SyncWindow
    report: Report
    raw: Raw
    versions: dict[str, list[Version]] = field(default_factory=dict)
    told_by: dict[str, int] = field(default_factory=dict)
    pages: int = 0
    unfit: list[PulledPage] = field(default_factory=list)
    refused: int = 0
    _sent: dict[str, object] = field(default_factory=dict)
    _unread: set[str] = field(default_factory=set)
    _merged: dict[str, Values] = field(default_factory=dict)
    _merged_at: tuple[int, datetime] | None = None

    def known_at(self, moment: datetime) -> Iterator[tuple[str, Values]]:
        for key, versions in self.versions.items():
            for version in versions:
                if version.is_known_at(moment):
                    yield key, version.values

    def read(self, page: PulledPage, body: bytes) -> None:
        """Read a page's body, once its hash is that of the receipt.

        Of pages that were kept together the later word on an id is the only one.
        """
        self.pages += 1
        if self._merged_at != (page.pull, page.known_at):
            self.settle()
            self._merged_at = page.pull, page.known_at
        try:
            fits = sha256(body).hexdigest() == page.sha256
            rows = self.raw.rows(body) if fits else ()
        except Unreadable:
            fits = False
        if fits:
            self._read_rows(page, rows)
        else:
            self.unfit.append(page)

    def settle(self) -> None:
        """Merge what the pages that were kept together have told."""
        if self._merged_at:
            for key, values in self._merged.items():
                self._tell(key, values, self._merged_at[1])
        self._merged.clear()

    def lose(self, keys: Collection[str], at: datetime) -> None:
        """Close what a pull's end found to be named no more."""
        self.settle()
        for key in keys:
            self._sent.pop(key, None)  # the same row again opens it anew
            if (versions := self.versions.get(key)) and versions[-1].known_to is None:
                versions[-1].known_to = max(at, versions[-1].known_from + TICK)

    def _read_rows(self, page: PulledPage, rows: Sequence[Any]) -> None:
        """A row that is sent again as it was needs no second reading."""
        keys = self.report.keys(rows)
        by_key = dict(zip(keys, rows, strict=True))
        if len(by_key) == len(keys):
            by_key = {key: row for key, row in by_key.items() if self._sent.get(key) != row}
            self._sent.update(by_key)
            rows = list(by_key.values())
        else:
            for key in by_key:
                self._sent.pop(key, None)
        good, refused = self.raw.read(rows, self.window.day)
        self.refused += len(refused)
        read = {values[self.report.names]: values for values in good}
        self._merged.update(read)
        self._unread = (self._unread | by_key.keys()) - read.keys()
        self.told_by.update((key, page.pk) for key in keys if key not in self._unread)

    def _tell(self, key: str, values: Values, at: datetime) -> None:
        versions = self.versions.setdefault(key, [])
        begins = at
        if versions:
            last = versions[-1]
            is_open, ended = last.known_to is None, last.known_to
            if is_open and last.values == values:
                return
            if is_open:
                last.known_to = ended = max(at, last.known_from + TICK)
            if ended and (is_open or last.known_from >= at):
                begins = max(at, ended)
        versions.append(Version(values, begins))


def pages_of(
    stores: QuerySet[Any], report: Report, first: date, last: date, moment: datetime
) -> QuerySet[PulledPage]:
    """Return the receipts, as known then, of which something was kept to be read again."""
    return (
        PulledPage.objects.filter(store__in=stores, known_at__lte=moment)
        .filter(window__report=report.key, window__day__range=(first, last))
        .filter(Q(raw__isnull=False) | Q(gone__isnull=False))
        .order_by("window_id", "pk")
    )


def replays(pages: QuerySet[PulledPage], report: Report) -> Iterator[Replay]:
    """Yield each window with all of its pages read, one after the other."""
    if report.raw is None:
        return
    every = pages.select_related("window", "raw").iterator(chunk_size=20)
    for _window_id, own in groupby(every, lambda page: page.window_id):
        replay: Replay | None = None
        for page in own:
            if page.window is None:
                continue
            replay = replay or Replay(page.window, report, report.raw)
            body = _body_of(page)
            if body is not None:
                replay.read(page, body)
            if page.gone and page.gone_at:
                replay.lose(page.gone, page.gone_at)
        if replay:
            replay.settle()
            yield replay


def _body_of(page: PulledPage) -> bytes | None:
    try:
        return page.raw.body
    except RawPage.DoesNotExist:
        return None
