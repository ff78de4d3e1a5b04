"""Every link in memory, with a copy on the disk: a jump asks no database.

Links lie in buckets by their number. Each second the database is asked for a checksum of each
bucket; only what differs is read, and written to the disk.
"""

import logging
import os
import time
from pathlib import Path

import orjson
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from campaigns.jump.known import COLUMNS, KnownLink, known_links
from campaigns.models import Link
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

BUCKET = 1000
FRESH = 5.0  # seconds since the database was last read
CHECKSUMS = """
SELECT pk / {bucket}, sum(hashtextextended(rows::text, 0))::text
FROM ({rows}) rows ({columns}) GROUP BY 1
"""
UNREACHABLE = (DatabaseError, InterfaceError)


class LinkTable:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._links: dict[str, KnownLink] = {}
        self._codes: dict[int, set[str]] = {}
        self._checksums: dict[int, str] = {}
        self._read_at = -FRESH

    def find(self, code: str) -> KnownLink | None:
        return self._links.get(code)

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self._read_at < FRESH

    def load(self) -> None:
        """Take what an earlier process left on the disk; a file that can't be read is skipped."""
        for path in self.folder.glob("*.json"):
            try:
                rows = orjson.loads(path.read_bytes())
                self._take(int(path.stem), [KnownLink(*row) for row in rows])
            except (OSError, ValueError, TypeError) as error:
                logger.warning("the links in %s can't be read: %s", path.name, error)

    def refresh(self) -> bool:
        """Read what changed; return whether the database answered."""
        try:
            with scope(Hat.NIGHT):
                checksums = _checksums()
                changed = [n for n, each in checksums.items() if self._checksums.get(n) != each]
                found = {n: known_links(Link.objects.filter(pk__range=_range(n))) for n in changed}
        except UNREACHABLE as error:
            logger.warning("links are as last known: %s", " ".join(str(error).split()))
            connection.close()
            return False
        found |= {number: [] for number in self._codes.keys() - checksums.keys()}
        for number, links in found.items():
            self._take(number, links)
            self._save(number, links)
        self._checksums = checksums
        self._read_at = time.monotonic()
        return True

    def _take(self, number: int, links: list[KnownLink]) -> None:
        codes = {link.code for link in links}
        self._links.update((link.code, link) for link in links)
        for code in self._codes.get(number, set()) - codes:
            self._links.pop(code, None)
        self._codes[number] = codes

    def _save(self, number: int, links: list[KnownLink]) -> None:
        path = self.folder / f"{number}.json"
        new = path.with_suffix(f".{os.getpid()}")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(orjson.dumps([link.cells for link in links]))
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except OSError as error:
            logger.warning("the links' copy could not be written: %s", error.strerror)
            new.unlink(missing_ok=True)


def _checksums() -> dict[int, str]:
    rows, values = Link.objects.with_suspension().values_list(*COLUMNS).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            CHECKSUMS.format(bucket=BUCKET, rows=rows, columns=", ".join(COLUMNS)), values
        )
        return dict(cursor.fetchall())


def _range(number: int) -> tuple[int, int]:
    return number * BUCKET, number * BUCKET + BUCKET - 1


def find_link(code: str) -> tuple[KnownLink | None, bool]:
    """Return the link, by the database or else by the copy on the disk; and whether it's sure."""
    try:
        with scope(Hat.NIGHT):
            found = known_links(Link.objects.filter(code=code))
    except UNREACHABLE as error:
        logger.warning("a link is as last known: %s", " ".join(str(error).split()))
        connection.close()
        copy = LinkTable(settings.JUMP_LINKS_DIR)
        copy.load()
        return copy.find(code), False
    return next(iter(found), None), True
