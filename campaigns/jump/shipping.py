"""From the spool to PostgreSQL: each line once, however often it is shipped.

A segment is deleted when all of it is committed and its writer has left it. Where in a segment
we are is kept in memory alone: begun anew, its lines find their ids taken.
"""

import fcntl
import logging
import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.db import DataError, connection
from psycopg import sql

from campaigns.jump.answers import COLUMNS, FIXED, SENT
from campaigns.jump.spool import SUFFIX
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

AT_ONCE = 2 * 1024**2  # bytes of lines in one transaction
ONE_AT_A_TIME = 618_000_007  # two shippers would not see each other's taps when they mark repeats
TYPES = {"id": "uuid", "at": "timestamptz"} | dict.fromkeys(
    ["brand_id", "store_id", "link_id"], "bigint"
)
STAGING = "CREATE TEMP TABLE IF NOT EXISTS staging_click ({}) ON COMMIT DELETE ROWS"
# A link that is gone would stop its whole batch; the join leaves such lines out.
INSERT = """
INSERT INTO campaigns_click ({columns}, is_repeat)
SELECT {values}, false FROM staging_click s
JOIN campaigns_link l ON l.id = s.link_id AND l.brand_id = s.brand_id AND l.store_id = s.store_id
ON CONFLICT (id) DO NOTHING
"""
# A tap is a repeat when the same device tapped the same link in the hour before. Whatever comes
# late can only add earlier taps, so a mark is never taken back, and the taps in the hour after
# each new one are looked at again.
MARK = """
UPDATE campaigns_click c SET is_repeat = true
FROM (
    SELECT brand_id, link_id, device, min(at) AS first, max(at) + interval '1 hour' AS last
    FROM staging_click WHERE kind = 'person' AND went <> 'stop_page' GROUP BY 1, 2, 3
) s
WHERE c.brand_id = s.brand_id AND c.link_id = s.link_id AND c.device = s.device
    AND c.at BETWEEN s.first AND s.last
    AND c.kind = 'person' AND c.went <> 'stop_page' AND NOT c.is_repeat
    AND EXISTS (
        SELECT FROM campaigns_click p
        WHERE p.brand_id = c.brand_id AND p.link_id = c.link_id AND p.device = c.device
            AND p.kind = 'person' AND p.went <> 'stop_page'
            AND p.at BETWEEN c.at - interval '1 hour' AND c.at AND (p.at, p.id) < (c.at, c.id)
    )
"""
HOMELESS = """
SELECT s.id::text FROM staging_click s
LEFT JOIN campaigns_link l
    ON l.id = s.link_id AND l.brand_id = s.brand_id AND l.store_id = s.store_id
WHERE l.id IS NULL
"""


@dataclass(slots=True)
class Shipped:
    """What one pass did: new rows, lines put aside, and lines that nothing could be made of."""

    stored: int = 0
    aside: int = 0
    damaged: int = 0

    def __bool__(self) -> bool:
        return bool(self.stored or self.aside)


@dataclass
class Shipper:
    folder: Path
    _reached: dict[str, int] = field(default_factory=dict)

    def ship(self) -> Shipped:
        """Ship all that is there now."""
        done = Shipped()
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            with path.open("rb") as segment:
                is_left = _is_left(segment)  # asked first: what follows was written before
                if self._ship_segment(path, segment, done) and is_left:
                    if segment.read(1):
                        done.damaged += 1
                        logger.warning("%s ends in half a line, never answered", path.name)
                    path.unlink()
                    self._reached.pop(path.name, None)
        return done

    def _ship_segment(self, path: Path, segment: BinaryIO, done: Shipped) -> bool:
        """Ship the whole lines that follow; return whether it is a segment of ours at all."""
        columns = _columns(segment.readline())
        if columns is None:
            logger.error("%s does not begin with columns that we know: it stays", path.name)
            return False
        segment.seek(max(segment.tell(), self._reached.get(path.name, 0)))
        while data := segment.read(AT_ONCE):
            whole, _, rest = data.rpartition(b"\n")
            segment.seek(-len(rest), os.SEEK_CUR)
            if not whole:
                break
            lines = [_unchecked(line) for line in whole.split(b"\n")]
            good = [line for line in lines if line is not None]
            done.damaged += len(lines) - len(good)
            stored, homeless = _store(columns, good)
            _put_aside(self.folder / "aside" / path.name, homeless)
            done.stored += stored
            done.aside += len(homeless)
            self._reached[path.name] = segment.tell()
        return True


def _store(columns: list[str], lines: list[bytes]) -> tuple[int, list[bytes]]:
    """Store the lines; return how many were new, and those that PostgreSQL has no place for."""
    if not lines:
        return 0, []
    try:
        return _store_all(columns, lines)
    except DataError as error:
        if len(lines) == 1:
            logger.warning("a click can't be stored: %s", " ".join(str(error).split()))
            return 0, lines
    half = len(lines) // 2
    first, second = _store(columns, lines[:half]), _store(columns, lines[half:])
    return first[0] + second[0], first[1] + second[1]


def _store_all(columns: list[str], lines: list[bytes]) -> tuple[int, list[bytes]]:
    with scope(Hat.NIGHT), connection.cursor() as wrapped, connection.wrap_database_errors:
        # psycopg's own cursor: COPY, and composed SQL, don't go through Django's
        cursor = wrapped.cursor
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute(_staging())
        copy = sql.SQL("COPY staging_click ({}) FROM STDIN")
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        with cursor.copy(copy.format(names)) as stream:
            stream.write(b"\n".join(lines) + b"\n")
        cursor.execute("ANALYZE staging_click")
        cursor.execute(_insert())
        stored: int = cursor.rowcount
        cursor.execute(HOMELESS)
        homeless = {name.encode() for (name,) in cursor.fetchall()}
        cursor.execute(MARK)
        cursor.execute("DELETE FROM staging_click")
    return stored, [line for line in lines if line.split(b"\t", 1)[0] in homeless]


def _staging() -> sql.Composed:
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(TYPES.get(name, "text")))
        for name in COLUMNS
    )
    return sql.SQL(STAGING).format(columns)


def _insert() -> sql.Composed:
    """What an older segment's columns lack is empty."""
    values = [sql.SQL("s.{}").format(sql.Identifier(name)) for name in FIXED]
    values += [sql.SQL("coalesce(s.{}, '')").format(sql.Identifier(name)) for name in SENT]
    return sql.SQL(INSERT).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        values=sql.SQL(", ").join(values),
    )


def _put_aside(path: Path, lines: list[bytes]) -> None:
    """Keep the lines where a person finds them; those of a segment shipped again stand there."""
    if not lines:
        return
    path.parent.mkdir(mode=0o700, exist_ok=True)
    there = set(path.read_bytes().splitlines()) if path.exists() else set()
    with path.open("ab") as file:
        file.writelines(line + b"\n" for line in lines if line not in there)
        file.flush()
        os.fsync(file.fileno())
    logger.warning("%s clicks of links that are gone lie in %s", len(lines), path)


def _is_left(segment: BinaryIO) -> bool:
    """Whether its writer has left it: nobody holds the lock."""
    try:
        fcntl.flock(segment, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _columns(line: bytes) -> list[str] | None:
    head = _unchecked(line.removesuffix(b"\n"))
    names = head.decode().split("\t") if head else []
    return names if names and set(names) <= set(COLUMNS) else None


def _unchecked(line: bytes) -> bytes | None:
    """Return the line without its checksum, or None where that does not hold."""
    checksum, _, data = line.partition(b"\t")
    return data if checksum == b"%08x" % zlib.crc32(data) else None
