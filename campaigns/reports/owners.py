"""Whose a row is, where it does not say: by the ids that are known to be another account's.

An id that two accounts may share says nothing by itself: a note that was authorised to two brands
is on the lists of both. Then it is our own list of tonight that decides.
"""

from collections.abc import Collection
from typing import TypeVar

from django.db.models import Q, QuerySet

from campaigns.models import AdCreative, CreatorOrder, Item, Note, SyncWindow
from portal.lib.scope import Hat, scope

Row = TypeVar("Row", Note, AdCreative, CreatorOrder)


class NotListedYet(Exception):
    """Another brand's list names an id of ours, and tonight's own list has not come yet."""


def has_others_notes(window: SyncWindow, ids: Collection[str], *, listed_by: str) -> bool:
    """Whether a note is on another brand's list, and not on ours as `listed_by` told it tonight.

    What an ad of ours promotes is ours to promote, listed or not.
    """
    with scope(Hat.NIGHT):
        named = Note.objects.filter(note_id__among=ids)
        elsewhere = set(_of_others(named, window).values_list("note_id", flat=True))
    if not elsewhere:
        return False
    with scope(Hat.NIGHT, brand=window.brand_id):
        own = Q(brand_id=window.brand_id, connection_id=window.connection_id)
        own &= Q(note_id__among=elsewhere)
        known = set(Note.objects.filter(own).values_list("note_id", flat=True))
        known |= set(AdCreative.objects.filter(own).values_list("note_id", flat=True))
        lists = SyncWindow.objects.filter(
            connection_id=window.connection_id, report=listed_by, closed_on__gte=window.owed_on
        )
        is_listed = lists.exists()
    if elsewhere <= known:
        return False
    if not is_listed:
        raise NotListedYet
    return True


def has_others_ads(window: SyncWindow, ids: Collection[str], *, field: str) -> bool:
    """Whether a creative, unit or campaign stands in another brand's list of ads.

    `field` is the list's column that the ids are of.
    """
    with scope(Hat.NIGHT):
        named = AdCreative.objects.filter(**{f"{field}__among": ids})
        return _of_others(named, window).exists()


def has_others_orders(window: SyncWindow, ids: Collection[str]) -> bool:
    """Whether an order with a creator was placed by another brand's account."""
    with scope(Hat.NIGHT):
        return _of_others(CreatorOrder.objects.filter(order_id__among=ids), window).exists()


def has_others_items(window: SyncWindow, ids: Collection[str]) -> bool:
    """Whether an item, or what was sold of it, is another seller's."""
    with scope(Hat.NIGHT):
        others = Item.objects.filter(num_iid__among=ids).exclude(brand_id=window.brand_id)
        return others.exclude(store__seller_id=window.connection.subject).exists()


def _of_others(rows: QuerySet[Row], window: SyncWindow) -> QuerySet[Row]:
    """Keep what the account of another brand was told; a store that moved keeps its own."""
    told = rows.exclude(connection=None).exclude(brand_id=window.brand_id)
    return told.exclude(connection__subject=window.connection.subject)
