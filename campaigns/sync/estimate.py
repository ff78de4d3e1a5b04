"""What a night will cost in calls and minutes, before it starts, by what the last ones cost."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q

from campaigns.models import PulledPage, ReportWish
from campaigns.reports import REPORTS, Report
from merchants.budgets import rate_of
from merchants.models import Connection, Partner
from portal.lib import days

LAST_NIGHTS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A night of one partner's; a page counts as one call."""

    partner: Partner
    windows: int
    calls: int
    minutes: int
    a_day: int  # calls that the partner allows; 0 where it counts none

    @property
    def fits_quota(self) -> bool:
        return not self.a_day or self.calls <= self.a_day

    @property
    def fits_night(self) -> bool:
        """Whether it ends before the deadline if it starts at midnight."""
        return self.minutes <= settings.SYNC_DEADLINE * 60

    @property
    def fits(self) -> bool:
        return self.fits_quota and self.fits_night


def estimate() -> list[Estimate]:
    """Return what a whole night costs at each partner; three queries."""
    pages = _pages_of_a_window()
    wanted = set(ReportWish.objects.values_list("report", "store_id"))
    joined = list(Connection.objects.connected().values_list("partner", "subject", "store_id"))
    found = []
    for partner in Partner:
        reports = [report for report in REPORTS.values() if report.partner == partner]
        read = [
            (
                subject,
                [each for each in reports if not each.on_request or (each.key, store) in wanted],
            )
            for of, subject, store in joined
            if of == partner
        ]
        found.append(_of(partner, read, pages))
    return found


def windows_a_night(report: Report) -> int:
    return min(report.repull, report.backfill)


def _of(
    partner: Partner, read: Sequence[tuple[str, Sequence[Report]]], pages: Mapping[str, float]
) -> Estimate:
    """Add up the reports that are read of each account."""
    calls: dict[str, float] = defaultdict(float)
    for subject, reports in read:
        calls[subject] += sum(windows_a_night(each) * pages.get(each.key, 1.0) for each in reports)
    rate = rate_of(partner)
    of_all, of_busiest = sum(calls.values()), max(calls.values(), default=0)
    seconds = max(of_all / rate.of_key, of_busiest / rate.of_account)
    return Estimate(
        partner,
        sum(windows_a_night(each) for _subject, reports in read for each in reports),
        math.ceil(of_all),
        math.ceil(seconds / 60),
        int(rate.a_day),
    )


def _pages_of_a_window() -> dict[str, float]:
    """Return how many pages a pull of each report had in the last nights, on average."""
    recent = PulledPage.objects.filter(owed_on__gt=days.today() - LAST_NIGHTS)
    counts = recent.values_list("window__report").annotate(
        pages=Count("pk"), pulls=Count("pk", filter=Q(number=1))
    )
    return {report: pages / max(pulls, 1) for report, pages, pulls in counts.order_by()}
