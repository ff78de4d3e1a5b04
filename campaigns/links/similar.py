"""Which item may stand in for another: a pure rule that says its reasons.

Of 100 points the category gives 40, the price up to 30 and the title up to 30. Examples are in
the tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from campaigns.models import Item

CATEGORY, PRICE, TITLE = 40, 30, 30
LEAST = 25  # fewer points are no likeness


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two items are, in points of 100, and what that rests on.

    `price_change` is None where the price of either is not known, as that of a lost item.
    """

    item: Item
    is_same_category: bool
    price_change: Fraction | None
    shared_title: Fraction

    @property
    def points(self) -> int:
        category = CATEGORY if self.is_same_category else 0
        price = Fraction(0)
        if self.price_change is not None:
            price = max(1 - abs(self.price_change), Fraction(0))
        return round(category + PRICE * price + TITLE * self.shared_title)


def rank(lost: Item | None, title: str, shelf: Iterable[Item]) -> list[Likeness]:
    """Return those of the shelf that are like the lost item, the likest first.

    `title` stands in for an item that the catalogue never had.
    """
    found = [likeness(lost, title, item) for item in shelf if item.price_fen]
    if lost is not None:
        found = [each for each in found if each.item.num_iid != lost.num_iid]
    alike = [each for each in found if each.points >= LEAST]
    return sorted(alike, key=lambda each: (-each.points, each.item.price_fen, each.item.num_iid))


def likeness(lost: Item | None, title: str, item: Item) -> Likeness:
    return Likeness(
        item,
        is_same_category=bool(lost and lost.cid and lost.cid == item.cid),
        price_change=_change(lost.price_fen, item.price_fen) if lost else None,
        shared_title=overlap(lost.title if lost else title, item.title),
    )


def overlap(one: str, other: str) -> Fraction:
    """Return the part of the pairs of neighbouring letters that two titles share (Dice)."""
    first, second = _pairs(one), _pairs(other)
    if not first or not second:
        return Fraction(0)
    return Fraction(2 * len(first & second), len(first) + len(second))


def _pairs(title: str) -> set[tuple[str, str]]:
    words = "".join(title.split()).casefold()
    return set(pairwise(words))


def _change(before: int, after: int) -> Fraction | None:
    return Fraction(after - before, before) if before else None
