"""Attaching a link to a note. Tmall is asked between two short transactions, never inside one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.links.rules import (
    Ground,
    Wish,
    objections,
    objections_to_item,
    objections_to_store,
)
from campaigns.models import Link, LinkStatus, Note
from merchants.connections import call_top
from merchants.models import Connection, DomainTaken, Participation, Partner, Store, User
from merchants.standing import policy_in_force
from portal.lib import days
from portal.lib.destinations import ITEM
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent, Rejected, Unavailable
from portal.partners.top import Item

SHELF = 20
TITLE = 120


class NotAttachable(Exception):
    """The link was not attached; `reasons` are shown to the person."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Shelf:
    """Items of the store on sale, or the reason why they can't be shown."""

    items: tuple[Item, ...] = ()
    total: int = 0
    problem: str = ""

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.items)


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
    """Check every rule, attach the link and put it live, or raise NotAttachable.

    Call outside any transaction. Of two at a time one attaches; the other is told.
    """
    with scope(Hat.WEB, brand=note.brand_id, user=by.pk):
        ground = ground_of(Store.objects.get(pk=note.store_id))
        has_open_link = note.links.not_ended().exists()
    store = ground.store
    found = objections(wish, note, ground, has_open_link=has_open_link)
    if found:
        raise NotAttachable(*found)
    title = own_item(store, wish).title[:TITLE] if wish.destination.kind == ITEM else ""
    with scope(Hat.WEB, brand=note.brand_id, user=by.pk):
        _refuse_unless_it_takes_part(store)
        _settle_domain(store, wish)
        return _attach(note, wish, item_title=title, by=by)


def ground_of(store: Store) -> Ground:
    """Read what holds for every link of the store; within a scope of its brand."""
    return Ground(
        store=store,
        participation=Participation.objects.status_of(store),
        policy=policy_in_force(days.today()),
    )


def put_forward(links: Sequence[Link], *, by: User) -> None:
    """Send new links on their way, all in a few statements; within a scope of their brand."""
    Link.objects.move_all([link.pk for link in links], LinkStatus.LIVE, by=by)


def own_item(store: Store, wish: Wish) -> Item:
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


def _attach(note: Note, wish: Wish, *, item_title: str, by: User) -> Link:
    try:
        with transaction.atomic():
            link = note.links.create(
                brand_id=note.brand_id,
                store_id=note.store_id,
                target=wish.destination.kind,
                item_id=wish.destination.item_id,
                item_title=item_title,
                shop=wish.destination.shop,
                text=wish.text,
                created_by=by,
            )
            put_forward([link], by=by)
            link.refresh_from_db(fields=["status"])
    except IntegrityError as clash:
        raise NotAttachable(_("Someone else just attached a link to this note.")) from clash
    return link
