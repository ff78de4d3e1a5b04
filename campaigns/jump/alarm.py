"""What staff are told of when clicks could not be kept: `/readyz` shows every heartbeat."""

import logging

from django.db import DatabaseError, connection
from django.utils import timezone

from campaigns.models import Heartbeat

logger = logging.getLogger(__name__)

LOST = "jump: clicks not kept"


def tell_lost(count: int) -> int:
    """Write down that clicks were answered and not kept; return how many are told of now."""
    logger.error("%s clicks were answered and not kept since this process began", count)
    try:
        Heartbeat.objects.update_or_create(name=LOST, defaults={"at": timezone.now()})
    except DatabaseError:
        connection.close()
        return 0
    return count
