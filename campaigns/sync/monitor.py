"""How the night stands over all brands: windows by report, buckets, incidents. For staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from campaigns.models import PulledPage, SyncWindow, WindowStatus
from campaigns.reports import REPORTS, Report
from campaigns.sync.estimate import Estimate, estimate
from campaigns.sync.lateness import newest_day
from merchants.budgets import Rate, app_key_of, rate_of
from merchants.models import Connection, Partner, PartnerBudget, PartnerIncident
from portal.lib import days

RATE_OVER = timedelta(minutes=10)
INCIDENTS = 10
OPEN = Q(status__in=[WindowStatus.OWED, WindowStatus.LEASED])


@dataclass(frozen=True, slots=True)
class ReportLine:
    """How the windows of a report stand; `closed` are tonight's, `late` of the newest day."""

    report: Report
    owed: int
    leased: int
    closed: int
    late: int
    failed: int
    dead: int
    held: int
    oldest: datetime | None
    pages_a_minute: float


@dataclass(frozen=True, slots=True)
class Bucket:
    partner: Partner
    app_key: str
    level: float
    size: float
    used: int
    a_day: int
    held_until: datetime | None

    @property
    def share(self) -> int:
        return round(100 * max(self.level, 0) / self.size)


@dataclass(frozen=True, slots=True)
class Monitor:
    at: datetime
    lines: list[ReportLine]
    buckets: list[Bucket]
    incidents: list[PartnerIncident]
    paused: int
    estimates: list[Estimate]


def monitor() -> Monitor:
    """Return it all by eight queries, however many brands and windows there are."""
    now = timezone.now()
    return Monitor(
        now,
        _lines(now),
        buckets(now),
        list(PartnerIncident.objects.newest_first()[:INCIDENTS]),
        Connection.objects.paused(now).count(),
        estimate(),
    )


def _lines(now: datetime) -> list[ReportLine]:
    newest = Q()
    for report in REPORTS.values():
        newest |= Q(report=report.key, day=newest_day(report))
    counts = (
        SyncWindow.objects.order_by()
        .values("report")
        .annotate(
            owed=Count("pk", filter=Q(status=WindowStatus.OWED)),
            leased=Count("pk", filter=Q(status=WindowStatus.LEASED)),
            closed=Count("pk", filter=Q(status=WindowStatus.CLOSED, owed_on=days.today())),
            late=Count("pk", filter=newest & Q(closed_on=None)),
            failed=Count("pk", filter=Q(status=WindowStatus.FAILED)),
            dead=Count("pk", filter=Q(status=WindowStatus.DEAD)),
            held=Count("pk", filter=Q(status=WindowStatus.HELD)),
            oldest=Min("owed_at", filter=OPEN),
        )
    )
    rates = _pages_a_minute(now)
    none = dict.fromkeys(["owed", "leased", "closed", "late", "failed", "dead", "held"], 0)
    found: dict[str, dict[str, Any]] = {row["report"]: dict(row) for row in counts}  # column values
    return [
        ReportLine(
            **(none | {"oldest": None} | found.get(key, {})) | {"report": report},
            pages_a_minute=rates.get(key, 0.0),
        )
        for key, report in REPORTS.items()
    ]


def _pages_a_minute(now: datetime) -> dict[str, float]:
    pages = PulledPage.objects.filter(pulled_at__gt=now - RATE_OVER)
    counts = pages.values_list("window__report").annotate(number=Count("pk")).order_by()
    minutes = RATE_OVER.total_seconds() / 60
    return {report: number / minutes for report, number in counts}


def buckets(now: datetime) -> list[Bucket]:
    rows = {(row.partner, row.app_key): row for row in PartnerBudget.objects.filter(account="")}
    return [_bucket(partner, rows.get((partner, app_key_of(partner))), now) for partner in Partner]


def _bucket(partner: Partner, row: PartnerBudget | None, now: datetime) -> Bucket:
    """A key that nobody has used yet is full."""
    rate = rate_of(partner)
    size = Rate.size(rate.of_key)
    held = row.held_until if row and row.held_until and row.held_until > now else None
    return Bucket(
        partner,
        app_key_of(partner),
        row.level_at(now, rate=rate.of_key, size=size) if row else size,
        size,
        row.used_by(now) if row else 0,
        int(rate.a_day),
        held,
    )
