"""How each connection does: what waits for it, how far its reports reach, and who can mend it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import SyncWindow, WindowStatus
from campaigns.reports import REPORTS
from campaigns.sync.calendar import LAPSED, Reach
from campaigns.sync.windows import NEVER_CAME, wanted_no_more
from merchants.models import Connection, ConnectionState
from merchants.standing import state_shown
from portal.lib import days

OPEN = Q(status__in=[WindowStatus.OWED, WindowStatus.LEASED])

Counted = Mapping[str, Any]  # one row of values(): the report, and what each annotation gives


@dataclass(frozen=True, slots=True)
class ConnectionHealth:
    connection: Connection
    state: ConnectionState
    colour: str
    word: str
    waiting: int
    refused: int
    reaches: Sequence[Reach]

    @property
    def needs_consent(self) -> bool:
        return self.state in LAPSED or self.state == ConnectionState.EXPIRING

    @property
    def next_step(self) -> str:
        """What is wrong and who mends it; empty when nothing is."""
        partner = self.connection.get_partner_display()
        if self.state in LAPSED:
            return _(
                "%(partner)s no longer lets us read. An owner consents again; until then nothing"
                " new arrives, and what has arrived stays."
            ) % {"partner": partner}
        if self.state == ConnectionState.EXPIRING:
            return _("The consent ends on %(day)s. An owner renews it before then.") % {
                "day": days.business_day(self.connection.refresh_expires_at)
            }
        if self.refused:
            return _(
                "%(partner)s refused some days, or they did not add up. The next night asks"
                " again; nobody has to do anything."
            ) % {"partner": partner}
        return ""


def connection_health(
    connections: QuerySet[Connection], windows: QuerySet[SyncWindow]
) -> list[ConnectionHealth]:
    """Return the health of each connection; two queries for any number of them."""
    counted: dict[int, list[Counted]] = defaultdict(list)
    still = windows.exclude(wanted_no_more())
    for row in still.values("connection_id", "report").annotate(
        newest=Max("day", filter=Q(closed_on__isnull=False)),
        waiting=Count("pk", filter=OPEN),
        refused=Count("pk", filter=NEVER_CAME),
    ):
        counted[row["connection_id"]].append(row)
    ordered = connections.select_related("store").order_by("store_id", "partner")
    return [_health(each, counted[each.pk]) for each in ordered]


def _health(joined: Connection, counted: Iterable[Counted]) -> ConnectionHealth:
    now = timezone.now()
    by_report = {row["report"]: row for row in counted}
    colour, word = state_shown(joined, now)
    return ConnectionHealth(
        connection=joined,
        state=joined.state_at(now),
        colour=colour,
        word=word,
        waiting=sum(row["waiting"] for row in by_report.values()),
        refused=sum(row["refused"] for row in by_report.values()),
        reaches=[
            _reach(key, by_report[key]["newest"], days.today())
            for key in REPORTS
            if key in by_report
        ],
    )


def _reach(key: str, newest: date | None, today: date) -> Reach:
    report = REPORTS[key]
    return Reach(report.short, newest, newest == today - timedelta(days=report.lag))
