"""Whether the direct link's days have come: what speaks of figures by itself waits for them."""

from datetime import date

from django.db.models import QuerySet

from campaigns.models import SyncWindow
from campaigns.results.unallocated import NOTES
from merchants.models import Connection, Partner


def is_complete(brand_id: int, day: date, store_id: int | None = None) -> bool:
    """Say whether each account that can be read has returned the day, and there is one."""
    joined = _joined(brand_id, store_id)
    windows = _windows(joined).filter(day=day).exclude(closed_on=None)
    returned = set(windows.values_list("connection_id", flat=True))
    return bool(joined) and returned == set(joined)


def is_owed(brand_id: int, first: date, last: date) -> bool:
    """Say whether any of these days was asked for and has not come; earlier ones never are."""
    windows = _windows(_joined(brand_id)).filter(day__range=(first, last))
    return windows.filter(closed_on=None).exists()


def _joined(brand_id: int, store_id: int | None = None) -> list[int]:
    accounts = Connection.objects.filter(brand=brand_id, partner=Partner.JUGUANG)
    if store_id:
        accounts = accounts.filter(store=store_id)
    return [each.pk for each in accounts if each.is_connected and not each.is_paused]


def _windows(accounts: list[int]) -> QuerySet[SyncWindow]:
    return SyncWindow.objects.filter(report=NOTES, connection__in=accounts)
