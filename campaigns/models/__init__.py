from campaigns.models.click import Click, ClickSystem
from campaigns.models.component import BuyingMode, LinkPosition, ReviewState
from campaigns.models.facts import NoteDay
from campaigns.models.item import Item, ItemStatus
from campaigns.models.link import Link, LinkEvent, LinkStatus, LinkTarget, LinkText
from campaigns.models.note import Note, NoteKind, NoteSource
from campaigns.models.window import (
    Heartbeat,
    PulledPage,
    QuarantinedRow,
    SyncWindow,
    WindowStatus,
)

__all__ = [
    "BuyingMode",
    "Click",
    "ClickSystem",
    "Heartbeat",
    "Item",
    "ItemStatus",
    "Link",
    "LinkEvent",
    "LinkPosition",
    "LinkStatus",
    "LinkTarget",
    "LinkText",
    "Note",
    "NoteDay",
    "NoteKind",
    "NoteSource",
    "PulledPage",
    "QuarantinedRow",
    "ReviewState",
    "SyncWindow",
    "WindowStatus",
]
