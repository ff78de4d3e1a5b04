"""Clicks on their way to PostgreSQL: lines in files, on the disk before a reader is answered.

A segment has one writer, which holds its lock until it ends or begins another; whoever gets the
lock knows that nothing more will be written. Each line begins with its checksum. A segment's
first line names the columns, so that a later version still reads it.
"""

import asyncio
import fcntl
import logging
import os
import threading
import time
import zlib
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from campaigns.jump.answers import COLUMNS

logger = logging.getLogger(__name__)

SUFFIX = ".clicks"
LARGEST, OLDEST = 8 * 1024**2, 60.0  # bytes, seconds
PATIENCE = 0.2  # seconds until a disk that refused is asked again


def checked(line: str) -> bytes:
    data = line.encode()
    return b"%08x\t%b\n" % (zlib.crc32(data), data)


class Spool:
    """One process's writer; threads may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lost = 0  # answered, and not kept
        self._lock = threading.Lock()
        self._file = -1
        self._size = 0
        self._began = 0.0
        self._refused_at = -PATIENCE

    def keep(self, lines: Sequence[bytes]) -> bool:
        """Return whether the lines are on the disk; a reader is sent on even where they aren't."""
        with self._lock:
            if time.monotonic() - self._refused_at < PATIENCE:
                self.lost += len(lines)
                return False
            try:
                self._write(b"".join(lines))
            except OSError as error:
                self._give_up(error, len(lines))
                return False
            if self._refused_at > 0:
                logger.warning("clicks are kept again; %s were answered and not kept", self.lost)
                self._refused_at = -PATIENCE
            return True

    def close(self) -> None:
        with self._lock:
            self._leave()

    def _write(self, data: bytes) -> None:
        if self._size > LARGEST or time.monotonic() - self._began > OLDEST:
            self._leave()
        if self._file < 0:
            self._begin()
        _write_all(self._file, data)
        os.fdatasync(self._file)
        self._size += len(data)

    def _begin(self) -> None:
        """Name the new segment only when it is locked: the shipper deletes what nobody holds."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns():020d}-{os.getpid()}"
        new = self.folder / f"{name}.new"
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(new, flags, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            _write_all(self._file, checked("\t".join(COLUMNS)))
            os.fsync(self._file)
            new.rename(new.with_suffix(SUFFIX))
            _sync_folder(self.folder)
        except OSError:
            new.unlink(missing_ok=True)
            raise
        self._size, self._began = 0, time.monotonic()

    def _give_up(self, error: OSError, count: int) -> None:
        """Leave a segment that may end in half a line; the next one begins clean."""
        self._leave()
        self.lost += count
        if self._refused_at < 0:
            logger.error("clicks are answered and NOT kept: %s", error.strerror)
        self._refused_at = time.monotonic()

    def _leave(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1


class Group:
    """Keeps in one write whatever waits: the more come at once, the less each costs."""

    def __init__(self, spool: Spool, loop: asyncio.AbstractEventLoop) -> None:
        self._spool, self._loop = spool, loop
        self._waiting: deque[tuple[bytes, asyncio.Future[None]]] = deque()
        self._wake = threading.Event()
        threading.Thread(target=self._run, name="spool", daemon=True).start()

    def keep(self, line: bytes) -> "asyncio.Future[None]":
        """Return what is done when the line is on the disk, or can't be put there."""
        future = self._loop.create_future()
        self._waiting.append((line, future))
        self._wake.set()
        return future

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if batch:
                self._spool.keep([line for line, _future in batch])
                self._loop.call_soon_threadsafe(_release, [future for _line, future in batch])


def _release(futures: "list[asyncio.Future[None]]") -> None:
    for future in futures:
        if not future.done():  # the reader may have gone
            future.set_result(None)


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
