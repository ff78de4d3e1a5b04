"""Catalogues and what is known of links, written in the scope that may."""

from typing import Any

from campaigns.models import Catalogue, Link, LinkCheck, LinkHealth, LinkTrouble
from merchants.models import Store
from portal.lib import days
from portal.lib.scope import Hat, scope


def make_catalogue(store: Store, **fields: Any) -> Catalogue:
    fields = {"listed_at": days.known_now()} | fields
    with scope(Hat.NIGHT):
        return Catalogue.objects.create(brand_id=store.brand_id, store=store, **fields)


def make_health(link: Link, trouble: LinkTrouble = LinkTrouble.FINE, **fields: Any) -> LinkHealth:
    """Let a check have found this, with a row in the history."""
    own = {"brand_id": link.brand_id, "store_id": link.store_id, "link": link}
    fields = {"checked_at": days.known_now(), "item_id": link.item_id} | fields
    with scope(Hat.NIGHT):
        LinkCheck.objects.create(**own, trouble=trouble, item_id=link.item_id)
        return LinkHealth.objects.create(**own, trouble=trouble, **fields)
