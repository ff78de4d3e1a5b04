"""What the frame of a brand's pages says of the sync just now: late, paused, or unanswered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, QuerySet

from campaigns.models import SyncWindow, WindowStatus
from campaigns.reports import REPORTS
from campaigns.sync.lateness import Lateness, lateness
from merchants.models import Connection, PartnerIncident


@dataclass(frozen=True, slots=True)
class Outage:
    """A partner that answers nobody; what is shown of it reaches `until`."""

    incident: PartnerIncident
    until: date | None


@dataclass(frozen=True, slots=True)
class SyncNow:
    outages: list[Outage]
    late: Lateness | None
    paused: list[Connection]


def sync_now(connections: Iterable[Connection], windows: QuerySet[SyncWindow]) -> SyncNow:
    """Say it of connections that bear their stores; three queries when all is well."""
    joined = list(connections)
    paused = [each for each in joined if each.is_connected and each.is_paused]
    return SyncNow(list(_outages(joined, windows)), lateness(joined), paused)


def _outages(joined: list[Connection], windows: QuerySet[SyncWindow]) -> Iterator[Outage]:
    own = {each.partner for each in joined}
    incidents = PartnerIncident.objects.open().filter(partner__in=own).order_by("began_at")
    for incident in incidents:  # three at most
        of_partner = [key for key, each in REPORTS.items() if each.partner == incident.partner]
        closed = windows.filter(status=WindowStatus.CLOSED, report__in=of_partner)
        yield Outage(incident, closed.aggregate(newest=Max("day"))["newest"])
