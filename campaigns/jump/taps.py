"""Taps of a link by hour, by day and system, and where they went: people here, programs apart."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate, TruncHour

from campaigns.models import ClickKind, ClickSystem, ClickWent, Link
from campaigns.models.click import IS_TAP, ClickQuerySet
from portal.lib import days


@dataclass(slots=True)
class DayTaps:
    """The taps of one business day; we count them ourselves, so no tap is a true zero.

    `people` are those who were sent on, repeats among them.
    """

    day: date
    by_system: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ClickSystem.values, 0))
    repeats: int = 0
    robots: int = 0

    @property
    def people(self) -> int:
        return sum(self.by_system.values())

    @property
    def elsewhere(self) -> int:
        return self.by_system[ClickSystem.DESKTOP] + self.by_system[ClickSystem.OTHER]

    def __str__(self) -> str:
        return f"{self.day:%m-%d}"


@dataclass(frozen=True, slots=True)
class HourTaps:
    hour: datetime
    people: int
    repeats: int


@dataclass(frozen=True, slots=True)
class Kinds:
    """Every request for the link in a period, by who asked; `stopped` are people not sent on."""

    people: int
    repeats: int
    stopped: int
    programs: dict[str, int]


REPEATED = Count("pk", filter=Q(is_repeat=True))


def taps_by_day(link: Link, *, last: date, count: int = 14) -> list[DayTaps]:
    """Return `count` days up to `last`, the newest first."""
    first = last - timedelta(days=count - 1)
    found = {day: DayTaps(day) for day in days.days_between(first, last)}
    clicks = _clicks(link, first, last).annotate(day=TruncDate("at", tzinfo=days.SHANGHAI))
    for tap in clicks.taps().values("day", "system").annotate(taps=Count("pk"), repeats=REPEATED):
        found[tap["day"]].by_system[tap["system"]] += tap["taps"]
        found[tap["day"]].repeats += tap["repeats"]
    programs = clicks.exclude(kind=ClickKind.PERSON)
    for asked in programs.values("day").annotate(times=Count("pk")):
        found[asked["day"]].robots += asked["times"]
    return [found[day] for day in sorted(found, reverse=True)]


def taps_by_hour(link: Link, *, day: date) -> list[HourTaps]:
    """Return the 24 hours of a business day, the earliest first."""
    clicks = _clicks(link, day, day).taps()
    rows = clicks.values(hour=TruncHour("at", tzinfo=days.SHANGHAI)).annotate(
        people=Count("pk"), repeats=REPEATED
    )
    found = {row["hour"]: HourTaps(**row) for row in rows}
    hours = [days.starts_at(day) + timedelta(hours=n) for n in range(24)]
    return [found.get(hour, HourTaps(hour, 0, 0)) for hour in hours]


def kinds_of_taps(link: Link, *, first: date, last: date) -> Kinds:
    """Count people, repeats and each kind of program from `first` to `last`, both included."""
    rows = (
        _clicks(link, first, last)
        .values("kind")
        .annotate(times=Count("pk"), sent=Count("pk", filter=IS_TAP), repeats=REPEATED)
    )
    by_kind = {row["kind"]: row for row in rows}
    people = by_kind.pop(ClickKind.PERSON, {"times": 0, "sent": 0, "repeats": 0})
    programs = {
        kind.value: by_kind[kind]["times"] if kind in by_kind else 0
        for kind in ClickKind
        if kind != ClickKind.PERSON
    }
    stopped = people["times"] - people["sent"]
    return Kinds(people["sent"], people["repeats"], stopped, programs)


def ways_of_taps(link: Link, *, first: date, last: date) -> dict[str, int]:
    """Return for each way how many people it took, the stop page among them."""
    people = _clicks(link, first, last).filter(kind=ClickKind.PERSON)
    rows = people.values_list("went").annotate(times=Count("pk"))
    return dict.fromkeys(ClickWent.values, 0) | dict(rows)


def total(taps: list[DayTaps]) -> DayTaps:
    whole = DayTaps(taps[0].day)
    for each in taps:
        whole.robots += each.robots
        whole.repeats += each.repeats
        for system, count in each.by_system.items():
            whole.by_system[system] += count
    return whole


def _clicks(link: Link, first: date, last: date) -> ClickQuerySet:
    return link.clicks.filter(at__gte=days.starts_at(first)).filter(
        at__lt=days.starts_at(last + timedelta(days=1))
    )
