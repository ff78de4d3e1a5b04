"""What is owed: opening the windows of a night, and handing out those that are due.

The work is the rows; messages are hints. Everything here may run twice, or two at a time.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.models import Heartbeat, ReportWish, SyncWindow, WindowStatus
from campaigns.models.window import SyncWindowQuerySet
from campaigns.reports import REPORTS, Report
from merchants import budgets
from merchants.consent_records import that_agreed_since
from merchants.models import Connection
from portal.lib import days
from portal.lib.festivals import festival_on
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
AT_ONCE = 2000  # windows told of at least, and made in one statement: two cores' work of a minute
FURTHEST_BACK = timedelta(days=366)
NEVER_CAME = Q(status__in=[WindowStatus.FAILED, WindowStatus.DEAD, WindowStatus.HELD])


class UnknownDay(ValueError):
    """The business day cannot be closed; the message says why."""


def check_day(day: date) -> None:
    """Raise UnknownDay unless the business day is over, as known now, and not long ago."""
    if day >= days.today():
        raise UnknownDay(f"{day} is not over yet: it is {days.today()} in Asia/Shanghai.")
    if day < days.today() - FURTHEST_BACK:
        raise UnknownDay(f"{day} is more than {FURTHEST_BACK.days} days ago.")


def open_night(last: date | None = None, *, brand: int | None = None, again: bool = False) -> int:
    """Make and reopen the windows that the night after `last` owes; return how many it owes.

    `last` is the newest closed business day, by default yesterday. A window is asked for once
    a night; `again` asks a second time.
    """
    last = last or days.yesterday()
    check_day(last)
    # In a transaction of its own: a new month locks the ledger and what it refers to.
    with scope(Hat.NIGHT):
        _ensure_months(last)
    with scope(Hat.NIGHT, brand=brand):
        connections = list(_connections())
        for report in REPORTS.values():
            _open_report(readers(connections, report), report, last, again=again)
        return SyncWindow.objects.still_open().count()


def hand_out(*, brand: int | None = None) -> list[int]:
    """Return the windows that a worker should hear of now, by turns among the brands.

    What nobody took within a tick is told of again. Of a partner that is down one window goes
    out, to see whether it is up again; of one that asked us to wait none does.
    """
    now = timezone.now()
    asleep, probed = budgets.asleep(), budgets.probing()
    with scope(Hat.NIGHT, brand=brand):
        _give_up_on_the_poisonous()
        due = SyncWindow.objects.due(Now()).not_handed_out_since(now - settings.SYNC_TICK)
        asked = due.exclude(connection__partner__in=asleep | probed)
        ranked = list(_in_turns(asked)[: _until_the_next_tick(now)])
        for partner in sorted(probed - asleep):
            ranked += _in_turns(due.filter(connection__partner=partner))[:1]
        free = due.filter(pk__in=ranked).select_for_update(skip_locked=True, of=["self"])
        taken = set(free.values_list("pk", flat=True))
        SyncWindow.objects.filter(pk__in=taken).update(handed_out_at=now)
    return [pk for pk in ranked if pk in taken]


def _until_the_next_tick(now: datetime) -> int:
    """Return how many to tell of: twice what the workers closed since the last tick.

    Told of too few, they would wait for the next tick; what they don't get to is told again then.
    """
    closed = SyncWindow.objects.filter(closed_at__gt=now - settings.SYNC_TICK).count()
    return max(AT_ONCE, 2 * closed)


def _in_turns(due: SyncWindowQuerySet) -> QuerySet[SyncWindow, int]:
    figures = [key for key, report in REPORTS.items() if report.facts]
    first = figures if festival_on(days.today()) else []
    return due.in_fair_turns(first, days.yesterday()).values_list("pk", flat=True)


def ask_again(windows: SyncWindowQuerySet) -> int:
    """Owe these windows anew, from their first page on, whatever became of them; say how many.

    A day that the partner keeps no longer stays as it is: it would only be refused.
    """
    tonight = days.today()
    return windows.ended().exclude(_kept_no_longer(tonight)).update(**anew(tonight))


def beat(name: str) -> None:
    """Write that a background process is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def _connections() -> QuerySet[Connection]:
    return Connection.objects.connected().order_by("pk")


