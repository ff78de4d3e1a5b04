"""Owe an event to the webhooks that are told of its kind, with the thing itself."""

from dataclasses import dataclass, field
from uuid import uuid4

from django.db import connection
from django.urls import reverse

from merchants import hints
from merchants.models import Brand, Store, WebhookEndpoint
from merchants.webhook_kinds import KINDS, Body, Data
from portal.lib.days import known_now


@dataclass(frozen=True, slots=True)
class Fact:
    """One event: the page where people see it, and the ids of what it is about."""

    page: str
    data: Data = field(default_factory=dict)


def is_told_to(brand_id: int, kind: str) -> bool:
    """Say whether any endpoint wants it, where a night would ask for its facts in vain.

    In the night's scope: others need not be allowed to see the endpoints.
    """
    told = WebhookEndpoint.objects.present().filter(brand_id=brand_id, kinds__contains=[kind])
    return told.exists()


def announce(kind: str, brand: Brand, *facts: Fact, store: Store | None = None) -> None:
    """Write what is owed, in the caller's transaction; one statement for any number of facts.

    The database looks for the endpoints: who causes an event need not be allowed to see them.
    """
    if not facts:
        return
    assert kind in KINDS  # noqa: S101 - a word of our own
    at, own = known_now(), {"store": store.pk} if store else {}
    bodies = [Body(uuid4(), kind, at, brand.slug, fact.page, own | fact.data) for fact in facts]
    values = [
        brand.pk,
        store.pk if store else None,
        kind,
        [body.event for body in bodies],
        [body.as_json for body in bodies],
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT owe_webhooks(%s, %s, %s, %s, %s)", values)
        (owed,) = cursor.fetchone()
    if owed:
        hints.deliver_soon()


def announce_of_store(kind: str, store: Store, **data: object) -> None:
    """Announce what people find on the store's page."""
    page = reverse("merchants:store", args=[store.brand.slug, store.pk])
    announce(kind, store.brand, Fact(page, data), store=store)
