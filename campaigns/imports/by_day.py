"""Which days a file tells, by attribution window: the rows of each, and those refused."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from campaigns.imports.rows import Parsed

Key = tuple[int, date]  # 0 is a file without windows


@dataclass(slots=True)
class ByDay:
    rows: Counter[Key] = field(default_factory=Counter)
    refused: Counter[Key] = field(default_factory=Counter)

    def add(self, parsed: Parsed) -> None:
        self.rows.update((row.get("window_days", 0), row["day"]) for row in parsed.rows)
        self.refused.update(parsed.refused_on)

    def column(self) -> dict[str, dict[str, list[int]]]:
        """Return it as an import keeps it."""
        kept: dict[str, dict[str, list[int]]] = defaultdict(dict)
        for window, day in sorted(self.rows.keys() | self.refused.keys()):
            key = window, day
            kept[f"{window}"][day.isoformat()] = [self.rows[key], self.refused[key]]
        return dict(kept)
