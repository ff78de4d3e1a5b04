"""What a file is, by its content alone: a PDF, PNG, JPEG or WebP that can be opened safely."""

import logging
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)

# The endings that a name may have, the first being the one that we give it.
ENDINGS = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/webp": ("webp",),
}
REASONS: dict[str, "StrOrPromise"] = {
    "kind": _("This is no PDF, PNG, JPEG or WebP, whatever its name says."),
    "damaged": _("The file is damaged or incomplete: it can't be opened."),
    "large": _("The file unpacks to more than can be checked. Scale the picture down, or split."),
    "frames": _("The picture moves. Upload a still picture."),
    "active": _(
        "The PDF holds a script, an attached file or something to launch, or may hide one."
        " Print it into a new PDF and upload that."
    ),
    "locked": _("The PDF is locked with a password. Upload one that is not."),
    "pages": _("The PDF has no page, or more than 500."),
}
PROGRAM = Path(__file__).with_name("document_check.py")
PATIENCE = 30  # seconds; the program's own limit of CPU time is 10
_checks = BoundedSemaphore(2)  # each may take up to a gigabyte


class Unreadable(Exception):
    """The file is none that we take; the message is shown to the person."""


def content_type(path: Path) -> str:
    """Return what the file at `path` is, or raise Unreadable with the reason."""
    with _checks, path.open("rb") as file:
        answer = _asked(file.fileno())
    if answer not in ENDINGS:
        logger.warning("document refused: %s", answer)
        raise Unreadable(str(REASONS[answer]))
    return answer


def _asked(file: int) -> str:
    """Return the program's word; one that its limits ended says "large"."""
    program = [sys.executable, "-I", str(PROGRAM)]
    try:
        run = subprocess.run(
            program, stdin=file, capture_output=True, timeout=PATIENCE, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        return "large"
    if run.returncode < 0:
        return "large"
    run.check_returncode()
    return run.stdout.decode()
