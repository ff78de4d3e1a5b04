"""What a reader asks: which business days, which window, and as known when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaigns.results.metrics import LAG
from portal.lib import days

DEFAULT_DAYS = 30
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Question:
    first: date
    last: date
    window: int
    moment: datetime
    store: int | None = None

    @property
    def known(self) -> date:
        """The date on which the reader stands: maturity counts to it."""
        return days.business_day(self.moment)

    @property
    def newest(self) -> date:
        """The newest business day that can have been returned by then."""
        return newest_closed(self.moment)

    def days(self) -> Iterator[date]:
        return days.days_between(self.first, self.last)

    def expected_days(self) -> Iterator[date]:
        return days.days_between(self.first, min(self.last, self.newest))


def newest_closed(moment: datetime) -> date:
    return days.business_day(moment) - timedelta(days=LAG)


def moment_of(day: date | None) -> datetime:
    """Return the end of that day, as far as it has come; None is now."""
    now = days.known_now()
    return min(now, days.starts_at(day + timedelta(days=1)) - MOMENT) if day else now
