"""`/metrics`, for Prometheus: how the night and what is owed stand, read from the rows themselves.

Counted when asked, so that every process tells the same. No brand and no store is named.
"""

import hmac
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, F, Max, Min, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from campaigns.models import (
    FileImport,
    Heartbeat,
    PulledPage,
    QuarantinedRow,
    ReportMail,
    SyncAlarm,
    SyncWindow,
    WindowStatus,
)
from campaigns.sync.monitor import buckets
from campaigns.sync.windows import wanted_no_more
from merchants.models import Connection, NoticeMail, PartnerIncident, WebhookDelivery
from portal.lib import days
from portal.lib.scope import Hat, scope

Values = list[tuple[tuple[str, ...], float]]


@require_safe
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer who bears METRICS_TOKEN; to others, and while none is set, there is no such page."""
    borne = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not token or not hmac.compare_digest(borne.encode(), token.encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Rows())
    with scope(Hat.NIGHT):
        told = generate_latest(registry)
    return HttpResponse(told, content_type=CONTENT_TYPE_LATEST)


class Rows(Collector):
    """Reads everything anew on each scrape, in the caller's scope."""

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # read nothing when registered

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        yield from _windows(now)
        yield from _night()
        yield _gauge(
            "quarantined_rows",
            "Rows that could not be believed",
            ["report"],
            _counts(QuarantinedRow.objects.unsettled(), "window__report"),
        )
        yield from _partners(now)
        ages = Heartbeat.objects.values_list("name", "at")
        yield _gauge(
            "heartbeat_age_seconds",
            "Since a background process last showed itself",
            ["name"],
            [((name,), _age(at, now)) for name, at in ages],
        )
        yield _gauge(
            "connections",
            "Consents by partner and status",
            ["partner", "status"],
            _counts(Connection.objects.all(), "partner", "status"),
        )
        yield _gauge(
            "imports",
            "Imported files by status",
            ["status"],
            _counts(FileImport.objects.all(), "status"),
        )
        yield from _mails()
        yield from _webhooks(now)
        yield _gauge("spool_bytes", "Clicks not in PostgreSQL yet", [], [((), _spooled())])


def _mails() -> Iterator[GaugeMetricFamily]:
    notices, reports = NoticeMail.objects.all(), ReportMail.objects.all()
    yield _gauge("mails", "Mails of notices by status", ["status"], _counts(notices, "status"))
    yield _gauge(
        "report_mails", "Mails of reports by status", ["status"], _counts(reports, "status")
    )


def _windows(now: datetime) -> Iterator[GaugeMetricFamily]:
    """Tell what is owed: how much, since when, and how often it was put off."""
    windows = SyncWindow.objects.all()
    yield _gauge(
        "windows",
        "Windows by report and status",
        ["report", "status"],
        _counts(windows, "report", "status"),
    )
    owed = windows.still_open().values("report").order_by()
    yield _gauge(
        "window_oldest_owed_seconds",
        "Since the oldest open window may be pulled",
        ["report"],
        [
            ((each["report"],), _age(each["since"], now))
            for each in owed.annotate(since=Min("not_before"))
        ],
    )
    yield _gauge(
        "window_retries",
        "How often open windows were put off since their last page",
        ["report"],
        [((each["report"],), each["sum"]) for each in owed.annotate(sum=Sum("retries"))],
    )
    closed = windows.filter(status=WindowStatus.CLOSED, connection__status="connected")
    closed = closed.exclude(wanted_no_more())
    newest = closed.values("report", "connection").annotate(day=Max("day")).order_by()
    lags: dict[str, int] = {}
    for each in newest:
        lag = (days.today() - each["day"]).days
        lags[each["report"]] = max(lag, lags.get(each["report"], 0))
    yield _gauge(
        "ledger_lag_days",
        "Days since the newest complete business day, of the connection furthest behind",
        ["report"],
        [((report,), lag) for report, lag in lags.items()],
    )


def _partners(now: datetime) -> Iterator[GaugeMetricFamily]:
    """Tell what our keys may still ask, who is down, and what staff should look at."""
    levels = buckets(now)
    yield _gauge(
        "budget_calls",
        "Calls that could be made at once with our own key",
        ["partner"],
        [((bucket.partner,), bucket.level) for bucket in levels],
    )
    yield _gauge(
        "budget_calls_today",
        "Calls made today with our own key",
        ["partner"],
        [((bucket.partner,), bucket.used) for bucket in levels],
    )
    yield _gauge(
        "partner_down",
        "Partners that answer nobody at present",
        ["partner"],
        _counts(PartnerIncident.objects.open(), "partner"),
    )
    yield _gauge(
        "alarms",
        "Alarms that nothing has settled",
        ["kind"],
        _counts(SyncAlarm.objects.unsettled(), "kind"),
    )


def _webhooks(now: datetime) -> Iterator[GaugeMetricFamily]:
    yield _gauge(
        "webhook_deliveries",
        "Webhook deliveries of 30 days by status",
        ["status"],
        _counts(WebhookDelivery.objects.all(), "status"),
    )
    oldest = WebhookDelivery.objects.waiting().aggregate(at=Min("created_at"))["at"]
    yield _gauge(
        "webhook_oldest_owed_seconds",
        "Since the oldest event that an active webhook is still owed",
        [],
        [((), _age(oldest, now) if oldest else 0)],
    )


def _night() -> Iterator[GaugeMetricFamily]:
    """Tell what tonight's pages brought."""
    pages = PulledPage.objects.filter(owed_on=days.today()).values(report=F("window__report"))
    told = list(
        pages.annotate(pages=Count("pk"), rows=Sum("changed"), bad=Sum("refused"))
        .values_list("report", "pages", "rows", "bad")
        .order_by()
    )
    names = (
        ("night_pages", "Pages pulled tonight"),
        ("night_rows_changed", "Facts that are new or restated tonight"),
        ("night_rows_refused", "Rows quarantined tonight"),
    )
    for place, (name, words) in enumerate(names, start=1):
        values: Values = [((each[0] or "",), each[place] or 0) for each in told]
        yield _gauge(name, words, ["report"], values)


def _counts(rows: "QuerySet[Any]", *columns: str) -> Values:
    counted = rows.order_by().values_list(*columns).annotate(count=Count("pk"))
    return [(tuple(str(part or "") for part in each[:-1]), each[-1]) for each in counted]


def _gauge(name: str, words: str, labels: list[str], values: Values) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(f"redcat_{name}", words, labels=labels)
    for parts, value in values:
        gauge.add_metric(list(parts), value)
    return gauge


def _age(since: datetime, now: datetime) -> float:
    return max((now - since).total_seconds(), 0)


def _spooled() -> int:
    sizes = 0
    for path in settings.SPOOL_DIR.glob("*.clicks"):
        with suppress(FileNotFoundError):  # shipped meanwhile
            sizes += path.stat().st_size
    return sizes
