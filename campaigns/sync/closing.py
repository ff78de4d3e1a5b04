"""Closing a window: all rows that were declared were seen, and what is gone is gone twice."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.db.models.functions import Now

from campaigns.models import PulledPage, SyncWindow, WindowStatus
from campaigns.reports import Report
from campaigns.sync import alarms, doubts
from campaigns.sync.doubts import Suspect
from campaigns.sync.told import announce_complete


def close(window: SyncWindow, report: Report, seen: Collection[str], refused: int) -> None:
    """Close the window, locked by the caller; Suspect if its pull cannot be the whole truth.

    Then nothing was written here, and the caller may keep what it wrote. `seen` are the distinct
    ids of the pull's rows, of which `refused` are in quarantine.
    """
    if window.expected_rows is not None and window.expected_rows != len(seen):
        raise Suspect(f"{window.expected_rows} rows declared, {len(seen)} returned.")
    doubts.refuse_a_pull_of_bad_rows(refused, len(seen))
    named = doubts.settle_absence(window, report, seen)
    if report.finish:
        report.finish(window, seen)
    if window.pull > 1:
        no_longer_refused = window.quarantined.unsettled().filter(last_pull__lt=window.pull)
        no_longer_refused.update(settled_at=Now())
    SyncWindow.objects.filter(pk=window.pk).update(
        status=WindowStatus.CLOSED,
        next_page=window.next_page,
        cursor=SyncWindow.ALL_CAME,
        expected_rows=window.expected_rows,
        attempts=0,
        retries=0,
        doubts=0,
        lease_owner="",
        lease_until=None,
        closed_on=window.owed_on,
        closed_at=Now(),
        error="",
        named=named,
        is_released=False,
    )
    alarms.settle(window)
    announce_complete(window)


def came(window: SyncWindow) -> tuple[set[str], int]:
    """Return the distinct ids on the pages kept of this pull, and how many rows were refused."""
    seen: set[str] = set()
    refused = 0
    for keys, bad in _pages(window).values_list("keys", "refused"):
        seen.update(keys)
        refused += bad
    return seen, refused


def forget_ids(window: SyncWindow) -> None:
    """They are counted; receipts are many, and stay."""
    _pages(window).exclude(keys=[]).update(keys=[])


def _pages(window: SyncWindow) -> QuerySet[PulledPage]:
    return PulledPage.objects.filter(window=window, pull=window.pull)
