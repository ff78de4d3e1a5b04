"""Ships clicks from the spool to PostgreSQL, for as long as it runs."""

import logging
import signal
import time
from argparse import ArgumentParser
from types import FrameType

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from campaigns.jump.shipping import Shipper
from campaigns.models import Heartbeat

logger = logging.getLogger(__name__)

PAUSE, LONG_PAUSE, BEAT = 0.5, 2.0, 10.0  # seconds


class Command(BaseCommand):
    help = "Ships clicks from the spool to PostgreSQL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="ship what is there, and end")

    def handle(self, *, once: bool, **options: object) -> None:
        shipper = Shipper(settings.SPOOL_DIR)
        if once:
            done = shipper.ship()
            print(f"{done.stored} stored, {done.aside} put aside, {done.damaged} damaged")
            return
        signal.signal(signal.SIGTERM, _end)
        beaten = -BEAT
        while True:
            try:
                if not shipper.ship():
                    time.sleep(PAUSE)
                if time.monotonic() - beaten > BEAT:
                    Heartbeat.objects.update_or_create(
                        name="shipper", defaults={"at": timezone.now()}
                    )
                    beaten = time.monotonic()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("clicks wait in the spool: %s", " ".join(str(error).split()))
                connection.close()
                time.sleep(LONG_PAUSE)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
