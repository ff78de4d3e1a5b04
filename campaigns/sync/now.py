"""What the frame of a brand's pages says of the sync just now: late, paused, or unanswered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, QuerySet
from django.utils import timezone

from campaigns.models import SyncWindow, WindowStatus
from campaigns.reports import REPORTS
from campaigns.sync.lateness import Lateness, lateness
from merchants.models import Connection, PartnerIncident
from merchants.models.stores import ConnectionQuerySet


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


def sync_now(connections: ConnectionQuerySet, windows: QuerySet[SyncWindow]) -> SyncNow:
    now = timezone.now()
    paused = connections.filter(paused_until__gt=now).select_related("store").order_by("pk")
    return SyncNow(list(_outages(connections, windows)), lateness(connections), list(paused))


def _outages(connections: ConnectionQuerySet, windows: QuerySet[SyncWindow]) -> Iterable[Outage]:
    own = connections.values("partner")
    incidents = PartnerIncident.objects.open().filter(partner__in=own).order_by("began_at")
    for incident in incidents:  # three at most
        of_partner = [key for key, each in REPORTS.items() if each.partner == incident.partner]
        closed = windows.filter(status=WindowStatus.CLOSED, report__in=of_partner)
        yield Outage(incident, closed.aggregate(newest=Max("day"))["newest"])
