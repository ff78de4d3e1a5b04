"""Taking a file in: read in a process with limits, recognised, and its rows kept in parts."""

import hashlib
import unicodedata
import zlib
from contextlib import AbstractContextManager
from pathlib import Path

import orjson
from django.db import IntegrityError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.imports.layout import Layout, figures, recognise
from campaigns.imports.rows import Numbered, batches
from campaigns.imports.whose import Named, doubt_about
from campaigns.models import FileImport, FilePart, FileRoad, ImportStatus
from merchants.models import Store, User
from portal.lib.scope import Hat, scope
from portal.lib.sheets import REASONS, BadSheet, read_sheet

MOST_ROWS = 400_000
PART = 5_000  # rows that are merged, and told of by one receipt
NAME = 100


class AlreadyHere(Exception):
    """The same bytes were taken in for this store before."""

    def __init__(self, found: FileImport) -> None:
        super().__init__(found.name)
        self.found = found


def keep_file(
    store: Store, path: Path, *, name: str, by: User | None, road: FileRoad
) -> FileImport:
    """Keep the rows of a file that is recognised, or the reason why it is refused.

    Call outside any transaction. The same file again is AlreadyHere, unless the first was refused
    or discarded.
    """
    digest = _digest(path)
    with _scope(store, by):
        before = FileImport.objects.same_file(store, digest).first()
    if before:
        raise AlreadyHere(before)
    own = _about(store, digest, name, road) | {"uploaded_by": by}
    try:
        layout, parts, named = _read(path)
        with _scope(store, by):
            own["doubt"] = doubt_about(store, named.found, digest)
    except BadSheet as problem:
        with _scope(store, by):
            refused = {"status": ImportStatus.REFUSED, "error": str(problem)[:400]}
            return FileImport.objects.create(**own, **refused)
    return _keep(store, by, own, layout, parts)


def keep_failure(store: Store, path: Path, *, name: str, error: str) -> None:
    """Keep that a dropped file could not be worked on, unless an import of it tells already."""
    digest = _digest(path)
    with _scope(store, None):
        if FileImport.objects.same_file(store, digest).exists():
            return
        own = _about(store, digest, name, FileRoad.FOLDER)
        FileImport.objects.create(**own, status=ImportStatus.REFUSED, error=error)


def unpack(part: FilePart) -> list[Numbered]:
    rows: list[Numbered] = orjson.loads(zlib.decompress(part.packed))
    return rows


def plain_name(name: str) -> str:
    """Return the file's name as it may be shown: one line, nothing that hides or turns text."""
    plain = unicodedata.normalize("NFC", name)
    visible = "".join(c for c in plain if unicodedata.category(c)[0] != "C")
    return visible.strip()[:NAME] or _("file")


def _about(store: Store, digest: str, name: str, road: FileRoad) -> dict[str, object]:
    return {
        "brand_id": store.brand_id,
        "store": store,
        "name": plain_name(name),
        "sha256": digest,
        "language": get_language() or "",
        "road": road,
    }


def _keep(
    store: Store, by: User | None, own: dict[str, object], layout: Layout, parts: list[bytes]
) -> FileImport:
    found = {
        "kind": layout.format.kind,
        "absent": layout.absent,
        "left_out": list(layout.left_out),
        "part_count": len(parts),
    }
    try:
        with _scope(store, by):
            kept = FileImport.objects.create(**own, **found)
            for number, packed in enumerate(parts, 1):
                FilePart.objects.create(
                    brand_id=store.brand_id,
                    store=store,
                    file_import=kept,
                    number=number,
                    packed=packed,
                )
            return kept
    except IntegrityError:
        with _scope(store, by):
            raced = FileImport.objects.same_file(store, str(own["sha256"])).first()
        if raced is None:
            raise
        raise AlreadyHere(raced) from None


def _read(path: Path) -> tuple[Layout, list[bytes], Named]:
    rows = read_sheet(path, most=MOST_ROWS)
    layout, head = recognise(rows)
    named = Named(layout.format)
    told = named.passing(figures(rows, layout, head))
    parts = [zlib.compress(orjson.dumps(batch), 1) for batch in batches(told, PART)]
    if not parts:
        raise BadSheet(str(REASONS["empty"]))
    return layout, parts, named


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _scope(store: Store, by: User | None) -> AbstractContextManager[None]:
    """A person wears the web's hat; the command and the folder are nobody's."""
    if by is None:
        return scope(Hat.NIGHT, brand=store.brand_id)
    return scope(Hat.WEB, brand=store.brand_id, user=by.pk)
