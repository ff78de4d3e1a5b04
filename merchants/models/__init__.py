from merchants.models.admission import IllegalMove, PolicyVersion
from merchants.models.application import Application, ApplicationEvent, ApplicationStatus
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
