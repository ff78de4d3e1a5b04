"""The category tree, two levels deep: a policy may name a group or one category of it."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _

from merchants.models import Category


class Group(models.TextChoices):
    CONSUMER_GOODS = "consumer_goods", _("Consumer goods")
    SPORTS = "sports_outdoors", _("Sports and outdoors")
    HEALTH = "health_care", _("Health")
    FASHION = "fashion", _("Apparel and design")
    HOME = "home_family", _("Home and family")


TREE: dict[Group, tuple[Category, ...]] = {
    Group.CONSUMER_GOODS: (Category.BEAUTY, Category.PERSONAL_CARE, Category.FOOD),
    Group.SPORTS: (Category.SPORTS,),
    Group.HEALTH: (Category.HEALTH,),
    Group.FASHION: (Category.APPAREL, Category.DESIGNER),
    Group.HOME: (Category.HOME, Category.MATERNITY, Category.HANDICRAFT),
}


def covers(node: str, category: str) -> bool:
    """Whether a group holds the category, or is it."""
    return node == category or (node in Group and category in TREE[Group(node)])


def label(node: str) -> str:
    return str((Group(node) if node in Group else Category(node)).label)


def names(nodes: Iterable[str]) -> str:
    return gettext_now(", ").join(label(node) for node in nodes)


def choices() -> list[tuple[str, str]]:
    """Return every node, each group before its categories."""
    return [
        (str(node), f"— {label(node)}" if node in Category else label(node))
        for group, leaves in TREE.items()
        for node in (group, *leaves)
    ]
