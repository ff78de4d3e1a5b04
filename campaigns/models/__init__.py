from campaigns.models import history as _history  # noqa: F401 - it registers itself
from campaigns.models.alarm import AlarmKind, FieldDrift, SyncAlarm
from campaigns.models.alert import AlertEvent, AlertRule
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
from campaigns.models.export import Export, ExportKind, ExportPart, ExportStatus, ExportTrouble
from campaigns.models.facts import (
    FACTS,
    AdDay,
    AdLevel,
    AffiliateOrder,
    ConsoleDay,
    CreatorNoteDay,
    Fact,
    NoteDay,
    NotePlacementDay,
    Placement,
    Source,
    StarDay,
    StarLevel,
    StoreOrder,
    StoreRefund,
)
from campaigns.models.file_import import (
    FileImport,
    FileImportEvent,
    FileKind,
    FilePart,
    FileRoad,
    ImportStatus,
    NotSure,
    StoreDoubt,
)
from campaigns.models.health import LinkCheck, LinkHealth
from campaigns.models.item import Catalogue, Item, ItemStatus
from campaigns.models.link import Link, LinkEvent, LinkStatus, LinkTarget, LinkText
from campaigns.models.mail_report import MailReport, ReportMail
from campaigns.models.night import LateNight
from campaigns.models.note import Note, NoteFound, NoteKind, NoteSource, NoteTag
from campaigns.models.note_day_step import NoteDayStep
from campaigns.models.note_month import NoteMonth, SummedMonth
from campaigns.models.quiet import QuietHours
from campaigns.models.raw_page import RawPage
from campaigns.models.report_wish import ReportWish
from campaigns.models.saved_view import SavedView, ViewLine
from campaigns.models.share_link import ShareLink
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
    "FACTS",
    "AdCreative",
    "AdDay",
    "AdLevel",
    "AdReview",
    "AffiliateOrder",
    "AlarmKind",
    "AlertEvent",
    "AlertRule",
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
    "ConsoleDay",
    "CreatorNoteDay",
    "CreatorOrder",
    "Delivery",
    "Export",
    "ExportKind",
    "ExportPart",
    "ExportStatus",
    "ExportTrouble",
    "Fact",
    "FieldDrift",
    "FileImport",
    "FileImportEvent",
    "FileKind",
    "FilePart",
    "FileRoad",
    "Goal",
    "Heartbeat",
    "ImportStatus",
    "Item",
    "ItemStatus",
    "JoinedBy",
    "LateNight",
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
    "MailReport",
    "NotSure",
    "Note",
    "NoteDay",
    "NoteDayStep",
    "NoteFound",
    "NoteKind",
    "NoteMonth",
    "NotePlacementDay",
    "NoteSource",
    "NoteTag",
    "OrderKind",
    "Phase",
    "Placement",
    "PulledPage",
    "QuarantinedRow",
    "QuietHours",
    "RawPage",
    "ReportMail",
    "ReportWish",
    "ReviewState",
    "RuleKind",
    "SavedView",
    "ShareLink",
    "SheetRow",
    "Source",
    "StarDay",
    "StarLevel",
    "StarTask",
    "StarTaskNote",
    "StoreDoubt",
    "StoreOrder",
    "StoreRefund",
    "SummedMonth",
    "SyncAlarm",
    "SyncWindow",
    "Verdict",
    "ViewLine",
    "WindowStatus",
]
