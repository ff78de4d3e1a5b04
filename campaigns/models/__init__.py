from campaigns.models.campaign import (
    Campaign,
    CampaignNote,
    CampaignPhase,
    CampaignRule,
    CampaignStore,
    Goal,
    JoinedBy,
    Phase,
    RuleKind,
)
from campaigns.models.click import Click, ClickSystem
from campaigns.models.facts import NoteDay
from campaigns.models.item import Item, ItemStatus
from campaigns.models.link import Link, LinkEvent, LinkStatus, LinkTarget, LinkText
from campaigns.models.note import Note, NoteFound, NoteKind, NoteSource, NoteTag
from campaigns.models.star_task import (
    Authorisation,
    OrderKind,
    StarTask,
    StarTaskNote,
)
from campaigns.models.window import (
    Heartbeat,
    PulledPage,
    QuarantinedRow,
    SyncWindow,
    WindowStatus,
)

__all__ = [
    "Authorisation",
    "Campaign",
    "CampaignNote",
    "CampaignPhase",
    "CampaignRule",
    "CampaignStore",
    "Click",
    "ClickSystem",
    "Goal",
    "Heartbeat",
    "Item",
    "ItemStatus",
    "JoinedBy",
    "Link",
    "LinkEvent",
    "LinkStatus",
    "LinkTarget",
    "LinkText",
    "Note",
    "NoteDay",
    "NoteFound",
    "NoteKind",
    "NoteSource",
    "NoteTag",
    "OrderKind",
    "Phase",
    "PulledPage",
    "QuarantinedRow",
    "RuleKind",
    "StarTask",
    "StarTaskNote",
    "SyncWindow",
    "WindowStatus",
]
