"""Taps of a link by day and system: people here, programs apart."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate

from campaigns.models import ClickSystem, Link
from portal.lib import days


@dataclass(slots=True)
class DayTaps:
    """The taps of one business day; we count them ourselves, so no tap is a true zero."""

    day: date
    by_system: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ClickSystem.values, 0))
    robots: int = 0

    @property
    def people(self) -> int:
        return sum(self.by_system.values())

    @property
    def elsewhere(self) -> int:
        return self.by_system[ClickSystem.DESKTOP] + self.by_system[ClickSystem.OTHER]

    def __str__(self) -> str:
        return f"{self.day:%m-%d}"


def taps_by_day(link: Link, *, last: date, count: int = 14) -> list[DayTaps]:
    """Return `count` days up to `last`, the newest first."""
    first = last - timedelta(days=count - 1)
    found = {day: DayTaps(day) for day in days.days_between(first, last)}
    taps = (
        link.clicks.filter(at__gte=days.starts_at(first))
        .filter(at__lt=days.starts_at(last + timedelta(days=1)))
        .values("system", "is_bot", day=TruncDate("at", tzinfo=days.SHANGHAI))
        .annotate(taps=Count("pk"))
    )
    for tap in taps:
        _add(found[tap["day"]], **tap)
    return [found[day] for day in sorted(found, reverse=True)]


def _add(taken: DayTaps, *, system: str, is_bot: bool, taps: int, day: date) -> None:
    if is_bot:
        taken.robots += taps
    else:
        taken.by_system[system] += taps


def total(taps: list[DayTaps]) -> DayTaps:
    whole = DayTaps(taps[0].day)
    for each in taps:
        whole.robots += each.robots
        for system, count in each.by_system.items():
            whole.by_system[system] += count
    return whole
