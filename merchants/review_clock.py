"""How long an application has waited for the platform: working days only, and only its own turn.

A working day is one in mainland China, by Shanghai's clock; see portal.lib.working_days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import connection

from merchants.models import ApplicationEvent
from merchants.models.application import ONE_TRY, WITH_THE_PLATFORM
from portal.lib import days
from portal.lib.working_days import is_known, is_working_day

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """The median of the last decisions' working time, over all brands, and how many they are."""

    median: timedelta
    decisions: int

    @property
    def working_days(self) -> float:
        """Return the median rounded up to a tenth, and never to none: it is shown as a limit."""
        return max(ceil(self.median / DAY * 10), 1) / 10


def working_time(start: datetime, end: datetime) -> timedelta:
    """Return how much of the span from `start` to `end` lies on working days."""
    total = timedelta(0)
    for day in days.days_between(days.business_day(start), days.business_day(end)):
        if is_working_day(day):
            opens = days.starts_at(day)
            total += max(min(end, opens + DAY) - max(start, opens), timedelta(0))
    return total


def after_working_time(start: datetime, owed: timedelta) -> datetime:
    """Return when `owed` working time from `start` is over; the inverse of working_time."""
    opens = days.starts_at(days.business_day(start))
    while True:
        if is_working_day(days.business_day(opens)):
            begins = max(start, opens)
            left = opens + DAY - begins
            if owed <= left:
                return begins + owed
            owed -= left
        opens += DAY


def before_working_time(end: datetime, passed: timedelta) -> datetime:
    """Return the latest moment from which `passed` working time lies before `end`."""
    day = days.business_day(end)
    while True:
        opens = days.starts_at(day)
        if is_working_day(day):
            closes = min(end, opens + DAY)
            if passed <= closes - opens:
                return closes - passed
            passed -= closes - opens
        day -= DAY


def due_after(waited: timedelta, now: datetime) -> datetime:
    """Return by when a decision is due that has waited so long by `now`; earlier if longer."""
    promise: timedelta = settings.REVIEW_WORKING_DAYS * DAY
    if waited <= promise:
        return after_working_time(now, promise - waited)
    return before_working_time(now, waited - promise)


def waited(events: Iterable[ApplicationEvent], now: datetime) -> timedelta:
    """Return the platform's working time on this try; `events` are oldest first."""
    used, since = _turns(events)
    return used + working_time(since, now) if since else used


def promised_by(events: Iterable[ApplicationEvent]) -> datetime | None:
    """Return when the decision was promised; None while nothing waits for the platform."""
    used, since = _turns(events)
    if since is None:
        return None
    promise: timedelta = settings.REVIEW_WORKING_DAYS * DAY
    return after_working_time(since, max(promise - used, timedelta(0)))


def unknown_year(promised: datetime | None) -> int | None:
    """Return the year of the promise if its public holidays are not known here."""
    if promised is None or is_known(year := days.business_day(promised).year):
        return None
    return year


def pace() -> Pace | None:
    """Ask for the median over every brand; the function tells no single decision."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT median, decisions FROM application_pace()")
        median, decisions = cursor.fetchone()
    return Pace(median, decisions) if decisions else None


def _turns(events: Iterable[ApplicationEvent]) -> tuple[timedelta, datetime | None]:
    """Return the time of the platform's turns that are over, and since when it has this one.

    Another try, and an appeal, is promised its own time; an answer goes on with what is left.
    """
    used, since = timedelta(0), None
    for event in events:
        if since:
            used += working_time(since, event.at)
        if event.source not in ONE_TRY:
            used = timedelta(0)
        since = event.at if event.target in WITH_THE_PLATFORM else None
    return used, since
