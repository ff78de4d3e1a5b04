"""Webhooks for tests, and what a receiver would do."""

import hashlib
import hmac

from merchants import webhooks
from merchants.models import Brand, Store, WebhookDelivery, WebhookEndpoint
from merchants.webhook_events import Fact, announce
from merchants.webhook_kinds import KINDS
from portal.lib.scope import Hat, scope


def make_endpoint(brand: Brand, url: str, *kinds: str, **fields) -> tuple[WebhookEndpoint, str]:
    """Make an endpoint that is told of everything, or of these kinds; return it and its secret."""
    with scope(Hat.WEB, brand=brand.pk):
        made, secret = webhooks.add_endpoint(brand, url, kinds or sorted(KINDS), by=None)
        WebhookEndpoint.objects.filter(pk=made.pk).update(**fields)
        return made, secret


def owe(brand: Brand, *facts: Fact, kind: str = "link.rejected", store=None) -> None:
    page = f"/b/{brand.slug}/links/1/"
    with scope(Hat.WEB, brand=brand.pk):
        announce(kind, brand, *(facts or [Fact(page, {"link": 1})]), store=store)


def deliveries(**only) -> list[WebhookDelivery]:
    with scope(Hat.NIGHT):
        return list(WebhookDelivery.objects.filter(**only).order_by("pk"))


def delivery() -> WebhookDelivery:
    [only] = deliveries()
    return only


def change(**values) -> None:
    with scope(Hat.NIGHT):
        WebhookDelivery.objects.update(**values)


def endpoint_now(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    with scope(Hat.NIGHT):
        return WebhookEndpoint.objects.get(pk=endpoint.pk)


def change_endpoint(endpoint: WebhookEndpoint, **values) -> None:
    with scope(Hat.WEB, brand=endpoint.brand_id):
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**values)


def signed_by(secret: str, seen) -> bool:
    """Read the header as its documentation says, with nothing of ours."""
    parts = [part.split("=", 1) for part in seen.headers["redcat-signature"].split(",")]
    [moment] = [value for name, value in parts if name == "t"]
    expected = hmac.new(secret.encode(), moment.encode() + b"." + seen.body, hashlib.sha256)
    return expected.hexdigest() in [value for name, value in parts if name == "v1"]


def make_delivery(store: Store, path: str = "/redcat") -> WebhookDelivery:
    """Make an endpoint of the store's brand, and owe it an event of the store."""
    endpoint, _secret = make_endpoint(store.brand, f"https://hooks.example.com{path}")
    fact = Fact(f"/b/{store.brand.slug}/stores/{store.pk}/", {"application": 1})
    owe(store.brand, fact, kind="application.approved", store=store)
    return deliveries(endpoint=endpoint, store=store)[-1]
