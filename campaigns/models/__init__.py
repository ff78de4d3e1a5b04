from campaigns.models.click import Click, ClickSystem
from campaigns.models.component import BuyingMode, LinkPosition, ReviewState
from campaigns.models.facts import NoteDay
from campaigns.models.health import LinkCheck, LinkHealth
from campaigns.models.item import Catalogue, Item, ItemStatus
from campaigns.models.link import Link, LinkEvent, LinkStatus, LinkTarget, LinkText
from campaigns.models.note import Note, NoteKind, NoteSource
from campaigns.models.trouble import LinkTrouble
from campaigns.models.window import (
    Heartbeat,
    PulledPage,
    QuarantinedRow,
    SyncWindow,
    WindowStatus,
)

__all__ = [
    "BuyingMode",
    "Catalogue",
    "Click",
    "ClickSystem",
    "Heartbeat",
    "Item",
    "ItemStatus",
    "Link",
    "LinkCheck",
    "LinkEvent",
    "LinkHealth",
    "LinkPosition",
    "LinkStatus",
    "LinkTarget",
    "LinkText",
    "LinkTrouble",
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
