"""What an import owes: its check, and once somebody asked for it, its application.

Part by part, each in a transaction that first looks whether the part is still to be done: so a
worker may die between two, and two workers do no part twice.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from zlib import crc32

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from campaigns.imports.by_day import ByDay
from campaigns.imports.formats import FORMATS, FileFormat
from campaigns.imports.intake import unpack
from campaigns.imports.rows import Parsed, Seen, as_told, digest, not_told_by_api, parse_part
from campaigns.models import (
    FileImport,
    FilePart,
    ImportStatus,
    PulledPage,
    QuarantinedRow,
    Source,
)
from campaigns.reports.base import Place, compare_facts, merge_facts
from merchants.models import IllegalMove
from portal.lib import days
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

REASON = 200
NEVER_CHECKED = _("The file could not be checked to its end.")


@dataclass(slots=True)
class Counts:
    """What a check finds, part by part."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    refused: int = 0
    doubted: int = 0
    days: set[date] = field(default_factory=set)
    windows: set[int] = field(default_factory=set)
    by_day: ByDay = field(default_factory=ByDay)

    def add(self, size: int, parsed: Parsed, new: int, changed: int) -> None:
        self.rows += size
        self.new += new
        self.changed += changed
        self.refused += len(parsed.refused)
        self.doubted += parsed.doubted
        self.days |= {row["day"] for row in parsed.rows}
        self.windows |= {row["window_days"] for row in parsed.rows if "window_days" in row}
        self.by_day.add(parsed)

    def columns(self) -> dict[str, object]:
        return {
            "row_count": self.rows,
            "new_count": self.new,
            "changed_count": self.changed,
            "refused_count": self.refused,
            "doubted_count": self.doubted,
            "first_day": min(self.days, default=None),
            "last_day": max(self.days, default=None),
            "windows": sorted(self.windows),
            "by_day": self.by_day.column(),
        }


def work_on(import_id: int) -> None:
    """Do what the import owes; an attempt that fails is counted before it is begun."""
    with scope(Hat.NIGHT):
        mine = FileImport.objects.owing().filter(pk=import_id)
        if not mine.update(attempts=F("attempts") + 1):
            return
    check(import_id)
    apply(import_id)
    with scope(Hat.NIGHT):
        FileImport.objects.filter(pk=import_id).update(attempts=0)


def check(import_id: int) -> None:
    """Say of each row what applying it would do; the ledger is not touched. Safe to run twice."""
    found = _loaded(import_id, ImportStatus.READING)
    if found is None:
        return
    format_, counts = FORMATS[found.kind], Counts()
    seen = Seen(format_)
    with scope(Hat.NIGHT, brand=found.brand_id):
        if not _still_checked(found, done=0):
            return
        QuarantinedRow.objects.filter(file_import=found).delete()
    for number in range(1, found.part_count + 1):
        with override(found.language), scope(Hat.NIGHT, brand=found.brand_id):
            part = unpack(FilePart.objects.get(file_import=found, number=number))
            parsed = parse_part(format_, part, seen)
            rows = not_told_by_api(found, format_, parsed.rows)
            told = compare_facts(format_.facts, _place(found), rows, untold=_untold(found, format_))
            if not _still_checked(found, done=number):
                return
            counts.add(len(part), parsed, *told)
            _quarantine(found, format_, parsed)
    with scope(Hat.NIGHT, brand=found.brand_id):
        _finish(found, ImportStatus.CHECKED, counts.columns())


def apply(import_id: int) -> None:
    """Merge the parts into the ledger, from the first that is not. Safe to run twice."""
    found = _loaded(import_id, ImportStatus.APPLYING)
    if found is None:
        return
    format_ = FORMATS[found.kind]
    while _apply_part(found, format_):
        pass
    with scope(Hat.NIGHT, brand=found.brand_id):
        _finish(found, ImportStatus.APPLIED, {"applied_at": days.known_now()})


def forget(now: datetime) -> int:
    """Forget the rows of files that nobody needs any more, and return how many parts that were.

    What was applied, and from which file, stays. Within the night's scope.
    """
    old = FileImport.objects.forgettable(now)
    for found in old.filter(status=ImportStatus.CHECKED, parts__isnull=False).distinct():
        found.discard(by=None)
    for found in old.filter(status=ImportStatus.READING):
        with override(found.language):
            found.move_to(ImportStatus.REFUSED, changes={"error": str(NEVER_CHECKED)})
    return FilePart.objects.filter(file_import__in=old).delete()[0]


