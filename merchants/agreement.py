"""How far two reviewers agree beyond what chance alone would bring about."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SMALL = 30  # pairs below which the figure says little


@dataclass(frozen=True, slots=True)
class Agreement:
    """`expected` is what chance alone would give; `kappa` is None where it says nothing."""

    pairs: int
    observed: float
    expected: float

    @property
    def kappa(self) -> float | None:
        if not self.pairs or self.expected == 1:
            return None
        return (self.observed - self.expected) / (1 - self.expected)

    @property
    def is_small(self) -> bool:
        return self.pairs < SMALL


def agreement(pairs: Iterable[tuple[str, str]]) -> Agreement:
    """Return Cohen's kappa over pairs of a first and a second judgement, (po - pe) / (1 - pe).

    J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
    Measurement 20 (1960), 37-46: pe is the sum over the categories of both raters' shares.
    """
    counts = Counter(pairs)
    total = counts.total()
    if not total:
        return Agreement(0, 0.0, 0.0)
    firsts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for (first, second), times in counts.items():
        firsts[first] += times
        seconds[second] += times
    same = sum(times for (first, second), times in counts.items() if first == second)
    chance = sum(firsts[each] * seconds[each] for each in firsts)
    return Agreement(total, same / total, chance / total**2)
