from merchants.models.access import AccessEvent, AccessKind
from merchants.models.api_keys import ApiCall, ApiKey, ApiKeyState, ApiScope
from merchants.models.application import Application, ApplicationEvent, ApplicationStatus, Margin
from merchants.models.budgets import (
    PartnerBudget,
    PartnerFailure,
    PartnerIncident,
)
from merchants.models.consents import ConsentRecord, ConsentStep
from merchants.models.evidence import Evidence, EvidenceKind
from merchants.models.grants import BrandGrant, BrandGrantEvent, BrandGrantStore, GrantStatus
from merchants.models.history import Change
from merchants.models.invitations import Invitation, InvitationStore
from merchants.models.notices import (
    MailStatus,
    Notice,
    NoticeKind,
    NoticeMail,
    NoticePreference,
    OwedMail,
    OwedMailQuerySet,
)
from merchants.models.participation import (
    Participation,
    ParticipationEvent,
    ParticipationStatus,
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
    ConnectionState,
    ConnectionStatus,
    DomainTaken,
    Partner,
    Store,
    StoreKind,
    StoreOwnedQuerySet,
    StoreStatus,
)
from merchants.models.transfers import (
    ReleaseStatus,
    StoreRelease,
    StoreReleaseEvent,
    StoreTransfer,
    StoreTransferEvent,
    TransferStatus,
)
from merchants.models.webhooks import (
    DeliveryStatus,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    WebhookReason,
    WebhookStatus,
)

__all__ = [
    "AccessEvent",
    "AccessKind",
    "ApiCall",
    "ApiKey",
    "ApiKeyState",
    "ApiScope",
    "Application",
    "ApplicationEvent",
    "ApplicationStatus",
    "Brand",
    "BrandGrant",
    "BrandGrantEvent",
    "BrandGrantStore",
    "Category",
    "Change",
    "Connection",
    "ConnectionState",
    "ConnectionStatus",
    "ConsentRecord",
    "ConsentStep",
    "DeliveryStatus",
    "DomainTaken",
    "Evidence",
    "EvidenceKind",
    "GrantStatus",
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
    "OwedMail",
    "OwedMailQuerySet",
    "Participation",
    "ParticipationEvent",
    "ParticipationStatus",
    "Partner",
    "PartnerBudget",
    "PartnerFailure",
    "PartnerIncident",
    "PolicyEvent",
    "PolicyLogEntry",
    "PolicyStatus",
    "PolicyVersion",
    "ReleaseStatus",
    "Role",
    "SecondReview",
    "Store",
    "StoreKind",
    "StoreOwnedQuerySet",
    "StoreRelease",
    "StoreReleaseEvent",
    "StoreStatus",
    "StoreTransfer",
    "StoreTransferEvent",
    "TransferStatus",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "WebhookReason",
    "WebhookStatus",
]
