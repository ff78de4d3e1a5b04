"""Of which rows every change is kept: a line for each model, or the reason why there is none.

The tables are made by the next `makemigrations`; `history_tables()` goes to that migration's end.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from merchants.models.access import AccessEvent
from merchants.models.api_keys import ApiCall, ApiKey
from merchants.models.application import Application, ApplicationEvent
from merchants.models.budgets import PartnerBudget, PartnerFailure, PartnerIncident
from merchants.models.consents import ConsentRecord
from merchants.models.evidence import Evidence
from merchants.models.grants import BrandGrant, BrandGrantEvent, BrandGrantStore
from merchants.models.invitations import Invitation, InvitationStore
from merchants.models.notices import Notice, NoticeMail, NoticePreference
from merchants.models.participation import Participation, ParticipationEvent
from merchants.models.people import Brand, Membership, MembershipStore, User
from merchants.models.policy import PolicyEvent, PolicyLogEntry, PolicyVersion
from merchants.models.second_review import SecondReview
from merchants.models.stores import Connection, Store, StoreOwnedQuerySet
from merchants.models.transfers import (
    StoreRelease,
    StoreReleaseEvent,
    StoreTransfer,
    StoreTransferEvent,
)
from merchants.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookEvent
from portal.lib.days import starts_at
from portal.lib.history import keep
from portal.lib.scope import Hat


class UserGroup(User.groups.through):  # type: ignore[misc, name-defined]  # Django makes it
    """That a person is in a group of the platform's staff, which gives them rights."""

    class Meta:
        proxy = True


class UserPermission(User.user_permissions.through):  # type: ignore[misc, name-defined]  # as above
    class Meta:
        proxy = True


# Left out: secrets, sealed or hashed, and what changes without anybody doing anything.
keep(Brand)
keep(Membership)
keep(MembershipStore)
keep(Invitation, leave_out=["token_hash"])
keep(InvitationStore)
keep(Store)
keep(Evidence)
keep(
    Application,
    leave_out=["draft", "draft_saved_at", "claimed_until", "assigned_to", "margin", "due_at"],
)
keep(
    Connection,
    leave_out=[
        "access_sealed",
        "refresh_sealed",
        "access_expires_at",
        "refresh_expires_at",
        "version",
        "refresh_lease_until",
        "last_good_call_at",
        "renewed_at",
        "expiry_told",
    ],
)
keep(BrandGrant)
keep(BrandGrantStore)
keep(StoreTransfer)
keep(StoreRelease)
keep(Participation, leave_out=["judged_on"])
keep(NoticePreference)
keep(
    WebhookEndpoint,
    leave_out=[
        *("uid", "secret_sealed", "older_sealed", "older_until", "failing_since"),
        *("address_sealed", "fingerprint"),
    ],
)
keep(ApiKey, leave_out=["secret_hash", "last_used_at", "window_number", "window_calls"])
keep(PolicyVersion)
keep(PolicyLogEntry)
keep(User, leave_out=["password", "last_login"])
keep(UserGroup)
keep(UserPermission)

WITHOUT: dict[type[models.Model], str] = {
    AccessEvent: "is itself a record that nobody changes",
    ApiCall: "is an answer kept for a day: what the call changed has its own history",
    ApplicationEvent: "is itself a record that nobody changes",
    BrandGrantEvent: "is itself a record that nobody changes",
    ConsentRecord: "is itself a record that nobody changes",
    ParticipationEvent: "is itself a record that nobody changes",
    SecondReview: "is the platform's alone: a brand's owner would read it in the brand's history",
    StoreReleaseEvent: "is itself a record that nobody changes",
    StoreTransferEvent: "is itself a record that nobody changes",
    PolicyEvent: "is itself a record that nobody changes",
    Notice: "tells what another row's history holds",
    PartnerBudget: "is a counter: each call would be a row, and nobody decides anything",
    PartnerFailure: "is a count of the last minute",
    PartnerIncident: "is itself a record, and of no brand",
    NoticeMail: "is a queue: each try would be a row, and nobody decides anything",
    WebhookDelivery: "is a queue: each try would be a row, and nobody decides anything",
    WebhookEvent: "is itself a record that nobody changes",
}


class ChangeQuerySet(StoreOwnedQuerySet["Change"]):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-pgh_id", "subject")

    def by(self, person: int) -> Self:
        return self.filter(actor_id=person).exclude(hat=Hat.ADMIN)

    def by_staff(self) -> Self:
        return self.filter(hat=Hat.ADMIN)

    def of_kind(self, subject: str) -> Self:
        return self.filter(subject=subject)

    def on(self, day: date) -> Self:
        return self.filter(at__gte=starts_at(day), at__lt=starts_at(day + timedelta(days=1)))

    def without_content(self) -> Self:
        """Leave out what makes each row dear, so that a page is found quickly wherever it is."""
        return self.defer("kept", "context")

    def in_full(self, page: Iterable["Change"]) -> Self:
        """Read these again with their content; each history is asked for its own by its key."""
        numbers = defaultdict(list)
        for change in page:
            numbers[change.subject].append(change.pgh_id)
        chosen = Q(pk__in=[])
        for subject, of_subject in numbers.items():
            chosen |= Q(subject=subject, pgh_id__in=of_subject)
        return self.filter(chosen)

    def with_before(self) -> Self:
        """Add `before`, the row as the change found it; computed for the rows of a page only."""
        same = Change.objects.filter(subject=OuterRef("subject"), row_id=OuterRef("row_id"))
        earlier = same.filter(pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
        return self.annotate(before=Subquery(earlier.values("kept")[:1]))


class Change(models.Model):
    """A row of any history: a view over them all, under whose locks it stands."""

    before: dict[str, Any] | None  # of `with_before`

    key = models.TextField(primary_key=True)
    subject = models.TextField(_("what was changed"))
    row_id = models.BigIntegerField(pgettext_lazy("audit", "number"))
    pgh_id = models.BigIntegerField()
    at = models.DateTimeField(_("at"))
    label = models.TextField(pgettext_lazy("audit", "change"))
    hat = models.TextField(_("role in the database"))
    brand = models.ForeignKey(
        Brand, on_delete=models.DO_NOTHING, null=True, related_name="+", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.DO_NOTHING, null=True, related_name="+", verbose_name=_("store")
    )
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, related_name="+", verbose_name=_("by")
    )
    context = models.JSONField(_("where from"), null=True)
    kept = models.JSONField(_("row"))

    objects = ChangeQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "merchants_change"
        verbose_name = pgettext_lazy("audit", "change")
        verbose_name_plural = pgettext_lazy("audit", "changes")

    def __str__(self) -> str:
        return self.key
