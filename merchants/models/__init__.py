from merchants.models.application import Application, ApplicationEvent, ApplicationStatus, Margin
from merchants.models.evidence import AccessEvent, AccessKind, Evidence, EvidenceKind
from merchants.models.invitations import Invitation, InvitationStore
from merchants.models.notices import (
    MailStatus,
    Notice,
    NoticeKind,
    NoticeMail,
    NoticePreference,
)
from merchants.models.people import Brand, Membership, MembershipStore, Role, User
from merchants.models.policy import (
    IllegalMove,
    LinkType,
    NoteOrigin,
    PolicyEvent,
    PolicyLogEntry,
    PolicyStatus,
    PolicyVersion,
)
from merchants.models.second_review import Judgement, SecondReview
from merchants.models.stores import (
    Category,
    Connection,
    ConnectionStatus,
    DomainTaken,
    Partner,
    Store,
    StoreKind,
    StoreOwnedQuerySet,
    StoreStatus,
)

__all__ = [
    "AccessEvent",
    "AccessKind",
    "Application",
    "ApplicationEvent",
    "ApplicationStatus",
    "Brand",
    "Category",
    "Connection",
    "ConnectionStatus",
    "DomainTaken",
    "Evidence",
    "EvidenceKind",
    "IllegalMove",
    "Invitation",
    "InvitationStore",
    "Judgement",
    "LinkType",
    "MailStatus",
    "Margin",
    "Membership",
    "MembershipStore",
    "NoteOrigin",
    "Notice",
    "NoticeKind",
    "NoticeMail",
    "NoticePreference",
    "Partner",
    "PolicyEvent",
    "PolicyLogEntry",
    "PolicyStatus",
    "PolicyVersion",
    "Role",
    "SecondReview",
    "Store",
    "StoreKind",
    "StoreOwnedQuerySet",
    "StoreStatus",
    "User",
]
