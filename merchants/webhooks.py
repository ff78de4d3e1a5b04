"""What owners do with webhooks: add, change, pause, rotate, test, replay, delete."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from merchants import hints
from merchants.models import (
    Brand,
    DeliveryStatus,
    User,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookStatus,
)
from merchants.models.webhooks import KEPT, ROTATION
from merchants.services import Refused
from merchants.webhook_kinds import TEST, Body
from portal.lib.constraints import broken_rule
from portal.lib.days import known_now
from portal.lib.outgoing import parse

logger = logging.getLogger(__name__)

MOST = 10
TRIED_FOR = timedelta(days=3)
AGAIN = (DeliveryStatus.SENT, DeliveryStatus.FAILED)


@transaction.atomic
def add_endpoint(
    brand: Brand, url: str, kinds: Sequence[str], *, by: User
) -> tuple[WebhookEndpoint, str]:
    """Return the endpoint and its secret, which nobody reads again."""
    if brand.webhooks.systems().present().count() >= MOST:
        raise Refused(_("A brand has at most 10 webhooks. Delete one that is not needed."))
    endpoint = WebhookEndpoint(brand=brand, kinds=sorted(kinds), created_by=by)
    secret = endpoint.new_secret()
    _write_address(endpoint, url)
    logger.info("webhook added webhook=%s brand=%s", endpoint.pk, brand.pk)
    return endpoint, secret


@transaction.atomic
def change_endpoint(endpoint: WebhookEndpoint, url: str, kinds: Sequence[str]) -> None:
    """Have later events, and what is still owed, sent to this address."""
    endpoint.kinds = sorted(kinds)
    _write_address(endpoint, url)


@transaction.atomic
def pause_endpoint(endpoint: WebhookEndpoint, *, by: User) -> None:
    endpoint.move_to(WebhookStatus.PAUSED, by=by)


@transaction.atomic
def resume_endpoint(endpoint: WebhookEndpoint, *, by: User) -> None:
    """Send again, and at once what has been kept meanwhile."""
    endpoint.move_to(WebhookStatus.ACTIVE, by=by)
    _owe_again(endpoint.deliveries.filter(status=DeliveryStatus.OWED))


@transaction.atomic
def delete_endpoint(endpoint: WebhookEndpoint, *, by: User) -> None:
    """Forget its secrets and send nothing more; its log stays as long as any."""
    wiped = {"secret_sealed": b"", "older_sealed": b"", "older_until": None, "address_sealed": b""}
    endpoint.move_to(WebhookStatus.DELETED, by=by, changes=wiped)
    owed = endpoint.deliveries.filter(status=DeliveryStatus.OWED)
    owed.update(status=DeliveryStatus.FAILED, problem="deleted", settled_at=timezone.now())


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint) -> str:
    """Return a new secret; the one before signs beside it for 24 hours."""
    row = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    now = timezone.now()
    if row.status == WebhookStatus.DELETED:
        raise Refused(_("This webhook has just been deleted."))
    if row.is_rotating_at(now):
        raise Refused(_("Two secrets are in use already. End the older one first."))
    row.older_sealed, row.older_until = row.secret_sealed, now + ROTATION
    secret = row.new_secret()
    row.save(update_fields=["secret_sealed", "older_sealed", "older_until"])
    return secret


def end_rotation(endpoint: WebhookEndpoint) -> None:
    """Let the older secret sign nothing more."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(older_sealed=b"", older_until=None)


def send_test(endpoint: WebhookEndpoint) -> None:
    page = reverse("merchants:webhooks", args=[endpoint.brand.slug])
    body = Body(uuid4(), TEST, known_now(), endpoint.brand.slug, page, {})
    owe_test(endpoint, body.event, body.as_json)


@transaction.atomic
def owe_test(endpoint: WebhookEndpoint, event: UUID, body: str) -> None:
    """Owe the endpoint an event that is tried once."""
    if endpoint.status != WebhookStatus.ACTIVE:
        raise Refused(_("Resume the webhook before you test it."))
    WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)  # of two tests one waits
    if endpoint.deliveries.filter(kind=TEST, status=DeliveryStatus.OWED).exists():
        raise Refused(_("A test event is on its way already."))
    WebhookDelivery.objects.create(
        brand_id=endpoint.brand_id,
        endpoint=endpoint,
        host=endpoint.host,
        event_id=event,
        kind=TEST,
        body=body,
        give_up_at=timezone.now(),
    )
    hints.deliver_soon()


@transaction.atomic
def replay(delivery: WebhookDelivery) -> None:
    """Send it once more, with the same body and event id."""
    _refuse_where_off(delivery.endpoint)
    if not _owe_again(WebhookDelivery.objects.filter(pk=delivery.pk, status__in=AGAIN)):
        raise Refused(_("This delivery is on its way already."))


@transaction.atomic
def replay_failed(endpoint: WebhookEndpoint, *, since: datetime) -> int:
    """Send again what failed of the events since then; return how many."""
    _refuse_where_off(endpoint)
    return _owe_again(endpoint.deliveries.failed_since(since))


def purge() -> int:
    """Forget deliveries after 30 days, and secrets that sign no more. In the night's scope."""
    over = WebhookEndpoint.objects.filter(older_until__lt=timezone.now())
    over.update(older_sealed=b"", older_until=None)
    gone, _by_model = WebhookDelivery.objects.older_than(KEPT).delete()
    logger.info("webhook deliveries purged=%s", gone)
    return gone


def _write_address(endpoint: WebhookEndpoint, url: str) -> None:
    target = parse(url)
    endpoint.url, endpoint.host = target.url, target.host
    try:
        with transaction.atomic():
            endpoint.save(update_fields=["url", "host", "kinds"] if endpoint.pk else None)
    except IntegrityError as clash:
        if broken_rule(clash) != "webhook_url_once":
            raise
        raise Refused(_("Another webhook of the brand has this address already.")) from None


def _owe_again(deliveries: QuerySet[WebhookDelivery]) -> int:
    now = timezone.now()
    owed = deliveries.update(
        status=DeliveryStatus.OWED,
        attempts=0,
        not_before=now,
        give_up_at=now + TRIED_FOR,
        settled_at=None,
        problem="",
    )
    if owed:
        hints.deliver_soon()
    return owed


def _refuse_where_off(endpoint: WebhookEndpoint) -> None:
    if endpoint.status in {WebhookStatus.DISABLED, WebhookStatus.DELETED}:
        raise Refused(_("The webhook is switched off. Resume it first."))
