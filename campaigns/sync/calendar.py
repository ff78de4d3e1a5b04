"""Which business days of which report are in the ledger, per store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models import NoteDay, QuarantinedRow, SyncWindow, WindowStatus
from campaigns.reports import REPORTS, Report
from merchants.models import Connection, ConnectionState, ConnectionStatus, Partner, Store
from portal.lib import days

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHORT = {Partner.TOP: _("Tmall")}  # where the label says more than a narrow place holds
LAPSED = (ConnectionState.NEEDS_CONSENT, ConnectionState.REVOKED)
# what a day of the note report is complete for, by attribution window
PARTS: tuple[tuple[int, "StrOrPromise"], ...] = (
    (0, _("spend T+1")),
    (15, _("conversions 15 d")),
    (30, _("conversions 30 d")),
)


class DayState(StrEnum):
    COMPLETE = "complete"
    EMPTY = "no data"
    PULLING = "pulling"
    LATE = "late"
    MISSING = "missing"
    QUARANTINED = "quarantined"
    HELD = "held"  # waits for a person's consent
    NOT_ASKED = "not asked"


class Day(NamedTuple):
    state: DayState
    window: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A source of a store, with the state of each day asked about, whatever road it came by.

    `attribution` is for how many days after it a day's figures still grow.
    """

    store: Store
    report: Report
    part: "StrOrPromise"
    attribution: int
    days: Mapping[date, Day]

    @property
    def source(self) -> "StrOrPromise":
        return source_name(self.report.partner)


class Reach(NamedTuple):
    """How far a source reaches: its newest complete day, and whether that is all there is."""

    label: "StrOrPromise"
    day: date | None
    is_up_to_date: bool


def lines(windows: QuerySet[SyncWindow], shown: Iterable[date]) -> list[Line]:
    """Return the lines of each store and report that has windows, by partner."""
    wanted = set(shown)
    found: dict[tuple[Store, str], dict[date, Day]] = defaultdict(dict)
    rows = windows.filter(day__in=wanted).select_related("store", "connection")
    unsettled = QuarantinedRow.objects.unsettled().filter(window__in=rows)
    refused = set(unsettled.values_list("window", flat=True))
    for window in rows.order_by("store__registered_at", "store_id"):
        state = _state(window, has_refused=window.pk in refused)
        found[window.store, window.report][window.day] = Day(state, window.pk)
    stores = dict.fromkeys(store for store, _key in found)
    return [
        line
        for store in stores
        for key, report in _repeated()
        if (store, key) in found
        for line in _lines_of(store, report, found[store, key])
    ]


def span(windows: QuerySet[SyncWindow]) -> tuple[date | None, date | None]:
    """Return the oldest and the newest day that was ever asked for."""
    ends = windows.aggregate(oldest=Min("day"), newest=Max("day"))
    return ends["oldest"], ends["newest"]


def reach(windows: QuerySet[SyncWindow], yesterday: date) -> list[Reach]:
    """Return how far each partner reaches: as far as the last report of the last connection.

    A connection that nothing is pulled by any more holds back none of the others, nor does a
    report that is pulled where a brand asked for it.
    """
    newest = _newest(windows, yesterday)
    repeated = [(key, report) for key, report in _repeated() if not report.on_request]
    shown = [(key, report) for key, report in repeated if key in newest]
    found = []
    for partner, reports in groupby(shown, lambda each: each[1].partner):
        ends = [end for key, _report in reports for end in newest[key]]
        furthest = None if None in ends else min(filter(None, ends))
        found.append(Reach(source_name(partner), furthest, furthest == yesterday))
    return found


def _newest(windows: QuerySet[SyncWindow], yesterday: date) -> dict[str, list[date | None]]:
    """Return by report the newest whole day that has come by each connection in use."""
    came = Q(closed_on__isnull=False, day__lte=yesterday)
    asked = windows.order_by().values_list("report", "connection__status", "connection")
    used: dict[str, list[date | None]] = defaultdict(list)
    ended: dict[str, list[date | None]] = defaultdict(list)
    for report, status, _connection, day in asked.annotate(newest=Max("day", filter=came)):
        (used if status == ConnectionStatus.CONNECTED else ended)[report].append(day)
    return dict(ended) | dict(used)


def _repeated() -> list[tuple[str, Report]]:
    """Return the reports whose days are asked for again, the partners one after the other."""
    kept = [(key, report) for key, report in REPORTS.items() if report.repull > 1]
    order = list(dict.fromkeys(report.partner for _key, report in kept))
    return sorted(kept, key=lambda each: order.index(each[1].partner))


def source_name(partner: Partner) -> "StrOrPromise":
    return SHORT.get(partner, partner.label)


def state_of(window: SyncWindow) -> DayState:
    return _state(window, has_refused=window.quarantined.unsettled().exists())


def is_lapsed(joined: Connection) -> bool:
    """Whether nothing is pulled by the connection until a person consents again."""
    return joined.state_at(timezone.now()) in LAPSED


def _lines_of(store: Store, report: Report, found: Mapping[date, Day]) -> list[Line]:
    parts = PARTS if report.facts is NoteDay else ((0, f"T+{report.lag}"),)
    return [Line(store, report, part, attribution, found) for attribution, part in parts]


def _state(window: SyncWindow, *, has_refused: bool) -> DayState:
    status, has_come = WindowStatus(window.status), window.closed_on is not None
    if status in {WindowStatus.FAILED, WindowStatus.DEAD, WindowStatus.HELD}:
        return DayState.LATE if has_come else DayState.MISSING
    if has_refused:
        return DayState.QUARANTINED
    if status == WindowStatus.CLOSED and window.expected_rows == 0:
        return DayState.EMPTY
    if status == WindowStatus.CLOSED or has_come:
        return DayState.COMPLETE
    if is_lapsed(window.connection):
        return DayState.HELD
    is_behind = window.retries or window.owed_on < days.today()
    return DayState.LATE if is_behind else DayState.PULLING
