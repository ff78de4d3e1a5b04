"""What a file is before it is written: its name, its rows, and its lines as they are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from campaigns.results.files import Line


class Gone(Exception):
    """What is asked for is not there, or not for this person."""


class FileForm(Protocol):
    """Reads what the file is asked by."""

    @property
    def errors(self) -> Mapping[str, Any]: ...

    def is_valid(self) -> bool: ...

    def address(self) -> dict[str, str]:
        """Return what asks for the same again."""

    def in_words(self) -> list[tuple[str, str]]:
        """Say what is asked, each part by its name."""


@dataclass(frozen=True, slots=True)
class File:
    """`name` has no ending yet, and `rows` are those below the heads; it is known at `moment`.

    `store` is the one that it is narrowed to. `lines` asks the database as it goes along, in the
    scope of its reader.
    """

    name: str
    store: int | None
    moment: datetime
    rows: int
    lines: Iterator[Line]
