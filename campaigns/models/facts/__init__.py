"""The ledger: what each source said of each day, and from when to when we knew it so."""

from campaigns.models.facts.ads import (
    AdDay,
    AdFigures,
    AdLevel,
    ConsoleDay,
    NoteDay,
    NotePlacementDay,
    Placement,
)
from campaigns.models.facts.base import Fact, FactQuerySet, Source, known_at
from campaigns.models.facts.orders import AffiliateOrder, StoreOrder, StoreRefund
from campaigns.models.facts.star import CreatorNoteDay, StarDay, StarLevel

FACTS: tuple[type[Fact], ...] = (
    *(NoteDay, NotePlacementDay, AdDay, ConsoleDay, CreatorNoteDay, StarDay),
    *(StoreOrder, StoreRefund, AffiliateOrder),
)

__all__ = [
    "FACTS",
    "AdDay",
    "AdFigures",
    "AdLevel",
    "AffiliateOrder",
    "ConsoleDay",
    "CreatorNoteDay",
    "Fact",
    "FactQuerySet",
    "NoteDay",
    "NotePlacementDay",
    "Placement",
    "Source",
    "StarDay",
    "StarLevel",
    "StoreOrder",
    "StoreRefund",
    "known_at",
]
