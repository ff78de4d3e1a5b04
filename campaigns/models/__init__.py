from campaigns.models.click import Click, ClickSystem
from campaigns.models.comment import Comment, CommentLink
from campaigns.models.facts import NoteDay
from campaigns.models.item import Item, ItemStatus
from campaigns.models.link import Link, LinkEvent, LinkStatus, LinkTarget, LinkText
from campaigns.models.note import Note, NoteKind, NoteSource
from campaigns.models.sheet import LinkSheet, SheetRow, Verdict
from campaigns.models.window import (
    Heartbeat,
    PulledPage,
    QuarantinedRow,
    SyncWindow,
    WindowStatus,
)

__all__ = [
    "Click",
    "ClickSystem",
    "Comment",
    "CommentLink",
    "Heartbeat",
    "Item",
    "ItemStatus",
    "Link",
    "LinkEvent",
    "LinkSheet",
    "LinkStatus",
    "LinkTarget",
    "LinkText",
    "Note",
    "NoteDay",
    "NoteKind",
    "NoteSource",
    "PulledPage",
    "QuarantinedRow",
    "SheetRow",
    "SyncWindow",
    "Verdict",
    "WindowStatus",
]
