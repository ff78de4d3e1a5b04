"""Consents end by themselves: renew in time what can be renewed, tell the owners of the rest.

Each function finds rows or does one; all of them may run twice, or two at a time.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from merchants import connections
from merchants.models import Connection, ConnectionState, NoticeKind
from merchants.notices import notify_owners
from merchants.webhook_events import announce_of_store
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent, Unavailable

logger = logging.getLogger(__name__)

RENEW_AHEAD = timedelta(days=14)  # leaves a week of tries before the owners are told
RENEW_AGAIN = timedelta(hours=20)  # where a renewal prolongs nothing, one a day is enough
SAME_END = timedelta(days=1)  # a partner that doesn't prolong a consent tells its end in seconds


def due_for_renewal() -> list[int]:
    """Return the connections that nobody has called for long: their tokens would die unused."""
    with scope(Hat.NIGHT):
        return list(_due().order_by("refresh_expires_at").values_list("pk", flat=True))


def renew(connection_id: int) -> None:
    """Renew the tokens if that is still due; a partner that is down is asked at the next tick."""
    with scope(Hat.NIGHT):
        connection = _due().filter(pk=connection_id).first()
    if connection is None:
        return
    try:
        connections.renew(connection)
    except NeedsConsent as refusal:  # the row says so by now, and its people are told
        logger.warning("not renewed connection=%s: %s", connection_id, refusal.message)
    except Unavailable as failure:
        logger.warning("not renewed yet connection=%s: %s", connection_id, failure.message)


def untold() -> list[int]:
    """Return the connections of whose end the owners are still to be told."""
    with scope(Hat.NIGHT):
        return list(_untold().order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def tell(connection_id: int) -> None:
    """Tell the owners once for each end of a consent: who marks the row tells."""
    with scope(Hat.NIGHT):
        marked = _untold().filter(pk=connection_id).update(expiry_told=F("refresh_expires_at"))
        if not marked:
            return
        connection = Connection.objects.select_related("store__brand").get(pk=connection_id)
        store, partner = connection.store, connection.partner
        day = days.business_day(connection.refresh_expires_at).isoformat()
        notify_owners(store, NoticeKind.CONSENT_EXPIRING, partner=partner, day=day)
        announce_of_store("connection.expiring", store, partner=partner, ends_on=day)


def _due() -> QuerySet[Connection]:
    rested = Q(renewed_at=None) | Q(renewed_at__lt=Now() - RENEW_AGAIN)
    return Connection.objects.ends_by(timezone.now() + RENEW_AHEAD).filter(rested)


def _untold() -> QuerySet[Connection]:
    new = Q(expiry_told=None) | Q(refresh_expires_at__gt=F("expiry_told") + SAME_END)
    return Connection.objects.in_state(ConnectionState.EXPIRING, timezone.now()).filter(new)
