"""The fault plan: which of the sandbox's answers go wrong, how, and how often they did.

A list of `{"match": {...}, "fault": name, "args": {...}}`, or that list as `rules` beside a
`seed`, from the file SANDBOX_FAULTS or a POST to /world/plan. A match may name `path`, the HTTP
or TOP `method`, `partner` (top, juguang, pugongying), `advertiser` (or `brand`: the seller,
advertiser or account), `day`, `page` and what a report is `split` by; `nth` picks some of the
calls that match, `times` bounds how often the fault strikes, and `chance` draws it, the same way
for the same seed.
"""

import time
from collections import OrderedDict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from random import Random
from threading import Lock
from typing import Any

Row = dict[str, Any]  # Any: a cell as the platform writes it, or as a fault does
PATTERNS = ("path", "method", "partner", "advertiser", "brand", "day", "page", "split")
WHEN = ("nth", "times", "chance")
LISTS_KEPT = 50


@dataclass(frozen=True, slots=True)
class Call:
    """What a call asks for, whatever the partner's way to say so."""

    path: str
    method: str
    partner: str
    advertiser: str
    day: str
    page: int
    split: str = ""

    @property
    def brand(self) -> str:
        return self.advertiser

    @property
    def question(self) -> tuple[str, str, str, str, str]:
        """What the pages of one list share."""
        return self.path, self.method, self.advertiser, self.day, self.split


@dataclass(slots=True)
class Rule:
    match: Mapping[str, Any]  # Any: as the plan's JSON has it
    fault: str
    args: Mapping[str, Any]  # Any: as above
    seen: int = 0
    hits: int = 0

    def fits(self, call: Call) -> bool:
        return all(
            fnmatch(str(getattr(call, name)), f"{self.match[name]}")
            for name in PATTERNS
            if name in self.match
        )

    def strikes(self, rng: Random) -> bool:
        """Count the call, and say whether this one goes wrong."""
        self.seen += 1
        nth = self.match.get("nth")
        if nth is not None and self.seen not in (nth if isinstance(nth, list) else [nth]):
            return False
        if self.hits >= self.match.get("times", self.seen):
            return False
        if rng.random() >= self.match.get("chance", 1):
            return False
        self.hits += 1
        return True


@dataclass(slots=True)
class Plan:
    rules: list[Rule] = field(default_factory=list)
    seed: int = 0
    lock: Lock = field(default_factory=Lock)
    made_at: float = field(default_factory=time.time)
    _lists: OrderedDict[tuple[str, ...], dict[int, list[Row]]] = field(default_factory=OrderedDict)

    def pages_of(self, call: Call) -> dict[int, list[Row]]:
        """Return the rows of each page of the list as last answered: some faults repeat them.

        Those of the lists that were asked for last are kept, whatever the size of the world.
        """
        with self.lock:
            pages = self._lists.setdefault(call.question, {})
            self._lists.move_to_end(call.question)
            if len(self._lists) > LISTS_KEPT:
                self._lists.popitem(last=False)
        return pages

    def struck(self, call: Call) -> Iterator[tuple[Rule, Random]]:
        """Yield the rules that this call falls to, each with its own chance."""
        for place, rule in enumerate(self.rules):
            with self.lock:
                rng = Random(f"{self.seed}/{place}/{rule.seen}")
                struck = rule.fits(call) and rule.strikes(rng)
            if struck:
                yield rule, rng


def read(asked: object, faults: Container[str]) -> Plan:
    """Read a plan of these faults, or raise ValueError with what is not understood."""
    given: dict[str, Any] = asked if isinstance(asked, dict) else {"rules": asked}
    if not isinstance(given.get("rules"), list):
        raise ValueError("a plan is a list of rules")
    return Plan([_rule(each, faults) for each in given["rules"]], int(given.get("seed", 0)))


def _rule(asked: object, faults: Container[str]) -> Rule:
    if not isinstance(asked, dict) or asked.get("fault") not in faults:
        raise ValueError(f"no such fault: {asked!r:.80}")
    match, args = asked.get("match", {}), asked.get("args", {})
    if not isinstance(match, dict) or not isinstance(args, dict):
        raise ValueError("match and args are objects")
    if unknown := set(match) - {*PATTERNS, *WHEN}:
        raise ValueError(f"nothing is matched by {', '.join(sorted(unknown))}")
    return Rule(match, asked["fault"], args)
