"""Whether a line's days have come: what speaks of figures by itself waits for them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from campaigns.models import StarDay, StarLevel, StarTask, SyncWindow
from campaigns.reports.note_placement_day import NOTE_PLACEMENT_DAY
from campaigns.results.unallocated import NOTES
from merchants.models import Connection, Partner

PLACED = NOTE_PLACEMENT_DAY.key


def is_complete(
    brand_id: int, day: date, store_id: int | None = None, *, by_placement: bool = False
) -> bool:
    """Say whether each account that can be read has returned the day, and there is one.

    Where it is asked `by_placement`, what is owed of that report must have come too.
    """
    joined = _joined(brand_id, [store_id] if store_id else [])
    windows = _windows(joined).filter(day=day).exclude(closed_on=None)
    returned = set(windows.values_list("connection_id", flat=True))
    if by_placement and _windows(joined, PLACED).filter(day=day, closed_on=None).exists():
        return False
    return bool(joined) and returned == set(joined)


def is_star_complete(brand_id: int, day: date, window: int, store_id: int | None = None) -> bool:
    """Say whether an export told of the day for each store whose star tasks still bring people.

    Where none is known to, any export that told of it will do.
    """
    tasks = StarTask.objects.filter(brand=brand_id, starts_on__lte=day)
    tasks = tasks.filter(ends_on__gte=day - timedelta(days=window))
    rows = StarDay.objects.filter(brand=brand_id, level=StarLevel.TASK, window_days=window, day=day)
    rows = rows.filter(known_to=None)
    if store_id:
        tasks, rows = tasks.filter(store=store_id), rows.filter(store=store_id)
    told = set(rows.values_list("store_id", flat=True))
    return bool(told) and told.issuperset(tasks.values_list("store_id", flat=True))


def is_owed(brand_id: int, first: date, last: date) -> bool:
    """Say whether any of these days was asked for and has not come; earlier ones never are."""
    windows = _windows(_joined(brand_id)).filter(day__range=(first, last))
    return windows.filter(closed_on=None).exists()


@dataclass(frozen=True, slots=True)
class DayStates:
    """`closed` are days that every account has returned, `owed` such as one has yet to.

    `stores` are those with an account that can be read.
    """

    closed: set[date]
    owed: set[date]
    stores: set[int]


def day_states(brand_id: int, first: date, last: date, stores: Collection[int]) -> DayStates:
    """Say how these days of the stores' accounts stand."""
    accounts = _accounts(brand_id, stores)
    windows = _windows([each.pk for each in accounts]).filter(day__range=(first, last))
    pairs = list(windows.values_list("day", "closed_on"))
    closed = Counter(day for day, closed_on in pairs if closed_on)
    return DayStates(
        closed={day for day, number in closed.items() if number == len(accounts)},
        owed={day for day, closed_on in pairs if closed_on is None},
        stores={each.store_id for each in accounts},
    )


def _joined(brand_id: int, stores: Collection[int] = ()) -> list[int]:
    return [each.pk for each in _accounts(brand_id, stores)]


def _accounts(brand_id: int, stores: Collection[int]) -> list[Connection]:
    accounts = Connection.objects.filter(brand=brand_id, partner=Partner.JUGUANG)
    if stores:
        accounts = accounts.filter(store__in=stores)
    return [each for each in accounts if each.is_connected and not each.is_paused]


def _windows(accounts: list[int], report: str = NOTES) -> QuerySet[SyncWindow]:
    return SyncWindow.objects.filter(report=report, connection__in=accounts)
