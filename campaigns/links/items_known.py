"""What is known of items by their numbers: the catalogue first, and Tmall for a few besides."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from campaigns.links.rules import Wish, objections_to_item
from campaigns.links.sheet_rows import KnownItem
from campaigns.models import Item, ItemStatus, LinkText
from merchants.connections import call_top
from merchants.models import Connection, Partner, Store
from portal.lib.destinations import ITEM, Destination
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent, Rejected, Unavailable

ASKED = 10  # items that Tmall is asked for one by one; the catalogue is for the rest
TITLE = 120


def known_items(store: Store, numbers: Iterable[str]) -> dict[str, KnownItem]:
    """Return what is known of the items; call outside any transaction, for Tmall may be asked."""
    wanted = set(numbers)
    with scope(Hat.WEB, brand=store.brand_id):
        known = {
            item.num_iid: KnownItem(item.title, item.cid, _problem(item))
            for item in store.items.filter(num_iid__in=wanted)
        }
        consent = store.connections.connected().filter(partner=Partner.TOP).first()
    missing = sorted(wanted - known.keys())
    if consent and len(missing) <= ASKED:
        known |= _asked(consent, missing)
    return known


def _problem(item: Item) -> str:
    if item.status != ItemStatus.ON_SALE:
        return _("This item is not on sale at the moment.")
    if not item.price_fen:
        return _("The price of this item is 0 at the moment.")
    return ""


def _asked(consent: Connection, numbers: Iterable[str]) -> dict[str, KnownItem]:
    """Ask for one after the other, until Tmall doesn't answer: the next would wait as long."""
    known = {}
    for number in numbers:
        try:
            known[number] = _answer(consent, number)
        except (Unavailable, NeedsConsent):
            break
    return known


def _answer(consent: Connection, number: str) -> KnownItem:
    wish = Wish(
        destination=Destination(ITEM, item_id=number),
        text=LinkText.LEARN_MORE,
        is_marked_as_ad=True,
    )
    try:
        item = call_top(consent, lambda top: top.item(number))
    except Rejected as refusal:
        return KnownItem(
            problem=_("Tmall knows no such item of this store (%(words)s).")
            % {"words": refusal.code}
        )
    return KnownItem(item.title[:TITLE], item.cid, " ".join(objections_to_item(item, wish)))
