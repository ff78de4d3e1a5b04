from merchants.models.admission import (
    Application,
    ApplicationEvent,
    ApplicationStatus,
    IllegalMove,
    PolicyVersion,
)
from merchants.models.notices import (
    MailStatus,
    Notice,
    NoticeKind,
    NoticeMail,
    NoticePreference,
)
from merchants.models.people import Brand, Membership, MembershipStore, Role, User
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
    "Application",
    "ApplicationEvent",
    "ApplicationStatus",
    "Brand",
    "Category",
    "Connection",
    "ConnectionStatus",
    "DomainTaken",
    "IllegalMove",
    "MailStatus",
    "Membership",
    "MembershipStore",
    "Notice",
    "NoticeKind",
    "NoticeMail",
    "NoticePreference",
    "Partner",
    "PolicyVersion",
    "Role",
    "Store",
    "StoreKind",
    "StoreOwnedQuerySet",
    "StoreStatus",
    "User",
]
