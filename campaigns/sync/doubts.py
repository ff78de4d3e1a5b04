"""Why an answer is not believed: what a partner's fault looks like from here.

A page in doubt is not kept, and a pull in doubt is not closed; both are asked for again.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from statistics import median
from typing import Any

from django.conf import settings
from django.db.models import Avg, F, Max, Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from campaigns.models import AlarmKind, Fact, PulledPage, SyncWindow
from campaigns.reports import Report
from campaigns.reports.base import FetchedPage
from campaigns.reports.owners import NotListedYet
from campaigns.sync.raw import note_gone
from campaigns.sync.windows import anew
from merchants.models import Connection
from portal.lib import days
from portal.lib.scope import Hat, scope

COMPARED_DAYS = timedelta(days=7)
FEWEST_COMPARED, MOST_COMPARED = 3, 60
WILD = 20


class Suspect(Exception):
    """The pages cannot be the whole truth; the message says why.

    `kind` is the alarm that it deserves at once, if any. `wait` is how many seconds later it is
    pulled again, and `named` tells what this pull named, for the next one to agree with.
    """

    def __init__(
        self, words: str, *, kind: AlarmKind | None = None, wait: float = 0, named: str = ""
    ) -> None:
        super().__init__(words)
        self.kind = kind
        self.wait = wait
        self.named = named


class Held(Exception):
    """The figures are of another magnitude than before: not shown until a person has looked."""


def refuse_others(window: SyncWindow, report: Report, rows: Sequence[Any]) -> None:
    """Refuse all of the pages when a row is another account's, by its own word or by its id."""
    told = [report.owner(row) if report.owner else "" for row in rows]
    silent = [row for row, owner in zip(rows, told, strict=True) if not owner]
    is_foreign = bool(set(told) - {"", window.connection.subject} - _names_of(window, told))
    if not is_foreign and silent and report.strangers:
        try:
            is_foreign = report.strangers(window, silent)
        except NotListedYet:
            words = "Its notes are not all on our own list of tonight yet; asked once more."
            raise Suspect(words, wait=settings.SYNC_SECOND_LOOK.total_seconds()) from None
    if is_foreign:
        words = "Rows of another account came with ours; nothing of the page was kept."
        raise Suspect(words, kind=AlarmKind.FOREIGN)


def _names_of(window: SyncWindow, told: Collection[str]) -> set[str]:
    """Return the account's name; the call itself may have learnt a newer one with new tokens."""
    if set(told) <= {"", window.connection.subject}:
        return set()
    with scope(Hat.NIGHT, brand=window.brand_id):
        known = Connection.objects.filter(pk=window.connection_id)
        return set(known.values_list("subject_name", flat=True))


def refuse_stale(window: SyncWindow, pages: Sequence[FetchedPage]) -> list[datetime | None]:
    """Return when each page was written; before one of an earlier pull, it must not overwrite it.

    The pages of one pull follow from its questions, whatever the clocks of the partner's servers
    say: they differ. One that is behind has come past what is kept when the page is asked for
    again; an answer that was kept somewhere stays as old as it is. A clock that goes ahead says a
    time to come: nothing is written later than it arrives.
    """
    now = timezone.now().replace(microsecond=0)  # a Date's are seconds
    written = [page.answered_at and min(page.answered_at, now) for page in pages]
    told = [at for at in written if at]
    newest = _newest_of_earlier_pulls(window) if told else None
    if newest and min(told) < newest:
        words = f"The answer of {min(told):%F %T} UTC is older than what is kept."
        raise Suspect(words, wait=(newest - min(told)).total_seconds() + 1)
    return written


def _newest_of_earlier_pulls(window: SyncWindow) -> datetime | None:
    if window.pull == 1:
        return None
    pages = PulledPage.objects.filter(brand_id=window.brand_id, window=window)
    newest: datetime | None = pages.filter(pull__lt=window.pull).aggregate(
        newest=Max("answered_at")
    )["newest"]
    return newest


