from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.lib import days


class Command(BaseCommand):
    help = "Moves the demo's date on; the workers then pull the new night by themselves."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=1, help="how many days, 1 by default")

    def handle(self, *args: Any, **options: Any) -> None:
        count: int = options["days"]
        if not settings.DEMO:
            raise CommandError("Only the demo's date can be moved: set DEMO=1.")
        if count < 1:
            raise CommandError("Time only goes forward: --days is at least 1.")
        self.stdout.write(f"It is now {_move(count):%Y-%m-%d %H:%M} in Asia/Shanghai.")


def _move(count: int) -> datetime:
    moment = days.known_now() + timedelta(days=count)
    days.set_demo_clock(moment)
    return moment