def _apply_part(found: FileImport, format_: FileFormat) -> bool:
    """Merge the next part and keep its receipt; return whether there was one."""
    with override(found.language), scope(Hat.NIGHT, brand=found.brand_id):
        mine = FileImport.objects.select_for_update(of=["self"])
        locked = mine.get(pk=found.pk)
        number = locked.done_parts + 1
        if locked.status != ImportStatus.APPLYING or number > locked.part_count:
            return False
        part = unpack(FilePart.objects.get(file_import=found, number=number))
        refused = QuarantinedRow.objects.filter(file_import=found, number__isnull=False)
        skipped = frozenset(row.number or 0 for row in refused.only("number"))
        parsed = parse_part(format_, part, Seen(format_), skipped)
        ensure_months(format_.facts.ledger(), {row["day"] for row in parsed.rows})
        with _alone(found, format_):
            changed = _merge(locked, format_, number, parsed)
        FileImport.objects.filter(pk=found.pk).update(
            done_parts=number, attempts=0, applied_count=F("applied_count") + changed
        )
    return True


def _still_checked(found: FileImport, *, done: int) -> bool:
    """Count the parts checked, unless another worker has come to the end before.

    From then on the same column counts the parts applied: one too many would be left out.
    """
    mine = FileImport.objects.filter(pk=found.pk, status=ImportStatus.READING)
    return bool(mine.update(done_parts=done))


def _merge(found: FileImport, format_: FileFormat, number: int, parsed: Parsed) -> int:
    known_at = days.known_now()
    receipt = PulledPage.objects.create(
        brand_id=found.brand_id,
        store_id=found.store_id,
        file_import=found,
        owed_on=known_at.date(),
        pull=found.pull,
        number=number,
        sha256=found.sha256,
        keys=[],
        refused=len(parsed.refused),
        known_at=known_at,
    )
    place = _place(found, page_id=receipt.pk, known_at=known_at)
    rows = not_told_by_api(found, format_, parsed.rows)
    changed = merge_facts(format_.facts, place, rows, untold=_untold(found, format_))
    PulledPage.objects.filter(pk=receipt.pk).update(changed=changed)
    return changed


@contextmanager
def _alone(found: FileImport, format_: FileFormat) -> Iterator[None]:
    """Let no two files of a store open the same fact at once."""
    with connection.cursor() as cursor:
        table = crc32(format_.facts._meta.db_table.encode()) % 2**31
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [table, found.store_id % 2**31])
    yield


def _untold(found: FileImport, format_: FileFormat) -> list[str]:
    """Return the figures that this file has no column for: what another source told stays."""
    figures = {name for name, _type in format_.facts.ledger().values}
    read = {column.name for column in format_.columns} - set(found.absent)
    made = {*format_.told, *(["task_id"] if found.kind == "star_task" else [])}
    return sorted(figures - read - made)


def _place(found: FileImport, *, page_id: int = 0, known_at: datetime | None = None) -> Place:
    return Place(
        brand_id=found.brand_id,
        store_id=found.store_id,
        page_id=page_id,
        known_at=known_at or days.known_now(),
        source=Source.FILE,
    )


def _quarantine(found: FileImport, format_: FileFormat, parsed: Parsed) -> None:
    rows = [(number, as_told(format_, cells), reason) for number, cells, reason in parsed.refused]
    QuarantinedRow.objects.bulk_create(
        [
            QuarantinedRow(
                brand_id=found.brand_id,
                store_id=found.store_id,
                file_import=found,
                number=number,
                row_hash=digest(raw),
                raw=raw,
                reason=reason[:REASON],
            )
            for number, raw, reason in rows
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def _finish(found: FileImport, target: ImportStatus, changes: dict[str, object]) -> None:
    """Of two workers that come to the end one says so."""
    try:
        found.move_to(target, changes=changes)
    except IllegalMove:
        logger.info("import %s was finished by another worker", found.pk)


def _loaded(import_id: int, status: ImportStatus) -> FileImport | None:
    with scope(Hat.NIGHT):
        return FileImport.objects.filter(pk=import_id, status=status).first()
