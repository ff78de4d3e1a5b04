"""Taps of a link by day or hour and system, and where they went: people here, others apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import Trunc

from campaigns.models import Click, ClickKind, ClickSystem, ClickWent, Link
from campaigns.models.click import IS_TAP, ClickQuerySet
from portal.lib import days

PEOPLE = {ClickKind.PERSON, ClickKind.TRIAL}  # a trial is no program, and no tap either
TRIALS = 5


@dataclass(slots=True)
class Taps:
    """The taps of one day or hour; we count them ourselves, so no tap is a true zero.

    `people` are those who were sent on, repeats among them.
    """

    start: datetime
    by_system: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ClickSystem.values, 0))
    repeats: int = 0
    robots: int = 0

    @property
    def people(self) -> int:
        return sum(self.by_system.values())

    @property
    def elsewhere(self) -> int:
        return self.by_system[ClickSystem.DESKTOP] + self.by_system[ClickSystem.OTHER]


@dataclass(frozen=True, slots=True)
class Kinds:
    """Every request for the link in a period, by who asked; `stopped` are people not sent on."""

    people: int
    repeats: int
    stopped: int
    programs: dict[str, int]


REPEATED = Count("pk", filter=Q(is_repeat=True))


def taps_by_day(link: Link, *, last: date, count: int = 14) -> list[Taps]:
    """Return `count` business days up to `last`, the earliest first."""
    first = last - timedelta(days=count - 1)
    starts = [days.starts_at(day) for day in days.days_between(first, last)]
    return _taps(_clicks(link, first, last), "day", starts)


def taps_by_hour(link: Link, *, day: date) -> list[Taps]:
    """Return the 24 hours of a business day, the earliest first."""
    starts = [days.starts_at(day) + timedelta(hours=n) for n in range(24)]
    return _taps(_clicks(link, day, day), "hour", starts)


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
        if kind not in PEOPLE
    }
    stopped = people["times"] - people["sent"]
    return Kinds(people["sent"], people["repeats"], stopped, programs)


def ways_of_taps(link: Link, *, first: date, last: date) -> dict[str, int]:
    """Return for each way how many people it took, the stop page among them."""
    people = _clicks(link, first, last).filter(kind=ClickKind.PERSON)
    rows = people.values_list("went").annotate(times=Count("pk"))
    return dict.fromkeys(ClickWent.values, 0) | dict(rows)


def last_trials(link: Link) -> list[Click]:
    return list(link.clicks.filter(kind=ClickKind.TRIAL).order_by("-at", "-pk")[:TRIALS])


def total(taps: Iterable[Taps]) -> Taps:
    taps = list(taps)
    whole = Taps(taps[0].start)
    for each in taps:
        whole.robots += each.robots
        whole.repeats += each.repeats
        for system, count in each.by_system.items():
            whole.by_system[system] += count
    return whole


def _taps(clicks: ClickQuerySet, unit: str, starts: list[datetime]) -> list[Taps]:
    found = {start: Taps(start) for start in starts}
    dated = clicks.annotate(start=Trunc("at", unit, tzinfo=days.SHANGHAI))
    for tap in dated.taps().values("start", "system").annotate(taps=Count("pk"), repeats=REPEATED):
        found[tap["start"]].by_system[tap["system"]] += tap["taps"]
        found[tap["start"]].repeats += tap["repeats"]
    programs = dated.exclude(kind__in=PEOPLE)
    for asked in programs.values("start").annotate(times=Count("pk")):
        found[asked["start"]].robots += asked["times"]
    return [found[start] for start in starts]


def _clicks(link: Link, first: date, last: date) -> ClickQuerySet:
    return link.clicks.filter(at__gte=days.starts_at(first)).filter(
        at__lt=days.starts_at(last + timedelta(days=1))
    )
