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
from campaigns.models.click import (
    Click,
    ClickApp,
    ClickDevice,
    ClickKind,
    ClickSystem,
    ClickWent,
)
from campaigns.models.comment import Comment, CommentLink
from campaigns.models.component import BuyingMode, LinkPosition, ReviewState
from campaigns.models.creative import AdCreative, AdReview, Delivery
from campaigns.models.creator_order import CreatorOrder
from campaigns.models.facts import NoteDay
from campaigns.models.health import LinkCheck, LinkHealth
from campaigns.models.item import Catalogue, Item, ItemStatus
from campaigns.models.link import Link, LinkEvent, LinkStatus, LinkTarget, LinkText
from campaigns.models.note import Note, NoteFound, NoteKind, NoteSource, NoteTag
from campaigns.models.sheet import LinkSheet, SheetRow, Verdict
from campaigns.models.star_task import (
    Authorisation,
    OrderKind,
    StarTask,
    StarTaskNote,
)
from campaigns.models.trouble import LinkTrouble
from campaigns.models.window import (
    Heartbeat,
    PulledPage,
    QuarantinedRow,
    SyncWindow,
    WindowStatus,
)

__all__ = [
    "AdCreative",
    "AdReview",
    "Authorisation",
    "BuyingMode",
    "Campaign",
    "CampaignNote",
    "CampaignPhase",
    "CampaignRule",
    "CampaignStore",
    "Catalogue",
    "Click",
    "ClickApp",
    "ClickDevice",
    "ClickKind",
    "ClickSystem",
    "ClickWent",
    "Comment",
    "CommentLink",
    "CreatorOrder",
    "Delivery",
    "Goal",
    "Heartbeat",
    "Item",
    "ItemStatus",
    "JoinedBy",
    "Link",
    "LinkCheck",
    "LinkEvent",
    "LinkHealth",
    "LinkPosition",
    "LinkSheet",
    "LinkStatus",
    "LinkTarget",
    "LinkText",
    "LinkTrouble",
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
    "ReviewState",
    "RuleKind",
    "SheetRow",
    "StarTask",
    "StarTaskNote",
    "SyncWindow",
    "Verdict",
    "WindowStatus",
]
