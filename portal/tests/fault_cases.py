"""The faults of a partner that 聚光's note report can have, each with what must come of it.

The numbers are those of docs/operations.md § Faults.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """`first` is the window's status after the pull that meets the fault."""

    number: int
    fault: str
    plan: dict[str, Any] = field(default_factory=dict)  # Any: as the plan's JSON has it
    first: str = "owed"
    alarms: Sequence[str] = ()
    quarantined: int = 0
    paged: bool = False  # five rows a page
    known: bool = False  # the day was pulled before, and the week before it too
    carried: bool = False  # by the proxy

    def __str__(self) -> str:
        args = {name: value for name, value in self.plan.items() if name != "each"}
        said = [f"{name}={value}" for name, value in args.items()]
        where = self.plan["each"][0]["field"] if "each" in self.plan else ""
        return "-".join(filter(None, [str(self.number), self.fault, where, *said]))


ONCE: dict[str, Any] = {"times": 1}
TIMES = ("2025-06-17", "2025-06-19", "1970-01-01", "2099-01-01", "2025-06-18 23:59:59.999")
FIGURES = ("NaN", "Infinity", "1e400", "-5.00", "3.2%", str(2**70), "１２", "@raw:1e400@")
BLANKS = (None, "-", "1,234.50")
TEXTS = ("\x00", "\ud800", "x" * 10**6, "😀", "\u202eabc", "=cmd|' /C calc'!A0")


def odd(field_: str, values: Sequence[object]) -> dict[str, Any]:
    """One row after the other gets one of the values."""
    each = [{"field": field_, "value": value, "rows": [n]} for n, value in enumerate(values)]
    return ONCE | {"each": each}


CASES = [
    Case(1, "rate_limited", ONCE | {"seconds": 30}),
    Case(1, "rate_limited", ONCE | {"date": 40}),
    Case(2, "rate_limited", {"times": 4}),
    Case(5, "server_error", {"chance": 0.3}, first="closed", paged=True),
    Case(5, "server_error", {"times": 3}),
    *[Case(6, way, ONCE, carried=True) for way in ("silent", "stall", "drip")],
    *[Case(7, way, {"times": 3}, carried=True) for way in ("reset", "truncated", "bad_gzip")],
    Case(7, "short_length", ONCE, carried=True),
    Case(7, "cut_json", ONCE),
    Case(8, "gzip_bomb", ONCE | {"megabytes": 20}, first="failed"),
    Case(8, "huge_page", ONCE | {"megabytes": 40}, first="failed"),
    Case(9, "html_page", {"times": 3}, alarms=["unreadable"]),
    Case(9, "odd_envelope", ONCE),
    Case(10, "page_again", ONCE | {"page": 2}, paged=True, alarms=["loop"]),
    Case(11, "rows_move", ONCE | {"page": 2}, paged=True),
    Case(12, "row_lost", ONCE | {"page": 2}, paged=True),
    Case(12, "row_lost", {"times": 3}, alarms=["doubt"]),
    Case(13, "endless", {"times": 2, "size": 5}, paged=True, alarms=["loop"]),
    Case(14, "stale", ONCE | {"minutes": 5}, known=True),
    Case(14, "shuffled", {}, paged=True, first="closed"),
    Case(15, "same_id", ONCE, first="closed", quarantined=1),
    Case(16, "late_rows", ONCE | {"share": 0.3}, first="closed"),
    Case(17, "restated", ONCE | {"factor": 0.7}, first="closed"),
    Case(17, "restated", ONCE | {"factor": 1.4}, first="closed", known=True),
    Case(18, "cancelled", ONCE, first="closed"),
    Case(21, "token_expired", ONCE, first="closed"),
    Case(21, "token_expired", ONCE | {"status": 401}, first="closed"),
    Case(24, "clock", ONCE | {"minutes": 9}, first="closed"),
    Case(24, "clock", ONCE | {"minutes": -11}, alarms=["clock"]),
    Case(25, "odd", odd("time", TIMES), first="closed", quarantined=len(TIMES)),
    Case(27, "odd", odd("brand_new", ["7"]), first="closed"),
    Case(27, "field_gone", ONCE | {"field": "ctr"}, first="closed"),
    Case(28, "field_gone", {"times": 3}, alarms=["doubt"], quarantined=-1),
    Case(28, "field_renamed", ONCE | {"field": "note_id", "to": "noteId"}, quarantined=-1),
    Case(28, "fen_for_yuan", ONCE, first="held", known=True, alarms=["magnitude"]),
    Case(29, "odd", odd("fee", FIGURES), first="closed", quarantined=len(FIGURES)),
    Case(29, "odd", odd("fee", BLANKS), first="closed"),
    Case(29, "odd", odd("fee", ["@raw:NaN@"])),
    Case(30, "odd", odd("note_id", TEXTS), first="closed", quarantined=len(TEXTS)),
    Case(30, "odd", odd("fee", TEXTS), first="closed", quarantined=len(TEXTS)),
    Case(31, "foreign_rows", ONCE | {"advertiser": 880002}, alarms=["foreign"]),
    Case(32, "emptied", ONCE),
    Case(32, "emptied", ONCE, known=True),
    Case(32, "late_rows", ONCE | {"count": 3}, known=True),
]
