"""Attaching a link to a note. Tmall is asked between two short transactions, never inside one."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.links.ground import NotAttachable, ground_of
from campaigns.links.health_law import judge
from campaigns.links.review import put_forward
from campaigns.links.rules import (
    UNKNOWN_GOODS,
    Goods,
    Ground,
    Wish,
    case_of,
    objections,
    objections_to_draft,
    objections_to_item,
    objections_to_store,
)
from campaigns.models import Item as CatalogueItem
from campaigns.models import Link, LinkStatus, Note
from merchants import link_reasons
from merchants.connections import call_top
from merchants.models import Connection, DomainTaken, Participation, Partner, Store, User
from portal.lib.days import known_now
from portal.lib.destinations import ITEM
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent, Rejected, Unavailable
from portal.partners.top import Item

KEPT_UNJUDGED = (LinkStatus.DRAFT, LinkStatus.IN_REVIEW)  # what is being edited of these waits
SHELF = 20
TITLE = 120


@dataclass(frozen=True, slots=True)
class Shelf:
    """Items of the store on sale, or the reason why they can't be shown."""

    items: tuple[Item, ...] = ()
    total: int = 0
    problem: str = ""


def items_on_sale(store: Store, *, q: str = "") -> Shelf:
    """Ask Tmall what the store sells; call outside any transaction."""
    try:
        page = call_top(_consent(store), lambda top: top.onsale_items(1, SHELF, q=q))
    except NotAttachable as refusal:
        return Shelf(problem=refusal.reasons[0])
    except (Unavailable, Rejected, NeedsConsent) as failure:
        return Shelf(problem=_what_failed(failure))
    return Shelf(page.items, page.total)


def attach_link(note: Note, wish: Wish, *, by: User) -> Link:
    """Check every rule, attach the link and hand it in, or raise NotAttachable.

    A draft is only kept. Call outside any transaction. Of two at a time one attaches; the other
    is told.
    """
    with scope(Hat.WEB, brand=note.brand_id, user=by.pk):
        ground = ground_of(Store.objects.get(pk=note.store_id))
        has_open_link = note.links.not_ended().exists()
    store = ground.store
    goods = _judge(wish, note, ground, has_open_link=has_open_link)
    with scope(Hat.WEB, brand=note.brand_id, user=by.pk):
        if not wish.is_draft:
            _refuse_unless_it_takes_part(store)
        _settle_domain(store, wish)
        return _attach(note, wish, goods, by=by)


def edit_link(link: Link, wish: Wish, *, by: User) -> Link:
    """Change what a link asks for; whatever was approved of it has to be approved anew.

    Its jump stops at once, and a worker takes the component away before it creates another. Call
    outside any transaction.
    """
    with scope(Hat.WEB, brand=link.brand_id, user=by.pk):
        if link.status == LinkStatus.ENDED:
            raise NotAttachable(_("An ended link stays as it was. Attach another to the note."))
        note, ground, others = link.note, ground_of(link.store), _other_open_links(link)
        if not _differs(link, wish):
            return link
    if link.status not in KEPT_UNJUDGED:
        wish = replace(wish, is_draft=False)  # it is handed in with the edit, whatever was pressed
    goods = _judge(wish, note, ground, has_open_link=others)
    with scope(Hat.WEB, brand=link.brand_id, user=by.pk):
        if not wish.is_draft:
            _refuse_unless_it_takes_part(ground.store)
        _settle_domain(ground.store, wish)
        return _change(link, wish, goods, by=by)


def _own_item(store: Store, wish: Wish) -> Item:
    """Return the item as Tmall knows it; it answers only for items of the consenting seller."""
    try:
        item = call_top(_consent(store), lambda top: top.item(wish.destination.item_id))
    except Rejected as refusal:
        raise NotAttachable(
            _("Tmall knows no such item of %(store)s (%(words)s).")
            % {"store": store.title, "words": refusal.code}
        ) from refusal
    except (Unavailable, NeedsConsent) as failure:
        raise NotAttachable(_what_failed(failure)) from failure
    if reasons := objections_to_item(item, wish):
        raise NotAttachable(*reasons)
    return item


def _consent(store: Store) -> Connection:
    with scope(Hat.WEB, brand=store.brand_id):
        consent = store.connections.connected().filter(partner=Partner.TOP).first()
    if consent is None:
        raise NotAttachable(
            _("%(store)s has no valid consent at Tmall. Connect it again on the store's page.")
            % {"store": store.title}
        )
    return consent


def _what_failed(failure: Unavailable | Rejected | NeedsConsent) -> str:
    if isinstance(failure, NeedsConsent):
        return _("Tmall no longer accepts the consent. Connect the store again on its page.")
    if isinstance(failure, Rejected):
        return _("Tmall refused the question (%(words)s).") % {"words": failure.code}
    return _("Tmall does not answer right now. Nothing was saved; please try again shortly.")


