"""What a person may pick from: the store's catalogue, or Tmall where that is out of date."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator

from campaigns.links.services import items_on_sale
from campaigns.models import Catalogue, Item, ItemStatus
from campaigns.models.item import ItemQuerySet
from merchants.models import Store
from portal.lib import days
from portal.lib.destinations import BadDestination, parse_destination
from portal.lib.scope import Hat, scope

A_PAGE = 20
STALE = timedelta(hours=26)  # a night that was missed


@dataclass(frozen=True, slots=True)
class Offer:
    """An item as the picker shows it; one that is not on sale is shown, and can't be picked."""

    num_iid: str
    title: str
    price_fen: int
    picture: str
    status: ItemStatus

    @property
    def is_on_sale(self) -> bool:
        return self.status == ItemStatus.ON_SALE and self.price_fen > 0


@dataclass(frozen=True, slots=True)
class Offers:
    """A page of what was found. `known_at` is None where Tmall was asked just now."""

    items: list[Offer]
    total: int = 0
    problem: str = ""
    known_at: datetime | None = None
    page: "Page[Item] | None" = None

    @property
    def is_cut(self) -> bool:
        return self.page is None and self.total > len(self.items)


def offers_of(store: Store, *, q: str = "", number: str | int | None = 1) -> Offers:
    """Find items by title, number or pasted address; call outside any transaction."""
    with scope(Hat.WEB, brand=store.brand_id):
        known = Catalogue.objects.filter(brand_id=store.brand_id, store=store).first()
        if known and known.known_until and known.known_until > days.known_now() - STALE:
            items = Item.objects.filter(brand_id=store.brand_id, store=store).still_there()
            page = Paginator(found_by(items, q).on_sale_first(), A_PAGE).get_page(number)
            offers = [_offer(item) for item in page]
            return Offers(offers, page.paginator.count, known_at=known.known_until, page=page)
    return _ask_tmall(store, q)


def found_by(items: ItemQuerySet, q: str) -> ItemQuerySet:
    """Narrow to what the words, the number or the pasted address name."""
    try:
        destination = parse_destination(q.strip())
    except BadDestination:
        return items.named_like(q.strip()) if q.strip() else items
    return items.filter(num_iid__startswith=destination.item_id) if destination.item_id else items


def _ask_tmall(store: Store, q: str) -> Offers:
    shelf = items_on_sale(store, q=q)
    offers = [
        Offer(item.num_iid, item.title, item.price_fen, item.picture, ItemStatus.ON_SALE)
        for item in shelf.items
    ]
    return Offers(offers, shelf.total, shelf.problem)


def _offer(item: Item) -> Offer:
    status = ItemStatus(item.status)
    return Offer(item.num_iid, item.title, item.price_fen, item.picture_url, status)
