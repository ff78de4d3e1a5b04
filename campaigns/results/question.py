"""What a reader asks: which business days, which window, and as known when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from campaigns.results.choice import EVERY_NOTE, NoteChoice
from campaigns.results.metric import Line
from portal.lib import days

DEFAULT_DAYS = 30
MOMENT = timedelta(microseconds=1)


class Against(StrEnum):
    """What a period is compared with."""

    PERIOD = "period"  # the one of the same length right before it
    YEAR = "year"  # the same dates a year earlier


@dataclass(frozen=True, slots=True)
class Question:
    """`is_scaled` asks for estimates: what a sample told, divided by its share.

    `placement` asks for what was shown at one place alone, by its code.
    """

    first: date
    last: date
    window: int
    moment: datetime
    store: int | None = None
    notes: NoteChoice = EVERY_NOTE
    line: Line = Line.DIRECT
    is_scaled: bool = False
    placement: int | None = None

    @property
    def is_of_part(self) -> bool:
        """Say whether notes are left out, or what some of their ads did."""
        return bool(self.notes) or self.placement is not None

    @property
    def known(self) -> date:
        """The date on which the reader stands: maturity counts to it."""
        return days.business_day(self.moment)

    @property
    def newest(self) -> date:
        """The newest business day that can have been returned by then."""
        return newest_closed(self.moment, self.line)

    def days(self) -> Iterator[date]:
        return days.days_between(self.first, self.last)

    def expected_days(self) -> Iterator[date]:
        return days.days_between(self.first, min(self.last, self.newest))

    def earlier(self, against: Against) -> "Question":
        """Return the same question of the earlier period, as known when that was as old."""
        if against is Against.PERIOD:
            back = self.last - self.first + timedelta(days=1)
        else:
            back = self.last - _a_year_before(self.last)
        return replace(
            self, first=self.first - back, last=self.last - back, moment=self.moment - back
        )


def newest_closed(moment: datetime, line: Line = Line.DIRECT) -> date:
    return days.business_day(moment) - timedelta(days=line.lag)


def moment_of(day: date | None) -> datetime:
    """Return the end of that day, as far as it has come; None is now."""
    now = days.known_now()
    return min(now, days.starts_at(day + timedelta(days=1)) - MOMENT) if day else now


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
