"""How often a dropped file was begun, kept beside it: one that fails, or ends its worker, is begun
a few times, ever later, and then no more.
"""

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

FOLDER = ".tries"
BACKOFF = (60.0, 600.0)  # seconds between one try and the next
MOST = len(BACKOFF) + 1


@dataclass(frozen=True, slots=True)
class Tries:
    """`mark` is the file's time and size: a file that was changed begins anew."""

    mark: str
    count: int = 0
    not_before: float = 0.0  # seconds since 1970

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return how often the file in the drop folder was begun."""
        mark = _mark(path)
        try:
            kept = cls(**json.loads(_place(path).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls(mark)
        return kept if kept.mark == mark else cls(mark)

    @property
    def is_over(self) -> bool:
        return self.count >= MOST

    @property
    def must_wait(self) -> bool:
        """A clock that was ahead must not keep a file waiting for longer than planned."""
        return 0 < self.not_before - time.time() <= max(BACKOFF)

    def count_one(self, path: Path) -> Self:
        """Keep that the file is begun once more, before it is."""
        wait = BACKOFF[min(self.count, len(BACKOFF) - 1)]
        begun = type(self)(self.mark, self.count + 1, time.time() + wait)
        place = _place(path)
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(asdict(begun)), encoding="utf-8")
        return begun


def forget(path: Path) -> None:
    _place(path).unlink(missing_ok=True)


def _place(path: Path) -> Path:
    """The name may be as long as a name can be, so it is not part of ours."""
    return path.parent / FOLDER / hashlib.sha256(path.name.encode(errors="replace")).hexdigest()


def _mark(path: Path) -> str:
    told = path.stat()
    return f"{told.st_mtime_ns} {told.st_size}"
