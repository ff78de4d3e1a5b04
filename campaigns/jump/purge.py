"""Clicks older than 180 days go, those in PostgreSQL and those that lie beside the spool."""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import connection

from portal.lib.days import known_now

logger = logging.getLogger(__name__)

KEPT = timedelta(days=180)


def purge_clicks() -> int:
    """Delete the clicks and return how many; the database holds the 180 days, not we."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT purge_clicks(%s)", [known_now()])
        (gone,) = cursor.fetchone()
    oldest = time.time() - KEPT.total_seconds()
    for path in (settings.SPOOL_DIR / "aside").glob("*"):
        if path.stat().st_mtime < oldest:
            path.unlink()
    logger.info("clicks purged=%s", gone)
    return int(gone)
