"""Which business days of which report are in the ledger, per store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max, QuerySet

from campaigns.models import QuarantinedRow, SyncWindow, WindowStatus
from campaigns.reports import REPORTS, Report
from merchants.models import Store

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class DayState(StrEnum):
    COMPLETE = "complete"
    EMPTY = "no data"
    PULLING = "pulling"
    LATE = "late"
    MISSING = "missing"
    QUARANTINED = "quarantined"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Line:
    """A report of a store, with the state of each day asked about."""

    store: Store
    report: Report
    states: Mapping[date, DayState]


class Reach(NamedTuple):
    """How far a report reaches: its newest complete day, and whether that is all there is."""

    label: "StrPromise"
    day: date | None
    is_up_to_date: bool


def lines(windows: QuerySet[SyncWindow], days: Iterable[date]) -> list[Line]:
    """Return a line for each store and report that has windows, in the order of the registry."""
    wanted = set(days)
    found: dict[tuple[Store, str], dict[date, DayState]] = defaultdict(dict)
    rows = windows.filter(day__in=wanted).select_related("store")
    refused = set(QuarantinedRow.objects.filter(window__in=rows).values_list("window", flat=True))
    for window in rows.order_by("store__registered_at", "store_id"):
        state = _state(window, has_refused=window.pk in refused)
        found[window.store, window.report][window.day] = state
    return [
        Line(store, REPORTS[key], states)
        for (store, key), states in found.items()
        if REPORTS[key].repull > 1
    ]


def reach(windows: QuerySet[SyncWindow], yesterday: date) -> list[Reach]:
    """Return how far each report of the windows' stores reaches."""
    closed = windows.filter(status=WindowStatus.CLOSED)
    newest = dict(closed.values_list("report").annotate(newest=Max("day")).order_by())
    asked = set(windows.values_list("report", flat=True).distinct())
    return [
        Reach(report.label, newest.get(key), newest.get(key) == yesterday)
        for key, report in REPORTS.items()
        if key in asked and report.repull > 1
    ]


def _state(window: SyncWindow, *, has_refused: bool) -> DayState:
    status = WindowStatus(window.status)
    if status in {WindowStatus.FAILED, WindowStatus.DEAD, WindowStatus.HELD}:
        return DayState.MISSING if window.closed_on is None else DayState.LATE
    if has_refused:
        return DayState.QUARANTINED
    if status == WindowStatus.CLOSED and window.expected_rows == 0:
        return DayState.EMPTY
    if status == WindowStatus.CLOSED or window.closed_on:
        return DayState.COMPLETE
    return DayState.LATE if window.retries else DayState.PULLING
