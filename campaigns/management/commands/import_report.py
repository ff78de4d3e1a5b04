import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.imports import work
from campaigns.imports.folder import apply_now, verdict
from campaigns.imports.intake import AlreadyHere, keep_file
from campaigns.models import FileImport, FileRoad, ImportStatus, NotSure, QuarantinedRow
from merchants.models import Brand, Store
from portal.lib.scope import Hat, scope

SHOWN = 20
REFUSED, ROWS_REFUSED = 2, 1  # exit codes; 0: every row can be believed


class Command(BaseCommand):
    help = (
        "Checks a file of figures for a store and says what applying it would do; --apply does it."
        " Exit code 1: some rows are refused; 2: the whole file is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--brand", required=True, help="the short name of the brand")
        parser.add_argument("--store", help="the store's number at Tmall")
        parser.add_argument("--apply", action="store_true")
        parser.add_argument(
            "--sure", action="store_true", help="it is this store's file, against all appearance"
        )

    def handle(
        self, *, file: Path, brand: str, store: str | None, apply: bool, sure: bool, **options: Any
    ) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            found = keep_file(
                _store(brand, store), file, name=file.name, by=None, road=FileRoad.COMMAND
            )
        except AlreadyHere as same:
            found = same.found
        if found.status == ImportStatus.APPLIED:
            self.stdout.write("This file was applied already: nothing to do.")
            return
        if found.status == ImportStatus.REFUSED:
            self.stderr.write(found.error)
            sys.exit(REFUSED)
        try:
            apply_now(found, is_sure=sure) if apply else _check(found)
        except NotSure as doubt:
            self.stderr.write(f"{doubt} Add --sure to do so.")
            sys.exit(REFUSED)
        self._tell(found)

    def _tell(self, found: FileImport) -> None:
        with scope(Hat.NIGHT, brand=found.brand_id):
            found = FileImport.objects.get(pk=found.pk)
            rows = QuarantinedRow.objects.filter(file_import=found).order_by("number")
            refused = list(rows[:SHOWN])
        self.stdout.write(verdict(found))
        for row in refused:
            self.stdout.write(f"  row {row.number}: {row.reason}")
        if found.refused_count > SHOWN:
            self.stdout.write(f"  and {found.refused_count - SHOWN} more")
        applied = f"Applied: {found.applied_count} written."
        dry = "Nothing was written. Add --apply to do so."
        self.stdout.write(applied if found.status == ImportStatus.APPLIED else dry)
        if found.refused_count:
            sys.exit(ROWS_REFUSED)


def _check(found: FileImport) -> None:
    """A file that was checked before is checked anew: the ledger has gone on."""
    if found.status == ImportStatus.CHECKED:
        with scope(Hat.NIGHT, brand=found.brand_id):
            found.ask_to_check(by=None)
    work.check(found.pk)


def _store(slug: str, sid: str | None) -> Store:
    with scope(Hat.NIGHT):
        brand = Brand.objects.filter(slug=slug).first()
        if brand is None:
            raise CommandError(f"There is no brand {slug!r}.")
        stores = Store.objects.present().filter(brand=brand)
        found = list(stores.filter(sid=sid) if sid else stores.oldest_first())
    if len(found) != 1:
        raise CommandError(
            f"{brand} has {len(found)} such stores. Name one with --store and its number at Tmall."
        )
    return found[0]
