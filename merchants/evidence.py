"""Evidence on disk: checked by content, kept under VAR_DIR by hash alone, served to few."""

import hashlib
import os
import re
import tempfile
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from merchants.hints import requalify_soon
from merchants.models import Brand, Evidence, EvidenceKind, Store, User
from merchants.services import Refused, locked_store
from portal.lib import documents

LARGEST = settings.LARGEST_UPLOAD
MOST = 100  # files of a store, the replaced ones included: a disk is not endless
NAME = 100
# A file that names itself twice, as in licence.pdf.exe, counts on being misread.
SECOND_ENDING = re.compile(r"\.(?=[a-z0-9]*[a-z])[a-z0-9]{2,4}$", re.IGNORECASE)
# Nothing in the file may run or load anything, even where a browser opens it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was checked and is on disk."""

    sha256: str
    size: int
    content_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What the brand says of a file."""

    kind: EvidenceKind
    valid_until: date | None
    replaces: Evidence | None


def keep(brand: Brand, upload: "UploadedFile[bytes]") -> Kept:
    """Check the upload and keep it; takes seconds, so no transaction should be open.

    Raises Refused or documents.Unreadable, and then nothing stays on disk. A file without a
    row, left by a crash in between, is found by nobody and taken over by its next upload.
    """
    folder = _folder(brand.pk)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="new-") as draft:  # 0600
        sha256 = _copied(upload, draft)
        content_type = documents.content_type(Path(draft.name))
        name = clean_name(upload.name or "", content_type)
        with suppress(FileExistsError):  # the same content: the same file
            os.link(draft.name, folder / sha256)
        _synced(folder)
    return Kept(sha256, upload.size or 0, content_type, name)


@transaction.atomic
def add(store: Store, kept: Kept, stated: Stated, *, by: User) -> Evidence:
    """Put a kept file on the store's record; not while a reviewer is judging it."""
    store = locked_store(store)
    if store.applications.waiting().exists():
        raise Refused(_("The application is under review; files can change after the decision."))
    _check_place(store, kept, stated)
    requalify_soon(store)
    try:
        with transaction.atomic():
            return store.evidence.create(
                brand_id=store.brand_id,
                kind=stated.kind,
                sha256=kept.sha256,
                size=kept.size,
                content_type=kept.content_type,
                name=kept.name,
                valid_until=stated.valid_until,
                replaces=stated.replaces,
                uploaded_by=by,
            )
    except IntegrityError:
        raise Refused(_("Someone else just replaced this file.")) from None


def clean_name(name: str, content_type: str) -> str:
    """Return the name without what deceives, or raise Refused where its ending does."""
    plain = unicodedata.normalize("NFC", name)
    visible = "".join(c for c in plain if unicodedata.category(c)[0] not in "CZ" or c == " ")
    stem, _dot, ending = visible.strip().rpartition(".")
    endings = documents.ENDINGS[content_type]
    if ending.lower() not in endings:
        raise Refused(
            _("The file is a %(kind)s but is named .%(ending)s. Name it after what it is.")
            % {"kind": endings[0].upper(), "ending": ending[:20]}
        )
    if SECOND_ENDING.search(stem):
        raise Refused(_("The name has two endings. Rename the file so that it has one."))
    stem = re.sub(r'[\\/:*?"<>|]+', "-", stem).strip(".- ")[: NAME - 5] or "file"
    return f"{stem}.{endings[0]}"


def answer(evidence: Evidence) -> HttpResponse:
    """Return the file: pictures to look at, everything else to save."""
    content = (_folder(evidence.brand_id) / evidence.sha256).read_bytes()
    response = HttpResponse(content, content_type=evidence.content_type)
    disposition = content_disposition_header(not evidence.is_picture, evidence.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return response


def _folder(brand_id: int) -> Path:
    return Path(settings.VAR_DIR) / "evidence" / str(brand_id)


def _copied(upload: "UploadedFile[bytes]", draft: IO[bytes]) -> str:
    """Write the upload to the open file, down to the disk, and return its hash."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
        draft.write(chunk)
    draft.flush()
    os.fsync(draft.fileno())
    return digest.hexdigest()


def _synced(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _check_place(store: Store, kept: Kept, stated: Stated) -> None:
    """Refuse what is here already, and what would be one too many."""
    if store.evidence.count() >= MOST:
        raise Refused(_("The store has %(most)s files already; ask the platform.") % {"most": MOST})
    current = store.evidence.current().filter(kind=stated.kind)
    if stated.replaces and not current.filter(pk=stated.replaces.pk).exists():
        raise Refused(_("Someone else just replaced this file."))
    others = current.exclude(pk=stated.replaces.pk) if stated.replaces else current
    if others.filter(sha256=kept.sha256).exists():
        raise Refused(_("This very file is here already."))
