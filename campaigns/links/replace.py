"""Leading a link to another item, when its own can't be bought any more."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import F
from django.db.models.functions import Abs
from django.utils.translation import gettext as _

from campaigns.links.ground import NotAttachable
from campaigns.links.review import wish_of
from campaigns.links.services import edit_link
from campaigns.links.similar import Likeness, rank
from campaigns.models import Item, Link, LinkCheck, LinkHealth, LinkTrouble
from campaigns.models.item import ItemQuerySet
from merchants.models import IllegalMove, User
from portal.lib import days
from portal.lib.destinations import ITEM, Destination
from portal.lib.scope import Hat, scope

NEAREST = 200  # of a store's shelf, by category and price; the rule ranks no more


def replacements(link: Link, *, most: int = 3) -> list[Likeness]:
    """Return what may stand in for the link's item; within a scope of its brand."""
    shelf = Item.objects.filter(brand_id=link.brand_id, store_id=link.store_id)
    lost = shelf.filter(num_iid=link.item_id).first()
    return rank(lost, link.item_title, _nearest(lost, shelf.on_sale()))[:most]


def replace_item(link: Link, num_iid: str, *, by: User) -> None:
    """Lead the link to another item of its store, and send it on its way again.

    Call outside any transaction; raises NotAttachable with the reasons. The note, the text and
    the short link stay, and so do the taps.
    """
    if num_iid == link.item_id:
        raise NotAttachable(_("The link leads to this item already."))
    wish = replace(wish_of(link), destination=Destination(ITEM, item_id=num_iid))
    try:
        edit_link(link, wish, by=by)
    except IllegalMove as problem:
        raise NotAttachable(str(problem)) from problem
    with scope(Hat.WEB, brand=link.brand_id, user=by.pk):
        _note_answer(link, num_iid)


def _nearest(lost: Item | None, shelf: ItemQuerySet) -> Sequence[Item]:
    if lost is None:
        return list(shelf.by_title()[:NEAREST])
    closest = Abs(F("price_fen") - lost.price_fen)
    same = list(shelf.filter(cid=lost.cid).order_by(closest, "pk")[:NEAREST])
    others = shelf.exclude(cid=lost.cid).order_by(closest, "pk")[: NEAREST - len(same)]
    return [*same, *others]


def _note_answer(link: Link, num_iid: str) -> None:
    """Tmall has just said that the new item is on sale."""
    now = days.known_now()
    LinkHealth.objects.update_or_create(
        brand_id=link.brand_id,
        link=link,
        defaults={
            "store_id": link.store_id,
            "trouble": LinkTrouble.FINE,
            "item_id": num_iid,
            "since": now,
            "checked_at": now,
            "unanswered_since": None,
            "home": "",
            "move": None,
        },
    )
    LinkCheck.objects.create(
        brand_id=link.brand_id,
        store_id=link.store_id,
        link=link,
        trouble=LinkTrouble.FINE,
        item_id=num_iid,
        at=now,
    )
