"""Telling the webhooks of a brand what became of links."""

from collections.abc import Iterable

from django.urls import reverse

from campaigns.models import Link
from merchants.models import Store
from merchants.webhook_events import Fact, announce


def announce_links(kind: str, store: Store, links: Iterable[Link]) -> None:
    """Announce the same of each link; one statement for all of them."""
    facts = [
        Fact(
            reverse("campaigns:link", args=[store.brand.slug, link.pk]),
            {"link": link.pk, "note": link.note.note_id},
        )
        for link in links
    ]
    announce(kind, store.brand, *facts, store=store)
