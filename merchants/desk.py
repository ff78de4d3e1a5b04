"""The figures of the review desk, for staff: each over a window, as of a moment.

A decision that waits for its blind second review counts among the times and loads, but not
among the rates: where a cell is small, a rate would tell it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from merchants import impact
from merchants.agreement import Agreement, agreement
from merchants.models import (
    Application,
    ApplicationEvent,
    ApplicationStatus,
    Category,
    Judgement,
    SecondReview,
    Store,
    User,
)
from merchants.review_clock import DAY, due_after

WINDOWS = (30, 90)  # days
LONG = max(WINDOWS)
FEW = 10  # decisions below which a rate says little


class Decision(NamedTuple):
    """An event by which an application was decided, and what the store had stated for it."""

    id: int
    target: str
    at: datetime
    waited: timedelta
    actor: int | None
    store: int
    category: str


@dataclass(frozen=True, slots=True)
class Age:
    """How many applications have waited so long, and what part of all that is, in per cent."""

    name: str
    applications: int
    share: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Pace:
    days: int
    decisions: int
    median: float | None
    ninth: float | None


@dataclass(frozen=True, slots=True)
class Rate:
    name: str
    approved: int
    decisions: int

    @property
    def percent(self) -> int:
        return round(100 * self.approved / self.decisions)

    @property
    def is_small(self) -> bool:
        return self.decisions < FEW


@dataclass(frozen=True, slots=True)
class Load:
    reviewer: User
    claimed: int
    assigned: int
    decided: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    at: datetime
    promise: int
    ages: Sequence[Age]
    paces: Sequence[Pace]
    total: Rate | None
    by_category: Sequence[Rate]
    by_size: Sequence[Rate]
    agreement: Agreement
    open: int
    disagreed: int
    loads: Sequence[Load]


def figures(now: datetime) -> Figures:
    """Work everything out, in the same number of queries however much there is."""
    decisions = _decisions(now)
    hidden = set(SecondReview.objects.open().values_list("decision", flat=True))
    judgements = set(Judgement.values)
    firsts = [each for each in decisions if each.target in judgements]
    rated = [each for each in firsts if each.id not in hidden]
    pairs = SecondReview.objects.done().values_list("first_judgement", "judgement")
    agreed = agreement(pairs)
    disagreed = round(agreed.pairs * (1 - agreed.observed))
    return Figures(
        at=now,
        promise=settings.REVIEW_WORKING_DAYS,
        ages=_ages(now),
        paces=[_pace(each, decisions, now) for each in WINDOWS],
        total=_rate(_("All stores"), rated) if rated else None,
        by_category=_by_category(rated),
        by_size=_by_size(rated, now),
        agreement=agreed,
        open=len(hidden),
        disagreed=disagreed,
        loads=_loads(decisions, now),
    )


def _decided(now: datetime) -> QuerySet[ApplicationEvent]:
    return ApplicationEvent.objects.filter(waited__isnull=False, at__gte=now - LONG * DAY)


def _decisions(now: datetime) -> list[Decision]:
    told = _decided(now).annotate(
        category=Coalesce(
            KeyTextTransform("category", "application__facts"), Value("", TextField())
        )
    )
    columns = ("pk", "target", "at", "waited", "actor", "store", "category")
    return [Decision(*row) for row in told.values_list(*columns)]


def _ages(now: datetime) -> list[Age]:
    """Count those that wait by working days, in one query over their promised days."""
    promise = settings.REVIEW_WORKING_DAYS
    bounds = [due_after(n * DAY, now) for n in range(promise + 2)]
    waiting = Q(due_at__isnull=False)
    counted = Application.objects.aggregate(
        **{f"least_{n}": Count("pk", filter=Q(due_at__lte=at)) for n, at in enumerate(bounds) if n},
        least_0=Count("pk", filter=waiting),
    )
    least = [counted[f"least_{n}"] for n in range(promise + 2)] + [0]
    names = [
        *(_("%(from)d to %(to)d working days") % {"from": n, "to": n + 1} for n in range(promise)),
        _("overdue by up to a working day"),
        _("overdue by more than a working day"),
    ]
    return [
        Age(name, count, round(100 * count / least[0]) if least[0] else 0, n >= promise)
        for n, name in enumerate(names)
        for count in [least[n] - least[n + 1]]
    ]


def _pace(length: int, decisions: Iterable[Decision], now: datetime) -> Pace:
    since = now - length * DAY
    times = sorted(each.waited / DAY for each in decisions if each.at >= since)
    if not times:
        return Pace(length, 0, None, None)
    ninth = times[ceil(0.9 * len(times)) - 1]  # nearest rank: nine of ten took no longer
    return Pace(length, len(times), median(times), ninth)


def _rate(name: str, decisions: Sequence[Decision]) -> Rate:
    approved = sum(each.target == ApplicationStatus.APPROVED for each in decisions)
    return Rate(name, approved, len(decisions))


def _by_category(decisions: Iterable[Decision]) -> list[Rate]:
    names = {each.value: str(each.label) for each in Category} | {"": _("Category not stated")}
    return _rates(names, ((each.category, each) for each in decisions))


def _by_size(decisions: Sequence[Decision], now: datetime) -> list[Rate]:
    sizes = impact.sizes_of(Store.objects.filter(pk__in=_decided(now).values("store")))
    unknown = impact.Size.UNKNOWN
    names = {each.value: str(each.label) for each in impact.Size}
    return _rates(names, ((sizes.get(each.store, unknown), each) for each in decisions))


def _rates(names: Mapping[str, str], decisions: Iterable[tuple[str, Decision]]) -> list[Rate]:
    """Return a rate for each kind that has decisions, in the order of the names."""
    kinds: dict[str, list[Decision]] = {kind: [] for kind in names}
    for kind, decision in decisions:
        kinds[kind].append(decision)
    return [_rate(names[kind], each) for kind, each in kinds.items() if each]


def _loads(decisions: Sequence[Decision], now: datetime) -> list[Load]:
    """Count what each holds, is assigned and has decided; who does nothing is left out."""
    claimed = _counted("claimed_by", Q(claimed_until__gt=Now()))  # a lease runs in real time
    assigned = _counted("assigned_to", Q(due_at__isnull=False))
    decided = [
        Counter(each.actor for each in decisions if each.at >= now - length * DAY)
        for length in WINDOWS
    ]
    busy = User.objects.in_bulk([pk for pk in {*claimed, *assigned, *decided[-1]} if pk])
    loads = (
        Load(user, claimed[pk], assigned[pk], tuple(each[pk] for each in decided))
        for pk, user in busy.items()
    )
    return sorted(loads, key=lambda load: (-load.decided[0], str(load.reviewer)))


def _counted(column: str, condition: Q) -> Counter[int]:
    rows = Application.objects.filter(condition).exclude(**{column: None})
    return Counter(dict(rows.values_list(column).annotate(Count("pk"))))
