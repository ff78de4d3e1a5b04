"""A store on its way to another brand: what the one asks for, and what the other is asked.

Neither brand sees the other's row. They are tied together by the transfer's number, which only
the database's own functions and the platform's staff follow.
"""

from datetime import date, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from merchants.models.people import Brand, Membership, User
from merchants.models.policy import IllegalMove
from merchants.models.stores import Store, StoreOwnedQuerySet
from portal.lib.days import known_now

REGISTER_WITHIN = timedelta(days=30)  # the store is kept for the asking brand that long
DECIDE_WITHIN = timedelta(days=30)  # after the answer was due; then the brand may ask again


class TransferStatus(models.TextChoices):
    REQUESTED = "requested", _("Transfer requested")
    APPROVED = "approved", _("Transfer approved")
    REJECTED = "rejected", _("Transfer rejected")
    WITHDRAWN = "withdrawn", _("Transfer withdrawn")
    EXPIRED = "expired", _("Transfer lapsed")
    COMPLETED = "completed", _("Transfer completed")


class ReleaseStatus(models.TextChoices):
    ASKED = "asked", _("Answer awaited")
    AGREED = "agreed", _("Agreed to release")
    OBJECTED = "objected", _("Objected to release")
    RELEASED = "released", _("Store released")
    KEPT = "kept", _("Store kept")


MOVES: dict[TransferStatus, set[TransferStatus]] = {
    TransferStatus.REQUESTED: {
        TransferStatus.APPROVED,
        TransferStatus.REJECTED,
        TransferStatus.WITHDRAWN,
        TransferStatus.EXPIRED,
    },
    TransferStatus.APPROVED: {TransferStatus.COMPLETED, TransferStatus.EXPIRED},
    TransferStatus.REJECTED: set(),
    TransferStatus.WITHDRAWN: set(),
    TransferStatus.EXPIRED: set(),
    TransferStatus.COMPLETED: set(),
}
COLOURS = {
    TransferStatus.REQUESTED: "info",
    TransferStatus.APPROVED: "warn",  # the brand has still to register it
    TransferStatus.REJECTED: "bad",
    TransferStatus.WITHDRAWN: "",
    TransferStatus.EXPIRED: "",
    TransferStatus.COMPLETED: "ok",
}
OPEN = (TransferStatus.REQUESTED, TransferStatus.APPROVED)
# Who answered may think better of it until the platform decides or the time is up.
RELEASE_MOVES: dict[ReleaseStatus, set[ReleaseStatus]] = {
    ReleaseStatus.ASKED: {
        ReleaseStatus.AGREED,
        ReleaseStatus.OBJECTED,
        ReleaseStatus.RELEASED,
        ReleaseStatus.KEPT,
    },
    ReleaseStatus.AGREED: {ReleaseStatus.OBJECTED, ReleaseStatus.RELEASED, ReleaseStatus.KEPT},
    ReleaseStatus.OBJECTED: {ReleaseStatus.AGREED, ReleaseStatus.RELEASED, ReleaseStatus.KEPT},
    ReleaseStatus.RELEASED: set(),
    ReleaseStatus.KEPT: set(),
}
UNDECIDED = (ReleaseStatus.ASKED, ReleaseStatus.AGREED, ReleaseStatus.OBJECTED)
ANSWERS = (ReleaseStatus.AGREED, ReleaseStatus.OBJECTED)


class StoreTransferQuerySet(models.QuerySet["StoreTransfer"]):
    def seen_by(self, membership: Membership) -> Self:
        """Keep the brand's; they are of no store of its own, so a narrowed member sees none."""
        rows = self.filter(brand_id=membership.brand_id)
        return rows.none() if membership.narrowed_to else rows

    def requested(self) -> Self:
        return self.filter(status=TransferStatus.REQUESTED)

    def approved(self) -> Self:
        return self.filter(status=TransferStatus.APPROVED)

    def run_out(self, day: date) -> Self:
        """Keep what nobody decided in time, and what was approved and not used in time."""
        return self.filter(
            Q(status=TransferStatus.REQUESTED, answer_by__lt=day - DECIDE_WITHIN)
            | Q(status=TransferStatus.APPROVED, register_by__lt=day)
        )

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class StoreTransfer(models.Model):
    """A brand's request for a store whose seller consented to it; nick and title are TOP's word."""

    brand = models.ForeignKey(
        Brand,
        on_delete=models.PROTECT,
        related_name="transfers",
        verbose_name=_("asking brand"),
    )
    seller_id = models.CharField(_("seller id"), max_length=20)
    nick = models.CharField(_("seller nick"), max_length=80)
    title = models.CharField(_("store"), max_length=80)
    reason = models.TextField(_("reason"))
    evidence = models.TextField(_("evidence in words"), blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=TransferStatus, default=TransferStatus.REQUESTED
    )
    requested_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    requested_at = models.DateTimeField(_("requested on"), default=known_now)
    answer_by = models.DateField(_("answer due"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision = models.TextField(_("reason of the decision"), blank=True)
    register_by = models.DateField(_("to be registered by"), null=True, blank=True)

    objects = StoreTransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("store transfer")
        verbose_name_plural = _("store transfers")
        permissions = [("decide_storetransfer", "Can decide on the transfer of a store")]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "seller_id"],
                condition=Q(status__in=OPEN),
                name="transfer_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "rejected"])
                | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="transfer_decided_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(register_by__isnull=False),
                name="transfer_approved_until",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "-id"], name="transfer_of_brand"),
            models.Index(
                fields=["seller_id"], condition=Q(status="approved"), name="transfer_promised"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} · T-{self.pk}"

    @property
    def colour(self) -> str:
        return COLOURS[TransferStatus(self.status)]

    @property
    def is_requested(self) -> bool:
        return self.status == TransferStatus.REQUESTED

    @property
    def is_approved(self) -> bool:
        return self.status == TransferStatus.APPROVED

    def move_to(
        self,
        target: TransferStatus,
        *,
        by: User | None = None,
        note: str = "",
        changes: dict[str, Any] | None = None,  # Any: as update() takes them
    ) -> None:
        """Change the status, and `changes` with it, and record it; or raise IllegalMove.

        The UPDATE matches only the status we read, so of two concurrent moves one fails.
        """
        source = TransferStatus(self.status)
        values = {"status": target} | (changes or {})
        with transaction.atomic():
            rows = StoreTransfer.objects.filter(pk=self.pk, status=source)
            if target not in MOVES[source] or not rows.update(**values):
                raise IllegalMove(_t("This is no longer open: someone has just changed it."))
            for name, value in values.items():
                setattr(self, name, value)
            self.events.create(
                brand_id=self.brand_id, source=source, target=target, actor=by, note=note
            )


