"""The table of the faults: one line for each, for a terminal or in Markdown for the docs."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

MARKDOWN = "--markdown"
COLUMNS = ("runs", "struck", "quarantined", "alarms", "equal")


class Run(NamedTuple):
    """How often it struck, what stood in quarantine, the alarms, and whether all ended true."""

    struck: int
    quarantined: int
    alarms: int
    is_true: bool


@dataclass
class FaultTable:
    """Prints each line at once; `wrong` counts the runs that did not end as the truth."""

    markdown: bool = field(default_factory=lambda: MARKDOWN in sys.argv)
    wrong: int = 0
    runs: int = 0

    def __post_init__(self) -> None:
        self._print("#", "fault", COLUMNS)
        if self.markdown:
            print("|---" * (2 + len(COLUMNS)) + "|")

    def say(self, number: str, fault: str, runs: Iterable[Run]) -> None:
        met = list(runs)
        true = sum(run.is_true for run in met)
        self.runs += len(met)
        self.wrong += len(met) - true
        sums = [sum(getattr(run, name) for run in met) for name in Run._fields[:3]]
        self._print(number, fault, [f"{len(met)}", *map(str, sums), f"{true}/{len(met)}"])

    def end(self, seconds: float) -> None:
        """Say what was run, when, and how long it took."""
        words = " ".join(["python -m", sys.modules["__main__"].__spec__.name, *sys.argv[1:]])
        print(f"\n{datetime.now(UTC):%F}, `{words}`: {self.runs} runs in {seconds:.0f} s")

    def _print(self, number: str, fault: str, cells: Sequence[str]) -> None:
        if self.markdown:
            print(f"| {' | '.join([number, fault, *cells])} |", flush=True)
        else:
            widths = zip(cells, (6, 8, 13, 8, 7), strict=True)
            print(f"{number:>3} {fault:<44}", *(f"{c:>{w}}" for c, w in widths), flush=True)


def given(*usual: int) -> list[int]:
    """Return the numbers of the command line, or the usual ones from where they end."""
    told = [int(each) for each in sys.argv[1:] if each != MARKDOWN]
    return [*told, *usual[len(told) :]]
