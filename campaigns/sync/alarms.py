"""The one place where a night raises an alarm: in the log with its ids, and as a row for staff."""

import logging

from django.db.models.functions import Now

from campaigns.models import AlarmKind, SyncAlarm, SyncWindow
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)


def raise_alarm(window: SyncWindow, kind: AlarmKind, words: str) -> None:
    """Alarm once while it is unsettled; safe to call again. Not inside the page's transaction."""
    logger.error(
        "alarm %s brand=%s connection=%s window=%s report=%s day=%s: %s",
        *(kind.value, window.brand_id, window.connection_id, window.pk),
        *(window.report, window.day, words),
    )
    with scope(Hat.NIGHT, brand=window.brand_id):
        SyncAlarm.objects.bulk_create(
            [
                SyncAlarm(
                    brand_id=window.brand_id,
                    store_id=window.store_id,
                    window=window,
                    kind=kind,
                    words=words[:300],
                )
            ],
            ignore_conflicts=True,
        )


def settle(window: SyncWindow) -> None:
    """End the window's alarms, in the transaction that closes it."""
    SyncAlarm.objects.filter(brand_id=window.brand_id, window=window).unsettled().update(
        settled_at=Now()
    )
