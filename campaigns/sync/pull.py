"""Pulling one window: claim, page by page, close. Nothing lost, nothing doubled.

Pages are fetched with no transaction open. Those of about a second are kept in one: facts,
receipts, cursor, lease; with the last of them the window is closed. A worker that dies costs
that second's calls and no more.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from campaigns.models import AlarmKind, PulledPage, SyncWindow, WindowStatus
from campaigns.reports import REPORTS, Report
from campaigns.reports.base import Asked, FetchedPage, PageContext
from campaigns.sync import alarms, closing, doubts, raw, receipts
from campaigns.sync.doubts import Held, Suspect
from campaigns.sync.drift import count_drift
from campaigns.sync.windows import anew
from merchants.budgets import NotYet
from merchants.connections import hold
from portal.lib import days
from portal.lib.logs import log_ids
from portal.lib.scope import Hat, scope
from portal.partners.base import (
    ClockOff,
    Limited,
    NeedsConsent,
    Rejected,
    Unavailable,
    Unreadable,
)

logger = logging.getLogger(__name__)

BACKOFF = (5, 15, 60, 300, 900)  # seconds; the last holds for every later retry
MOST_PAGES = 1000
SUSPECT_PULLS = 3
UNREADABLE_TRIES = 3
MOST_ROWS, LONGEST_UNKEPT = 5000, 1.0  # fetched and not kept: rows, and seconds


class LeaseLost(Exception):
    """Someone else has the window by now: write nothing more."""


class NightPassed(Exception):
    """The date as known went on while a page was fetched: the window is asked for anew."""


@dataclass(slots=True)
class Lease:
    """A claim on a window: only its fencing number may write."""

    window: SyncWindow
    fence: int
    renewed_at: float = field(default_factory=time.monotonic)

    @property
    def report(self) -> Report:
        return REPORTS[self.window.report]


def pull_window(window_id: int, *, owner: str) -> None:
    """Pull what the window owes; harmless when it owes nothing or another worker has it."""
    lease = claim(window_id, owner)
    if lease is None:
        return
    with log_ids(window=window_id, brand=lease.window.brand_id):
        _pull(lease)


def _pull(lease: Lease) -> None:
    window_id = lease.window.pk
    try:
        if lease.window.cursor == SyncWindow.ALL_CAME:
            _close(lease)
        else:
            _pull_pages(lease)
    except LeaseLost:
        logger.warning("window %s: lease lost, nothing written", window_id)
    except NightPassed:
        _put_back(lease)
    except Suspect as doubt:
        _pull_again(lease, doubt)
    except Held as doubt:
        _hold_back(lease, str(doubt))
    except (NotYet, Limited) as failure:
        _wait_for_turn(lease, failure)
    except Unavailable as failure:
        _postpone(lease, failure.message, failure.retry_after)
        _alarm_of(lease, failure)
    except NeedsConsent as failure:
        _wait_for_consent(lease, failure)
    except Rejected as refusal:
        _refuse(lease, str(refusal))


def claim(window_id: int, owner: str) -> Lease | None:
    """Take the window if it is due, in a transaction of its own, before any work.

    What an earlier night left behind is asked for anew: the pages of a pull are of one date.
    """
    with scope(Hat.NIGHT):
        due = SyncWindow.objects.due(Now()).filter(pk=window_id)
        # An UPDATE that joins would not look again at a row it had to wait for.
        window = due.select_for_update(of=["self"]).first()
        if window is None:
            return None
        today = days.today()
        fresh = anew(today) if window.owed_on < today else {}
        taken = {
            "status": WindowStatus.LEASED,
            "attempts": F("attempts") + 1,
            "fence": F("fence") + 1,
            "lease_owner": owner,
            "lease_until": Now() + settings.SYNC_LEASE,
        }
        SyncWindow.objects.filter(pk=window.pk).update(**fresh | taken)
        window = SyncWindow.objects.select_related("connection").get(pk=window.pk)
        return Lease(window, window.fence)


def _pull_pages(lease: Lease) -> None:
    came = doubts.Came(lease.window)
    fetched: list[FetchedPage] = []
    first, began = lease.window.next_page, time.monotonic()
    while True:
        number = first + len(fetched)
        if number > MOST_PAGES:
            raise Suspect(f"More than {MOST_PAGES} pages.", kind=AlarmKind.LOOP)
        try:
            page = _fetch(lease, number)
        except (Unavailable, NeedsConsent, Rejected):
            _keep(lease, first, fetched)
            raise
        came.refuse_a_loop(page.cursor, page.named)
        fetched.append(page)
        is_last, rows = not page.more, sum(len(each.rows) for each in fetched)
        if is_last or rows >= MOST_ROWS or time.monotonic() - began > LONGEST_UNKEPT:
            _keep(lease, first, fetched, close=is_last)
            first, fetched, began = number + 1, [], time.monotonic()
        if is_last:
            return


def _fetch(lease: Lease, number: int) -> FetchedPage:
    report, joined = lease.report, lease.window.connection

    window = lease.window
    asked = Asked(joined.subject, window.day, number, window.expected_rows, window.cursor)

    def ask(client: object) -> FetchedPage:
        _stretch(lease)
        return report.fetch(client, asked)

    page = report.call(joined, ask, for_night=True)
    window.expected_rows, window.cursor = page.total, page.cursor
    return replace(page, named=receipts.keys_of(report, page))


def _stretch(lease: Lease) -> None:
    """Renew the lease before a call when part of it is used up, as by a renewal of tokens."""
    if time.monotonic() - lease.renewed_at < settings.SYNC_LEASE.total_seconds() / 5:
        return
    with scope(Hat.NIGHT, brand=lease.window.brand_id):
        _locked(lease)
        SyncWindow.objects.filter(pk=lease.window.pk).update(
            lease_until=Now() + settings.SYNC_LEASE
        )
    lease.renewed_at = time.monotonic()


def _keep(lease: Lease, first: int, pages: Sequence[FetchedPage], *, close: bool = False) -> None:
    """Keep the pages from the `first` on; all of them, or none. With the last, `close`."""
    if not pages:
        return
    report, doubt = lease.report, None
    rows = [row for page in pages for row in page.rows]
    doubts.refuse_others(lease.window, report, rows)
    with scope(Hat.NIGHT, brand=lease.window.brand_id):
        window = _locked(lease)
        hold(lease.window.connection)  # after a withdrawal no page is kept
        known_at = days.known_now()
        if window.owed_on < known_at.date():
            raise NightPassed
        written = receipts.write(window, first, pages, known_at, with_ids=not close)
        contexts = [PageContext(window, each.pk, known_at) for each in written]
        kept = report.keep(
            [(context, page.rows) for context, page in zip(contexts, pages, strict=True)]
        )
        if any(each.changed for each in kept):
            doubts.refuse_wild_figures(window, report, [each.pk for each in written])
        receipts.complete(window, written, kept, pages)
        raw.keep(window, report, written, pages)
        count_drift(report, rows)
        if close:
            doubt = _doubt_to_close(lease, window, written, pages)
        if doubt or not close:
            _go_on_after(window, first + len(pages), pages[-1])
    lease.renewed_at, lease.window.retries = time.monotonic(), 0
    if doubt:
        raise doubt


def _doubt_to_close(
    lease: Lease,
    window: SyncWindow,
    written: Sequence[PulledPage],
    pages: Sequence[FetchedPage],
) -> Suspect | None:
    """Close the window with its last pages, or say why not: then these are kept all the same."""
    seen, refused = closing.came(window) if written[0].number > 1 else (set(), 0)
    seen.update(key for page in pages for key in page.named)
    refused += sum(each.refused for each in written)
    window.next_page, window.expected_rows = written[-1].number + 1, pages[-1].total
    try:
        closing.close(window, lease.report, seen, refused)
    except Suspect as doubt:
        receipts.write_ids(written, pages)
        return doubt
    if written[0].number > 1:
        closing.forget_ids(window)
    logger.info("window %s closed: %s rows", window.pk, len(seen))
    return None


def _go_on_after(window: SyncWindow, next_page: int, last: FetchedPage) -> None:
    SyncWindow.objects.filter(pk=window.pk).update(
        next_page=next_page,
        cursor=last.cursor if last.more else SyncWindow.ALL_CAME,
        expected_rows=last.total,
        attempts=0,
        retries=0,
        lease_until=Now() + settings.SYNC_LEASE,
    )


def _locked(lease: Lease) -> SyncWindow:
    """Lock the window while this lease still holds it."""
    window = (
        SyncWindow.objects.select_for_update()
        .filter(pk=lease.window.pk, fence=lease.fence, status=WindowStatus.LEASED)
        .first()
    )
    if window is None:
        raise LeaseLost
    return window


def _close(lease: Lease) -> None:
    """Close a window whose last page was kept by a worker that is gone."""
    with scope(Hat.NIGHT, brand=lease.window.brand_id):
        window = _locked(lease)
        seen, refused = closing.came(window)
        closing.close(window, lease.report, seen, refused)
        closing.forget_ids(window)
    logger.info("window %s closed: %s rows", window.pk, len(seen))


def _put_back(lease: Lease) -> None:
    """Leave the window to the new night."""
    _release(lease, status=WindowStatus.OWED, not_before=Now(), handed_out_at=None)
    logger.info("window %s put back: the night has passed", lease.window.pk)


def _wait_for_turn(lease: Lease, failure: Unavailable) -> None:
    """Put the window back until its key may ask again; that says nothing against the window."""
    seconds = max(failure.retry_after or 0, 1)
    _release(
        lease,
        status=WindowStatus.OWED,
        not_before=Now() + timedelta(seconds=seconds + 1),
        handed_out_at=None,
        error=failure.message[:2000] if isinstance(failure, Limited) else "",
    )
    logger.info("window %s waits %.0f s: %s", lease.window.pk, seconds, failure.message)


def _wait_for_consent(lease: Lease, failure: NeedsConsent) -> None:
    """Put the window back: it is due as soon as a person has consented, and no sooner."""
    _release(
        lease,
        status=WindowStatus.OWED,
        not_before=Now(),
        handed_out_at=None,
        error=failure.message[:2000],
    )
    logger.warning("window %s waits for consent: %s", lease.window.pk, failure.message)


def _postpone(lease: Lease, reason: str, retry_after: float | None) -> None:
    """Put the window back for later: as long as the partner asks for, or our own backoff."""
    retries = lease.window.retries
    seconds = max(retry_after or 0, BACKOFF[min(retries, len(BACKOFF) - 1)])
    _release(
        lease,
        status=WindowStatus.OWED,
        retries=retries + 1,
        not_before=Now() + timedelta(seconds=seconds),
        handed_out_at=None,
        error=reason[:2000],
    )
    logger.warning("window %s put off by %.0f s: %s", lease.window.pk, seconds, reason)


def _alarm_of(lease: Lease, failure: Unavailable) -> None:
    """A clock that is off is told at once; an answer that is no answer, when it stays so."""
    if isinstance(failure, ClockOff):
        alarms.raise_alarm(lease.window, AlarmKind.CLOCK, failure.message)
    if isinstance(failure, Unreadable) and lease.window.retries + 1 >= UNREADABLE_TRIES:
        alarms.raise_alarm(lease.window, AlarmKind.UNREADABLE, failure.message)


def _pull_again(lease: Lease, doubt: Suspect) -> None:
    """Pull a suspect window anew from its first page; after the third time, give up visibly."""
    count = lease.window.doubts + 1
    give_up = count >= SUSPECT_PULLS
    _release(
        lease,
        status=WindowStatus.DEAD if give_up else WindowStatus.OWED,
        doubts=count,
        pull=F("pull") + 1,
        next_page=1,
        cursor="",
        expected_rows=None,
        not_before=Now() + timedelta(seconds=max(doubt.wait, BACKOFF[0])),
        handed_out_at=None,
        error=str(doubt),
        named=doubt.named,
    )
    level = logging.ERROR if give_up else logging.WARNING
    logger.log(level, "window %s is suspect: %s", lease.window.pk, doubt)
    if kind := doubt.kind or (AlarmKind.DOUBT if give_up else None):
        alarms.raise_alarm(lease.window, kind, str(doubt))


def _hold_back(lease: Lease, doubt: str) -> None:
    """Keep nothing of the page; what was known of it before stays."""
    _release(lease, status=WindowStatus.HELD, error=doubt)
    alarms.raise_alarm(lease.window, AlarmKind.MAGNITUDE, doubt)


def _refuse(lease: Lease, reason: str) -> None:
    _release(lease, status=WindowStatus.FAILED, error=reason[:2000])
    logger.error("window %s failed: %s", lease.window.pk, reason)


def _release(lease: Lease, **fields: object) -> None:
    """End the lease in good order, if it still is ours; so the attempt is not held against it."""
    with scope(Hat.NIGHT, brand=lease.window.brand_id):
        SyncWindow.objects.filter(
            pk=lease.window.pk, fence=lease.fence, status=WindowStatus.LEASED
        ).update(attempts=0, lease_owner="", lease_until=None, **fields)
