"""Which categories are open, and when the others open: over this version and those to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from merchants import rules
from merchants.categories import TREE, Group
from merchants.models import Category, PolicyVersion
from merchants.rules.categories import CategoryAllowed


@dataclass(frozen=True, slots=True)
class Opening:
    """`day` is when the category opens; one that is open needs none, and nobody knows another's."""

    category: Category
    is_open: bool
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A group of the tree with its categories."""

    group: Group
    openings: tuple[Opening, ...]


def shelves(policies: Sequence[PolicyVersion], today: date) -> list[Shelf]:
    """Say of every category when it opens by `policies`, published and oldest first."""
    return [
        Shelf(group, tuple(_opening(category, policies, today) for category in leaves))
        for group, leaves in TREE.items()
    ]


def _opening(category: Category, policies: Sequence[PolicyVersion], today: date) -> Opening:
    days = [day for policy in policies if (day := _day(category, policy))]
    first = min(days, default=None)
    if first and first <= today:
        return Opening(category, is_open=True)
    return Opening(category, is_open=False, day=first)


def _day(category: Category, policy: PolicyVersion) -> date | None:
    """Return the first day on which this very version allows the category."""
    day = policy.effective_from
    for rule in rules.read(policy.rules):
        if isinstance(rule, CategoryAllowed):
            opening = rule.opening(category)
            if opening is None:
                return None
            day = max(day, opening)
    return None if policy.effective_until and day >= policy.effective_until else day
