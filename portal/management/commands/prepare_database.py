import os
from argparse import ArgumentParser
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from portal.lib import roles
from portal.lib.database import NotRunning, admin_conninfo, is_embedded, wait_until_ready


class Command(BaseCommand):
    help = "Creates the roles, the broker's schema and, on the embedded server, the database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--for-tests", action="store_true", help="also let the owner create databases"
        )
        parser.add_argument(
            "--migrate", action="store_true", help="also migrate, if anything is left to"
        )

    def handle(self, *, for_tests: bool, migrate: bool, **options: Any) -> None:
        try:
            wait_until_ready(os.environ, settings.VAR_DIR)
            prepare(for_tests=for_tests)
        except (NotRunning, roles.Unsafe, psycopg.Error) as error:
            raise CommandError(str(error).strip()) from error
        if migrate and is_behind():
            call_command("migrate", database="owner", interactive=False)


def is_behind() -> bool:
    """Ask as a start must: to migrate nothing costs as much as Django's own start."""
    executor = MigrationExecutor(connections["owner"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def prepare(*, for_tests: bool) -> None:
    embedded = is_embedded(os.environ)
    if embedded:
        server = admin_conninfo(os.environ, settings.VAR_DIR, "postgres")
        with psycopg.connect(server, autocommit=True) as admin:
            roles.create_database(admin)
    with psycopg.connect(admin_conninfo(os.environ, settings.VAR_DIR)) as admin:
        roles.prepare(admin, secret_key="" if embedded else settings.SECRET_KEY)
        if for_tests:
            roles.allow_test_databases(admin)