class StoreTransferEvent(models.Model):
    """A move, kept for good; without an actor time made it."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    transfer = models.ForeignKey(StoreTransfer, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(_("from"), max_length=10, choices=TransferStatus)
    target = models.CharField(_("to"), max_length=10, choices=TransferStatus)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    note = models.TextField(_("remark"), blank=True)
    at = models.DateTimeField(_("at"), default=known_now)

    class Meta:
        verbose_name = _("store transfer event")
        verbose_name_plural = _("store transfer events")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class StoreReleaseQuerySet(StoreOwnedQuerySet["StoreRelease"]):
    def undecided(self) -> Self:
        return self.filter(status__in=UNDECIDED)

    def unanswered(self, day: date) -> Self:
        """Keep those for which an answer is still missing, and still taken."""
        return self.filter(status=ReleaseStatus.ASKED, answer_by__gte=day)

    def oldest_first(self) -> Self:
        return self.order_by("pk")


class StoreRelease(models.Model):
    """What the brand that has the store is asked; the database writes it, in words it may read."""

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="releases", verbose_name=_("present brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="releases", verbose_name=_("store")
    )
    transfer = models.ForeignKey(
        StoreTransfer,
        on_delete=models.PROTECT,
        related_name="releases",
        verbose_name=_("store transfer"),
    )
    asker = models.CharField(_("asking brand"), max_length=80)
    reason = models.TextField(_("reason"))
    status = models.CharField(
        _("status"), max_length=10, choices=ReleaseStatus, default=ReleaseStatus.ASKED
    )
    asked_at = models.DateTimeField(_("asked on"), default=known_now)
    answer_by = models.DateField(_("answer due"))
    answer = models.TextField(_("answer of the brand"), blank=True)
    answered_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered on"), null=True, blank=True)

    objects = StoreReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("store release")
        verbose_name_plural = _("store releases")
        constraints = [
            models.UniqueConstraint(fields=["brand", "transfer"], name="release_once_per_transfer")
        ]

    def __str__(self) -> str:
        return f"{self.asker} · T-{self.transfer_id}"

    @property
    def is_undecided(self) -> bool:
        return self.status in UNDECIDED

    @property
    def is_answered(self) -> bool:
        return self.status in ANSWERS

    @property
    def has_agreed(self) -> bool:
        return self.status == ReleaseStatus.AGREED

    def is_open_on(self, day: date) -> bool:
        """Whether an answer is still taken; the day named is the last one."""
        return self.is_undecided and day <= self.answer_by

    def may_be_approved_on(self, day: date) -> bool:
        """Before the answer is due only with the present brand's own word."""
        return self.has_agreed or (self.is_undecided and day > self.answer_by)

    def move_to(
        self,
        target: ReleaseStatus,
        *,
        by: User | None = None,
        note: str = "",
        changes: dict[str, Any] | None = None,  # Any: as update() takes them
    ) -> None:
        """Change the status, and `changes` with it, and record it; or raise IllegalMove."""
        source = ReleaseStatus(self.status)
        values = {"status": target} | (changes or {})
        with transaction.atomic():
            rows = StoreRelease.objects.filter(pk=self.pk, status=source)
            if target not in RELEASE_MOVES[source] or not rows.update(**values):
                raise IllegalMove(_t("This is no longer open: someone has just changed it."))
            for name, value in values.items():
                setattr(self, name, value)
            self.events.create(
                brand_id=self.brand_id,
                store_id=self.store_id,
                source=source,
                target=target,
                actor=by,
                note=note,
            )


class StoreReleaseEvent(models.Model):
    """A move, kept for good; without an actor the platform or time made it."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(StoreRelease, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(_("from"), max_length=10, choices=ReleaseStatus)
    target = models.CharField(_("to"), max_length=10, choices=ReleaseStatus)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    note = models.TextField(_("remark"), blank=True)
    at = models.DateTimeField(_("at"), default=known_now)

    class Meta:
        verbose_name = _("store release event")
        verbose_name_plural = _("store release events")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