def _refuse_unless_it_takes_part(store: Store) -> None:
    """Asked again: while Tmall answered, the store may have been restricted, or released."""
    store.refresh_from_db(fields=["released_at"])
    if reasons := objections_to_store(store, Participation.objects.status_of(store)):
        raise NotAttachable(*reasons)


def _settle_domain(store: Store, wish: Wish) -> None:
    if wish.destination.kind == ITEM or store.domain:
        return
    try:
        store.state_domain(wish.destination.shop)
    except DomainTaken as clash:
        raise NotAttachable(
            _("This address was confirmed for another store. Please ask the platform.")
        ) from clash


def _attach(note: Note, wish: Wish, goods: Goods, *, by: User) -> Link:
    try:
        with transaction.atomic():
            link = note.links.create(
                brand_id=note.brand_id,
                store_id=note.store_id,
                created_by=by,
                **_columns(wish, goods),
                **_confirmed(wish, by),
            )
            if not wish.is_draft:
                put_forward([link], by=by)
            link.refresh_from_db(fields=["status", "questions", "policy"])
    except IntegrityError as clash:
        raise NotAttachable(_("Someone else just attached a link to this note.")) from clash
    return link


@transaction.atomic
def _change(link: Link, wish: Wish, goods: Goods, *, by: User) -> Link:
    """Write the new parts; of what a reviewer has before them, the review begins anew."""
    row = Link.objects.select_for_update(of=["self"]).get(pk=link.pk)
    if row.status == LinkStatus.ENDED:
        raise NotAttachable(_("Someone else just ended this link. Nothing was changed."))
    if wish.is_draft and row.status not in KEPT_UNJUDGED:
        raise NotAttachable(_("Someone else just changed this link."))
    if row.status == LinkStatus.IN_REVIEW:
        row.move_to(LinkStatus.DRAFT, by=by, note=link_reasons.TO_EDIT)
    confirmed = {} if row.is_marked_as_ad and wish.is_marked_as_ad else _confirmed(wish, by)
    Link.objects.filter(pk=row.pk).update(**_columns(wish, goods), **confirmed)
    if row.status != LinkStatus.DRAFT or not wish.is_draft:
        put_forward([row], by=by, note=_edited(row, goods))
    row.refresh_from_db()
    return row


def _edited(row: Link, goods: Goods) -> str:
    """Say in the log that the link was edited, and what it led to if that is no longer so."""
    before = row.item_title or row.item_id or row.shop
    after = goods.title or before
    return link_reasons.kept(
        [link_reasons.EDITED], f"{before} → {after}" if after != before else ""
    )


def _judge(wish: Wish, note: Note, ground: Ground, *, has_open_link: bool) -> Goods:
    """Return what the link sells, or raise NotAttachable with all that stands against it."""
    found = objections(wish, note, ground, has_open_link=has_open_link)
    if wish.is_draft:
        found = objections_to_draft(wish, note, ground, has_open_link=has_open_link)
    if found:
        raise NotAttachable(*found)
    goods = _goods_of(wish, ground.store)
    judgement = judge(case_of(wish, note, ground.store, goods))
    if judgement.barred and not wish.is_draft:
        raise NotAttachable(judgement.barred)
    return goods


def _goods_of(wish: Wish, store: Store) -> Goods:
    """Ask Tmall for the item, for a draft only our catalogue; a store's page sells no one thing."""
    if wish.destination.kind != ITEM:
        return UNKNOWN_GOODS
    if not wish.is_draft:
        item = _own_item(store, wish)
        return Goods(item.title[:TITLE], item.cid)
    with scope(Hat.WEB, brand=store.brand_id):
        rows = CatalogueItem.objects.filter(store=store, num_iid=wish.destination.item_id)
        known = rows.first()
    return Goods(known.title, known.cid) if known else UNKNOWN_GOODS


def _columns(wish: Wish, goods: Goods) -> dict[str, Any]:  # Any: as create() and update() take
    return {
        "target": wish.destination.kind,
        "item_id": wish.destination.item_id,
        "item_title": goods.title,
        "shop": wish.destination.shop,
        "text": wish.text,
        "position": wish.position,
        "buying_mode": wish.buying_mode,
        "shares_health": wish.shares_health,
        "contest": wish.contest,
    }


def _confirmed(wish: Wish, by: User) -> dict[str, Any]:  # Any: as above
    """Keep who confirmed the mark 广告, and when."""
    if not wish.is_marked_as_ad:
        return {"marked_as_ad_by": None, "marked_as_ad_at": None}
    return {"marked_as_ad_by": by, "marked_as_ad_at": known_now()}


def _differs(link: Link, wish: Wish) -> bool:
    if link.status in (LinkStatus.DRAFT, LinkStatus.REJECTED):
        return True  # to save it is to hand it in
    now = _columns(wish, Goods(link.item_title))
    return link.is_marked_as_ad != wish.is_marked_as_ad or any(
        getattr(link, name) != value for name, value in now.items()
    )


def _other_open_links(link: Link) -> bool:
    return link.note.links.not_ended().exclude(pk=link.pk).exists()
