"""Tmall's lists of a seller's items, on the shelf and off it: the whole catalogue, each night."""

import hashlib
import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import Catalogue, Item, ItemStatus, SyncWindow
from campaigns.reports import owners
from campaigns.reports.base import (
    Asked,
    FetchedPage,
    Kept,
    PageContext,
    Report,
    as_sent,
    one_by_one,
)
from merchants.connections import call_top
from merchants.models import Partner
from portal.lib import days
from portal.partners.top import LARGEST_PAGE, Shelf, TopClient
from portal.partners.top import Item as Told

NUMBER = re.compile(r"[1-9][0-9]{5,14}")
LISTED = {ItemStatus.ON_SALE, ItemStatus.IN_STOCK}
MOST_FEN = 2**53
RENEWED = [
    "title",
    "price_fen",
    "picture_url",
    "cid",
    "status",
    "stock",
    "modified_at",
    "list_at",
    "delist_at",
]


def fetch(client: TopClient, asked: Asked) -> FetchedPage:
    """Ask for the page of this number of every list: together they name each item once."""
    pages = [client.listed_items(shelf, asked.number) for shelf in Shelf]
    rows = [item for page in pages for item in page.items]
    return FetchedPage(
        rows,
        hashlib.sha256(repr(rows).encode()).hexdigest(),
        more=any(page.total > asked.number * LARGEST_PAGE for page in pages),
        total=sum(page.total for page in pages),
        unread=[row for page in pages for row in page.unread],
    )


def keys(items: Sequence[Told]) -> list[str]:
    return [item.num_iid[:24] for item in items]


def owner(item: Told) -> str:
    return item.nick


def strangers(window: SyncWindow, items: Sequence[Told]) -> bool:
    return owners.has_others_items(window, keys(items))


def keep(context: PageContext, items: Sequence[Told]) -> Kept:
    refused = [(as_sent(item), reason) for item in items if (reason := why_not(item))]
    changed = write_items(context.window, items, known_at=context.known_at)
    return Kept(changed, refused)


def write_items(owner: SyncWindow | Catalogue, items: Sequence[Told], *, known_at: datetime) -> int:
    """Write what is new or has changed about the owner's store; return how many rows that was.

    An answer that is older than what is known, by the seller's last change, changes nothing.
    """
    told = {item.num_iid: _row(owner, item, known_at) for item in items if not why_not(item)}
    known = Item.objects.filter(brand_id=owner.brand_id, store_id=owner.store_id)
    known_rows = {row.num_iid: row for row in known.filter(num_iid__in=told)}
    news = [row for row in told.values() if _is_news(row, known_rows.get(row.num_iid))]
    Item.objects.bulk_create(
        news,
        update_conflicts=True,
        unique_fields=["brand", "store", "num_iid"],
        update_fields=[*RENEWED, "known_at", "missing_since"],
    )
    return len(news)


def why_not(item: Told) -> str:
    """Return why the item can't be kept; nothing when it can."""
    if not NUMBER.fullmatch(item.num_iid):
        return "The item id is not a number of 6 to 15 digits."
    if item.approve_status not in LISTED:
        return f"The item's status {item.approve_status[:20]!r} is unknown."
    if not item.title.strip():
        return "The item has no title."
    if item.price_fen > MOST_FEN:
        return "The item's price is out of range."
    if item.modified_at and item.modified_at > days.known_now() + timedelta(days=1):
        # kept, it would pass for newer than every true answer after it
        return f"The item cannot have been changed on {item.modified_at:%F}."
    return ""


def finish(window: SyncWindow, seen: Collection[str]) -> None:
    """Mark what a complete list no longer names; Tmall is asked about each of them later."""
    now = days.known_now()
    own = {"brand_id": window.brand_id, "store_id": window.store_id}
    unlisted = Item.objects.filter(**own, missing_since=None).still_there()
    unlisted.exclude(num_iid__in=seen).update(missing_since=now)
    Catalogue.objects.bulk_create(
        [Catalogue(**own, listed_at=now, changed_until=now)],
        update_conflicts=True,
        unique_fields=["brand", "store"],
        update_fields=["listed_at", "changed_until"],
    )


def _row(owner: SyncWindow | Catalogue, item: Told, known_at: datetime) -> Item:
    return Item(
        brand_id=owner.brand_id,
        store_id=owner.store_id,
        num_iid=item.num_iid,
        title=item.title[:120],
        price_fen=item.price_fen,
        picture_url=_secure(item.picture),
        cid=item.cid,
        status=item.approve_status,
        stock=item.stock,
        modified_at=item.modified_at,
        list_at=item.list_at,
        delist_at=item.delist_at,
        known_at=known_at,
    )


def _is_news(told: Item, known: Item | None) -> bool:
    if known is None:
        return True
    if told.modified_at and known.modified_at and told.modified_at < known.modified_at:
        return False
    differs = any(getattr(told, name) != getattr(known, name) for name in RENEWED)
    return differs or known.missing_since is not None


def _secure(picture: str) -> str:
    """Return the picture's address over https, as Tmall serves it whatever it writes."""
    if picture.startswith("//"):
        picture = f"https:{picture}"
    is_local = picture.startswith("http://localhost")
    return picture[:500] if is_local else picture.replace("http://", "https://", 1)[:500]


ITEM_LIST = Report(
    key="top.items",
    partner=Partner.TOP,
    label=_("Tmall items"),
    short=pgettext_lazy("report", "List of items"),
    call=call_top,
    fetch=fetch,
    keys=keys,
    keep=one_by_one(keep),
    finish=finish,
    owner=owner,
    strangers=strangers,
    repull=1,
    backfill=1,
)
