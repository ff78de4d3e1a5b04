"""What a night will cost in calls and minutes, before it starts, by what the last ones cost."""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q

from campaigns.models import PulledPage
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
    """Return what a whole night costs at each partner; two queries."""
    pages = _pages_of_a_window()
    joined = list(Connection.objects.connected().values_list("partner", "subject"))
    return [_of(partner, joined, pages) for partner in Partner]


def windows_a_night(report: Report) -> int:
    return min(report.repull, report.backfill)


def _of(partner: Partner, joined: list[tuple[str, str]], pages: dict[str, float]) -> Estimate:
    reports = [report for report in REPORTS.values() if report.partner == partner]
    accounts = Counter(subject for each, subject in joined if each == partner)
    windows = sum(map(windows_a_night, reports))
    calls = sum(windows_a_night(each) * pages.get(each.key, 1.0) for each in reports)
    rate = rate_of(partner)
    of_all, of_busiest = accounts.total() * calls, max(accounts.values(), default=0) * calls
    seconds = max(of_all / rate.of_key, of_busiest / rate.of_account)
    return Estimate(
        partner,
        accounts.total() * windows,
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
