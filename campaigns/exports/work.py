"""Making what is owed: one attempt at a time, some rows at a time, the file whole or not at all.

An attempt is a lease with a number, written down before it begins and renewed with each batch. A
worker that dies leaves the lease to run out, and the next attempt starts anew; one that is late
finds that its number no longer counts. The file, its state and the notice are one transaction.
"""

import json
import logging
import shutil
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import override

from campaigns.exports.file import File, Gone
from campaigns.exports.files import file_of, form_of
from campaigns.models import Export, ExportKind, ExportPart, ExportStatus, ExportTrouble
from campaigns.models.export import KEPT, LEASE, may_ask
from campaigns.results.files import Line
from merchants.access import standing_of
from merchants.models import Membership, NoticeKind, Store
from merchants.notices import notify_person
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.lib.sheets import INTO

logger = logging.getLogger(__name__)

BATCH = 2_000  # rows between two signs of life
PART = 1 << 20  # bytes
LEFT = 3_600  # seconds after which nobody works in a folder any more


class NotMade(Exception):
    """Nobody can make it, however often it is tried."""

    def __init__(self, trouble: ExportTrouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class Overtaken(Exception):
    """Another attempt has begun: this one was taken for dead."""


def hand_out() -> list[int]:
    """Return what is to be made; what failed too often is given up, and told of."""
    with scope(Hat.NIGHT):
        given_up = list(Export.objects.given_up().select_related("brand", "asked_by"))
        due = list(Export.objects.due().order_by("pk").values_list("pk", flat=True))
    for export in given_up:
        _fail(export, ExportTrouble.LOST)
    return due


def make(export_id: int) -> None:
    """Make the file if it is owed and nobody is at it; safe to run twice, and by two at a time."""
    export = _claim(export_id)
    if export is None:
        return
    with override(export.language):
        try:
            member = _still_entitled(export)
            with _folder(export) as folder, (folder / "file").open("w+b") as file:
                rows = _write(export, member, file, folder)
                _keep(export, file, rows)
        except NotMade as problem:
            _fail(export, problem.trouble)
        except Overtaken:
            logger.warning("export overtaken export=%s attempt=%s", export.pk, export.attempts)


def forget(now: datetime) -> int:
    """Forget files that have expired, and who asked for them. Within the night's scope."""
    old = list(Export.objects.expired(now).values_list("pk", flat=True))
    ExportPart.objects.filter(export__in=old).delete()
    Export.objects.filter(pk__in=old).delete()
    return len(old)


def _claim(export_id: int) -> Export | None:
    """Begin an attempt; of two that try one gets it."""
    with scope(Hat.NIGHT):
        mine = Export.objects.due().filter(pk=export_id)
        begun = {"attempts": F("attempts") + 1, "done_rows": 0}
        if not mine.update(lease_until=Now() + LEASE, **begun):
            return None
        return Export.objects.select_related("brand", "asked_by").get(pk=export_id)


def _still_entitled(export: Export) -> Membership:
    """Return the asker's place in the brand, as narrow as when they asked; or raise NotMade."""
    user = export.asked_by
    member = standing_of(user, export.brand.slug) if user.is_active else None
    may = member and may_ask(member, ExportKind(export.kind)) and member.covers(export.reach)
    if not member or not may:
        raise NotMade(ExportTrouble.NARROWED)
    member.narrowed_to = tuple(export.reach)
    return member


def _write(export: Export, member: Membership, file: IO[bytes], folder: Path) -> int:
    """Write the lines as they are read, each batch in a scope of its own; return the rows."""
    own = partial(
        scope, Hat.WEB, brand=member.brand_id, user=member.user_id, stores=member.narrowed_to
    )
    with own():
        form = form_of(ExportKind(export.kind), member, export.asked)
        if not form.is_valid():
            raise NotMade(ExportTrouble.GONE)
        try:
            found = file_of(ExportKind(export.kind), member, form, known_at=export.known_at)
        except Gone:
            raise NotMade(ExportTrouble.GONE) from None
    written = 0
    with INTO[export.ending](file, folder, export.known_at) as write:
        while batch := _next(found, own):
            write(batch)
            written += len(batch)
            _renew(export, min(written, export.rows))
    return found.rows


def _next(found: File, own: Callable[[], AbstractContextManager[None]]) -> list[Line]:
    with own():
        return list(islice(found.lines, BATCH))


def _renew(export: Export, done: int) -> None:
    """Say that the maker lives, and how far it is; raise Overtaken where it is not ours to say."""
    with scope(Hat.NIGHT, brand=export.brand_id):
        mine = Export.objects.held_by(export)
        if not mine.update(done_rows=done, lease_until=Now() + LEASE):
            raise Overtaken


def _keep(export: Export, file: IO[bytes], rows: int) -> None:
    """Keep the file, say that it is ready, and tell the asker: all at once or none of it."""
    size = file.seek(0, 2)
    file.seek(0)
    expires_at = days.known_now() + KEPT
    ready = {
        "status": ExportStatus.READY,
        "rows": rows,
        "done_rows": rows,
        "size": size,
        "part_count": -(-size // PART),
        "expires_at": expires_at,
        "lease_until": None,
    }
    with scope(Hat.NIGHT, brand=export.brand_id):
        if not Export.objects.held_by(export).update(**ready):
            raise Overtaken
        own = {"brand_id": export.brand_id, "export": export}
        for number, chunk in enumerate(iter(partial(file.read, PART), b""), 1):
            ExportPart.objects.create(**own, number=number, packed=zlib.compress(chunk, 1))
        until = days.business_day(expires_at).isoformat()
        _tell(export, NoticeKind.EXPORT_READY, rows=f"{rows:,}", day=until)
    logger.info("export made export=%s rows=%s bytes=%s", export.pk, rows, size)


def _fail(export: Export, trouble: ExportTrouble) -> None:
    said = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said[language] = str(trouble.label)
    with scope(Hat.NIGHT, brand=export.brand_id):
        failed = {"status": ExportStatus.FAILED, "trouble": trouble, "lease_until": None}
        if Export.objects.held_by(export).update(**failed):
            _tell(export, NoticeKind.EXPORT_FAILED, trouble=json.dumps(said))
            logger.warning("export not made export=%s trouble=%s", export.pk, trouble)


def _tell(export: Export, kind: NoticeKind, **parameters: str) -> None:
    """Tell the asker by a store that they reach: one narrowed to some sees no other's notices."""
    stores = Store.objects.filter(brand=export.brand_id)
    if export.store_id or export.reach:
        stores = stores.filter(pk__in=[export.store_id] if export.store_id else export.reach)
    page = reverse("campaigns:exports", args=[export.brand.slug])
    if store := stores.select_related("brand").oldest_first().first():
        notify_person(export.asked_by, store, kind, leads_to=page, file=export.name, **parameters)


@contextmanager
def _folder(export: Export) -> Iterator[Path]:
    """Make a folder for this attempt, and clear away what dead workers have left here."""
    above = Path(settings.VAR_DIR) / "exports"
    above.mkdir(parents=True, exist_ok=True)
    for left in above.iterdir():
        with suppress(FileNotFoundError):  # somebody else was faster
            if left.stat().st_mtime < time.time() - LEFT:
                shutil.rmtree(left, ignore_errors=True)
    folder = above / f"{export.pk}-{export.attempts}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