def readers(connections: Iterable[Connection], report: Report) -> list[Connection]:
    """Keep the connections that the report is read from, as far as consents and wishes go."""
    own = [joined for joined in connections if joined.partner == report.partner]
    if own and report.on_request:
        wanted = ReportWish.objects.stores_with(report.key)
        own = [joined for joined in own if joined.store_id in wanted]
    return that_agreed_since(own, report.text) if own and report.text else own


def wanted_no_more() -> Q:
    """Match the windows of reports that a brand had asked for, and does not ask for any more."""
    on_request = [key for key, report in REPORTS.items() if report.on_request]
    same = {name: OuterRef(name) for name in ("brand", "store", "report")}
    return Q(~Exists(ReportWish.objects.filter(**same)), report__in=on_request)


def _open_report(
    connections: Sequence[Connection], report: Report, last: date, *, again: bool
) -> None:
    if not connections:
        return
    newest = last - timedelta(days=report.lag - 1)
    oldest = newest - timedelta(days=report.backfill - 1)
    tonight = days.today()
    if report.kept_for:
        oldest = max(oldest, tonight - timedelta(days=report.kept_for))
    windows = open_days(connections, report, oldest, newest)
    restated = Q(day__gt=newest - timedelta(days=report.repull))
    asked = windows.ended().filter(restated | NEVER_CAME, day__range=(oldest, newest))
    if not again:
        asked = asked.filter(owed_on__lt=tonight)
    asked.update(**anew(tonight))


def open_days(
    connections: Sequence[Connection], report: Report, first: date, last: date
) -> SyncWindowQuerySet:
    """Owe the days that were never asked for; return all windows of the report."""
    windows = SyncWindow.objects.filter(connection__in=connections, report=report.key)
    wanted = list(days.days_between(first, last))
    asked = windows.filter(day__range=(first, last))
    counts = dict(asked.values_list("connection").annotate(Count("pk")))
    short = [joined for joined in connections if counts.get(joined.pk, 0) < len(wanted)]
    there = set(asked.filter(connection__in=short).values_list("connection", "day"))
    SyncWindow.objects.bulk_create(
        [
            SyncWindow(
                brand_id=joined.brand_id,
                store_id=joined.store_id,
                connection=joined,
                report=report.key,
                day=day,
                owed_on=days.today(),
            )
            for joined in short
            for day in wanted
            if (joined.pk, day) not in there
        ],
        batch_size=AT_ONCE,
        ignore_conflicts=True,
    )
    return windows


def _kept_no_longer(tonight: date) -> Q:
    lost = Q(pk__in=[])
    for report in REPORTS.values():
        if report.kept_for:
            lost |= Q(report=report.key, day__lt=tonight - timedelta(days=report.kept_for))
    return lost


def anew(night: date) -> dict[str, object]:
    """Return the values of a window that is asked for from its first page on."""
    return {
        "status": WindowStatus.OWED,
        "owed_on": night,
        "owed_at": Now(),
        "pull": F("pull") + 1,
        "next_page": 1,
        "cursor": "",
        "attempts": 0,
        "retries": 0,
        "doubts": 0,
        "expected_rows": None,
        "not_before": Now(),
        "handed_out_at": None,
        "error": "",
    }


def _ensure_months(last: date) -> None:
    for report in REPORTS.values():
        ensure_months_of(report, last)


def ensure_months_of(report: Report, last: date) -> None:
    """Make what the ledger lacks for the days up to `last` that the report may be asked for."""
    if report.facts:
        reached = days.days_between(last - report.reach, last)
        ensure_months(report.facts.ledger(), reached)


def _give_up_on_the_poisonous() -> None:
    """A window that outlived its worker three times is dead, and visible; it must not loop."""
    lost = SyncWindow.objects.filter(
        status=WindowStatus.LEASED, lease_until__lt=Now(), attempts__gte=MAX_ATTEMPTS
    )
    dead = list(lost.select_for_update(skip_locked=True).values_list("pk", flat=True))
    if dead:
        SyncWindow.objects.filter(pk__in=dead).update(
            status=WindowStatus.DEAD, error=f"Its worker ended {MAX_ATTEMPTS} times."
        )
        logger.error("windows given up on: %s", dead)