class Came:
    """The pages that came in this pull, by their cursors and by what they name."""

    def __init__(self, window: SyncWindow) -> None:
        self._cursors: set[str] = set()
        self._named: set[tuple[str, ...]] = set()
        if window.next_page > 1:
            with scope(Hat.NIGHT, brand=window.brand_id):
                kept = PulledPage.objects.filter(window=window, pull=window.pull)
                for cursor, keys in kept.values_list("cursor", "keys"):
                    self._add(cursor, keys)

    def refuse_a_loop(self, cursor: str, keys: Sequence[str]) -> None:
        """A partner that sends us back to where we were would do so without end."""
        if cursor and cursor in self._cursors:
            words = f"The cursor {cursor[:40]} came a second time."
            raise Suspect(words, kind=AlarmKind.LOOP)
        if keys and tuple(keys) in self._named:
            raise Suspect("A page came a second time.", kind=AlarmKind.LOOP)
        self._add(cursor, keys)

    def _add(self, cursor: str, keys: Sequence[str]) -> None:
        self._cursors.add(cursor)
        self._named.add(tuple(keys))


def refuse_wild_figures(window: SyncWindow, report: Report, page_ids: Collection[int]) -> None:
    """Hold the pages when what they changed is of another magnitude than the week before.

    The median of some rows tells; ids are random, so the first by id are as good as any.
    """
    if not report.guarded or window.is_released:
        return
    told = Q(*((f"{column}__gt", 0) for column in report.guarded), _connector=Q.OR)
    changed = _facts(window, report).filter(told, day=window.day, page_id__among=page_ids)
    changed = changed.order_by(report.names)[:MOST_COMPARED]
    fresh = {row.pop(report.names): row for row in changed.values(report.names, *report.guarded)}
    usual = _usual(window, report, fresh)
    for column in report.guarded:
        ratios = [
            row[column] / usual[name][column]
            for name, row in fresh.items()
            if row[column] and name in usual and usual[name][column]
        ]
        middle = median(ratios) if len(ratios) >= FEWEST_COMPARED else 1
        if not 1 / WILD <= middle <= WILD:
            raise Held(f"{column} is {middle:.3g} times that of the week before, in the median.")


def refuse_a_pull_of_bad_rows(refused: int, seen: int) -> None:
    """A report of which most rows cannot be believed has changed, and its day is not complete."""
    if refused * 2 > seen:
        raise Suspect(f"{refused} of {seen} rows are in quarantine.")


def settle_absence(window: SyncWindow, report: Report, seen: Collection[str]) -> str:
    """Close the facts that a complete pull no longer names, once a second pull agrees.

    Returns what to keep of this pull, so that the next one can agree with it.
    """
    if not report.names:
        return ""
    facts = _facts(window, report).filter(day=window.day)
    gone = facts.exclude(**{f"{report.names}__among": seen})
    missing = gone.count()
    if seen and not missing:
        return ""
    named = sha256("\n".join(sorted(seen)).encode()).hexdigest()
    if window.named != named:
        words = f"{missing} rows known before did not come" if missing else "No row came"
        wait = settings.SYNC_SECOND_LOOK.total_seconds()
        raise Suspect(f"{words}; asked once more before it is believed.", wait=wait, named=named)
    if missing:
        now, tick = days.known_now(), timedelta(microseconds=1)
        note_gone(window, list(gone.values_list(report.names, flat=True)), now)
        gone.update(known_to=Greatest(Value(now), F("known_from") + tick))
    return named


def release_window(window: SyncWindow) -> bool:
    """Owe a held window anew, and believe its figures this once; say whether it was held."""
    with scope(Hat.NIGHT, brand=window.brand_id):
        held = SyncWindow.objects.held().filter(pk=window.pk)
        return bool(held.update(**anew(days.today()), is_released=True))


def _facts(window: SyncWindow, report: Report) -> QuerySet[Fact]:
    """Return the report's facts of the window's owner as known now."""
    if report.facts is None:
        raise TypeError(f"{report.key} names facts and has no table of them.")
    owner = {name: getattr(window, name) for name in report.facts.OWNER}
    return report.facts._default_manager.filter(known_to=None, **owner)


def _usual(
    window: SyncWindow, report: Report, fresh: Mapping[str, object]
) -> dict[str, dict[str, float]]:
    """Return what each of these had on average on the days before on which it had anything."""
    first, last = window.day - COMPARED_DAYS, window.day - timedelta(days=1)
    before = _facts(window, report).filter(
        day__range=(first, last), **{f"{report.names}__among": fresh}
    )
    means = {
        f"mean_{column}": Avg(column, filter=Q(**{f"{column}__gt": 0})) for column in report.guarded
    }
    return {
        row[report.names]: {column: float(row[f"mean_{column}"] or 0) for column in report.guarded}
        for row in before.values(report.names).annotate(**means)
    }
