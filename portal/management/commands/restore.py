import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.lib.backup import Refused, read_backup
from portal.lib.database import admin_conninfo


class Command(BaseCommand):
    help = (
        "Restores a backup into a database that prepare_database has just made. Then migrate, and"
        " start everything."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            read_backup(admin_conninfo(os.environ, settings.VAR_DIR), folder)
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored from {folder}.")
