"""What should have arrived by the morning's deadline and has not, and telling of it once."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import override

from campaigns.models import LateNight, PulledPage, SyncWindow
from campaigns.reports import REPORTS, Report
from campaigns.sync.told import announce_late
from merchants.models import Brand, Connection, NoticeKind
from merchants.notices import tell_owners
from portal.lib import days
from portal.lib.scope import Hat, scope

GRACE = timedelta(minutes=15)  # of real time: a night that has just begun is not told of yet


class Missing(NamedTuple):
    """A report of a connection whose newest day is not in the ledger."""

    connection: Connection
    report: Report


@dataclass(frozen=True, slots=True)
class Lateness:
    """What a brand lacks of the newest day: how many stores lack each report."""

    day: date
    since: datetime
    reports: tuple[tuple[Report, int], ...]

    @property
    def number(self) -> int:
        return sum(stores for _report, stores in self.reports)


def deadline() -> datetime:
    """Return the moment by which tonight's data should be complete."""
    return days.starts_at(days.today()) + timedelta(hours=settings.SYNC_DEADLINE)


def newest_day(report: Report) -> date:
    """Return the newest day that the report can be asked for."""
    return days.yesterday() - timedelta(days=report.lag - 1)


def lateness(connections: Iterable[Connection]) -> Lateness | None:
    """Return what these connections lack after the deadline; one query, two when late."""
    missing = _missing(connections)
    return _summed(missing) if missing else None


def tell_late_brands() -> int:
    """Tell the owners of each brand that is late, once a night; return how many were told."""
    with scope(Hat.NIGHT):
        late = _missing(
            Connection.objects.select_related("brand").order_by("pk"), _owed_for_a_while()
        )
        told = set(LateNight.objects.filter(night=days.today()).values_list("brand", flat=True))
    by_brand: dict[Brand, list[Missing]] = defaultdict(list)
    for each in late:
        by_brand[each.connection.brand].append(each)
    fresh = {brand: missing for brand, missing in by_brand.items() if brand.pk not in told}
    return sum(_tell(brand, _summed(missing)) for brand, missing in fresh.items())


def _missing(connections: Iterable[Connection], only: Q | None = None) -> list[Missing]:
    if days.known_now() < deadline():
        return []
    joined = [each for each in connections if each.is_connected and not each.is_paused]
    newest = {report.key: newest_day(report) for report in REPORTS.values()}
    windows = SyncWindow.objects.filter(connection__in=joined, day__gte=min(newest.values()))
    here = _pairs(windows.exclude(closed_on=None), newest)
    lacking = [
        Missing(each, report)
        for each in joined
        for report in REPORTS.values()
        if report.partner == each.partner and (each.pk, report.key) not in here
    ]
    if not lacking:
        return []
    expected = _pulled_before([each.connection.pk for each in lacking])
    if only is not None:
        expected &= _pairs(windows.filter(only), newest)
    return [each for each in lacking if (each.connection.pk, each.report.key) in expected]


def _pulled_before(connections: list[int]) -> set[tuple[int, str]]:
    """Return what an earlier night has pulled: a first night takes as long as it takes."""
    pages = PulledPage.objects.filter(window=OuterRef("pk"), owed_on__lt=days.today())
    windows = SyncWindow.objects.filter(Exists(pages), connection__in=connections)
    return set(windows.order_by().values_list("connection_id", "report").distinct())


def _pairs(windows: QuerySet[SyncWindow], newest: Mapping[str, date]) -> set[tuple[int, str]]:
    """Return of which reports' newest days these windows are."""
    found = windows.order_by().values_list("connection_id", "report", "day")
    return {(connection, report) for connection, report, day in found if newest.get(report) == day}


def _owed_for_a_while() -> Q:
    return Q(owed_at__lt=Now() - GRACE)


def _summed(missing: list[Missing]) -> Lateness:
    stores = Counter(each.report.key for each in missing)
    reports = tuple((report, stores[key]) for key, report in REPORTS.items() if key in stores)
    return Lateness(days.yesterday(), deadline(), reports)


def _tell(brand: Brand, late: Lateness) -> bool:
    with scope(Hat.NIGHT, brand=brand.pk):
        _row, is_first = LateNight.objects.get_or_create(brand=brand, night=days.today())
        if is_first:
            tell_owners(
                brand,
                NoticeKind.NIGHT_LATE,
                leads_to=reverse("campaigns:data", args=[brand.slug]),
                day=late.day.isoformat(),
                deadline=f"{late.since:%H:%M}",
                reports=_named(late),
            )
            announce_late(brand, late.day, [report.key for report, _stores in late.reports])
    return is_first


def _named(late: Lateness) -> str:
    """Return the reports by name in each language, as a notice keeps them."""
    said = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said[language] = " · ".join(str(report.label) for report, _stores in late.reports)
    return json.dumps(said)
