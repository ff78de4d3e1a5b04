"""Leading a link to another item, when its own can't be bought any more."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Abs
from django.utils.translation import gettext as _

from campaigns.links.rules import Wish, objection_to_note, objection_to_target
from campaigns.links.services import TITLE, NotAttachable, ground_of, own_item, put_forward
from campaigns.links.similar import Likeness, rank
from campaigns.models import Item, Link, LinkCheck, LinkHealth, LinkStatus, LinkText, LinkTrouble
from campaigns.models.item import ItemQuerySet
from campaigns.models.link import MOVES
from merchants.models import IllegalMove, Store, User
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
    with scope(Hat.WEB, brand=link.brand_id, user=by.pk):
        store = Store.objects.get(pk=link.store_id)
        _refuse_what_is_known(link, store, num_iid)
    wish = Wish(
        destination=Destination(ITEM, item_id=num_iid),
        text=LinkText(link.text),
        is_marked_as_ad=True,
    )
    told = own_item(store, wish)
    if not told.price_fen:
        raise NotAttachable(_("The price of this item is 0 at the moment."))
    with scope(Hat.WEB, brand=link.brand_id, user=by.pk):
        try:
            _lead_to(link, num_iid, told.title[:TITLE], by=by)
        except IllegalMove as problem:
            raise NotAttachable(str(problem)) from problem


def _nearest(lost: Item | None, shelf: ItemQuerySet) -> Sequence[Item]:
    if lost is None:
        return list(shelf.by_title()[:NEAREST])
    closest = Abs(F("price_fen") - lost.price_fen)
    same = list(shelf.filter(cid=lost.cid).order_by(closest, "pk")[:NEAREST])
    others = shelf.exclude(cid=lost.cid).order_by(closest, "pk")[: NEAREST - len(same)]
    return [*same, *others]


def _refuse_what_is_known(link: Link, store: Store, num_iid: str) -> None:
    ground = ground_of(store)
    found = []
    if store.is_released:
        found.append(
            _("%(store)s was released to another brand; no new links can be attached.")
            % {"store": store.title}
        )
    if LinkStatus.IN_REVIEW not in MOVES[LinkStatus(link.status)]:
        found.append(
            _("The item of this link can't be changed while it is: %(status)s.")
            % {"status": link.get_status_display()}
        )
    if num_iid == link.item_id:
        found.append(_("The link leads to this item already."))
    found.append(objection_to_target(ITEM, ground.policy))
    found.append(objection_to_note(link.note.source, ground.policy))
    if reasons := [reason for reason in found if reason]:
        raise NotAttachable(*reasons)


@transaction.atomic
def _lead_to(link: Link, num_iid: str, title: str, *, by: User) -> None:
    """Change the destination and start anew: what was approved was the other one."""
    before = link.item_title or link.item_id or link.shop
    link.move_to(LinkStatus.IN_REVIEW, by=by, note=f"{before} → {title}")
    parts = {"target": ITEM, "item_id": num_iid, "item_title": title, "shop": ""}
    Link.objects.filter(pk=link.pk).update(**parts)
    link.move_to(LinkStatus.DRAFT, by=by)
    put_forward([link], by=by)
    _note_answer(link, num_iid)
    link.refresh_from_db()


def _note_answer(link: Link, num_iid: str) -> None:
    """Tmall has just said that the new item is on sale."""
    own = {"brand_id": link.brand_id, "store_id": link.store_id, "link": link}
    now = days.known_now()
    state = {"trouble": LinkTrouble.FINE, "item_id": num_iid, "since": now, "checked_at": now}
    known = LinkHealth.objects.filter(brand_id=link.brand_id, link=link)
    if not known.update(**state, unanswered_since=None, home="", move=None):
        LinkHealth.objects.create(**own, **state)
    LinkCheck.objects.create(**own, trouble=LinkTrouble.FINE, item_id=num_iid, at=now)
