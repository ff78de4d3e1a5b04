from merchants.models.admission import (
    Application,
    ApplicationEvent,
    ApplicationStatus,
    IllegalMove,
    PolicyVersion,
)
from merchants.models.evidence import AccessEvent, AccessKind, Evidence, EvidenceKind
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
    "Membership",
    "MembershipStore",
    "Partner",
    "PolicyVersion",
    "Role",
    "Store",
    "StoreKind",
    "StoreOwnedQuerySet",
    "StoreStatus",
    "User",
]
