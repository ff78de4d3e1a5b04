from campaigns.models.click import (
    Click,
    ClickApp,
    ClickDevice,
    ClickKind,
    ClickSystem,
    ClickWent,
)
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
    "Click",
    "ClickApp",
    "ClickDevice",
    "ClickKind",
    "ClickSystem",
    "ClickWent",
    "Heartbeat",
    "Item",
    "ItemStatus",
    "Link",
    "LinkEvent",
    "LinkStatus",
    "LinkTarget",
    "LinkText",
    "Note",
    "NoteDay",
    "NoteKind",
    "NoteSource",
    "PulledPage",
    "QuarantinedRow",
    "SyncWindow",
    "WindowStatus",
]
