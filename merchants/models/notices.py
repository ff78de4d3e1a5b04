"""What a person is told of a brand's stores, and the mails that this owes them."""

from datetime import timedelta
from email.utils import make_msgid, parseaddr
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from merchants.models.people import Brand, User
from merchants.models.stores import Store, StoreOwnedQuerySet
from portal.lib.days import known_now

AnyMail = TypeVar("AnyMail", bound="OwedMail")


class NoticeKind(models.TextChoices):
    STORE_REGISTERED = "store_registered", _("A store is registered")
    HANDED_IN = "handed_in", _("An application is handed in")
    APPROVED = "approved", _("An application is approved")
    REJECTED = "rejected", _("An application is rejected")
    NEEDS_CONSENT = "needs_consent", _("A connection needs consent again")
    AT_RISK = "at_risk", _("A joined store no longer meets the policy")
    RESTRICTED = "restricted", _("A joined store is restricted")
    SUSPENDED = "suspended", _("A joined store is suspended by the policy")
    CURED = "cured", _("A joined store is in good standing again")
    HELD = "held", _("The platform suspends a store")
    RELEASED = "released", _("The platform lifts a suspension")
    CONSENT_EXPIRING = "consent_expiring", _("A consent expires soon")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("A consent is withdrawn")
    MEMBER_JOINED = "member_joined", _("Someone accepts an invitation")
    AGENCY_OFFERED = "agency_offered", _("A brand offers yours access as its agency")
    AGENCY_REVOKED = "agency_revoked", _("A brand ends your access as its agency")
    AGENCY_ACCEPTED = "agency_accepted", _("An agency accepts access")
    AGENCY_RETURNED = "agency_returned", _("An agency gives its access back")
    TRANSFER_ASKED = "transfer_asked", _("Another brand asks for a store")
    STORE_KEPT = "store_kept", _("A request for a store is over")
    STORE_MOVED = "store_moved", _("A store is released to another brand")
    TRANSFER_APPROVED = "transfer_approved", _("A transfer you asked for is approved")
    TRANSFER_REJECTED = "transfer_rejected", _("A transfer you asked for is rejected")
    TRANSFER_EXPIRED = "transfer_expired", _("A transfer you asked for has expired")
    LINK_BROKEN = "link_broken", _("Links no longer lead to an item that can be bought")
    LINK_PAUSED = "link_paused", _("Links are paused because the policy changed")
    LINK_RESTORED = "link_restored", _("Links lead on again")
    LINK_REJECTED = "link_rejected", _("A link is rejected")
    LINK_LIVE = "link_live", _("Links go live")
    NIGHT_LATE = "night_late", _("Data is late in the morning")
    WEBHOOK_OFF = "webhook_off", _("A webhook is switched off")
    ROBOT_OFF = "robot_off", _("A group robot is switched off")
    ALERT_RAISED = "alert_raised", _("An alert is raised")
    ALERT_CLEARED = "alert_cleared", _("An alert has cleared")
    EXPORT_READY = "export_ready", _("An export that you asked for is ready")
    EXPORT_FAILED = "export_failed", _("An export that you asked for could not be made")


class NoticeQuerySet(StoreOwnedQuerySet["Notice"]):
    def told_to(self, user: User) -> Self:
        return self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def mark_read(self) -> int:
        return self.unread().update(read_at=known_now())


class Notice(models.Model):
    """`parameters` fill in the kind's sentence, which is made in the reader's language.

    One without a store is for the brand's owners of all its stores.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="notices")
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=30, choices=NoticeKind)
    parameters = models.JSONField(default=dict)
    link = models.CharField(max_length=200)
    created_at = models.DateTimeField(_("created"), default=known_now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["brand", "user", "-id"], name="notice_inbox"),
            models.Index(
                fields=["brand", "user"], condition=models.Q(read_at=None), name="notice_unread"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class NoticePreference(models.Model):
    """Whether a person wants mail of a kind; without a row they do."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30, choices=NoticeKind)
    by_mail = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "user", "kind"], name="notice_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.kind}"


class MailStatus(models.TextChoices):
    OWED = "owed", _("To be sent")
    CLAIMED = "claimed", _("Being sent")
    SENT = "sent", _("Sent")
    UNSURE = "unsure", _("Unsure")
    FAILED = "failed", _("Failed")


def new_message_id() -> str:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return make_msgid(domain=address.rpartition("@")[2])


class OwedMailQuerySet(models.QuerySet[AnyMail]):
    def due(self) -> Self:
        return self.filter(status=MailStatus.OWED, not_before__lte=Now())

    def claimed_before(self, age: timedelta) -> Self:
        return self.filter(status=MailStatus.CLAIMED, claimed_at__lt=Now() - age)

    def oldest_first(self) -> Self:
        return self.order_by("pk")

    def with_reader(self) -> Self:
        """Join what whoever writes the mail reads of it, when no scope is open any more."""
        return self.select_related(*self.model.READ_WITH)


class OwedMail(models.Model):
    """A mail that is owed. `attempts` says whose claim it is: a late sender's no longer counts.

    A claim that nobody settled leaves it unsure, and only a person has it sent again; the
    `message_id` stays the same, so that a mail server can tell the second copy.
    """

    READ_WITH: ClassVar[tuple[str, ...]]

    status = models.CharField(
        _("status"), max_length=10, choices=MailStatus, default=MailStatus.OWED
    )
    message_id = models.CharField(max_length=200, default=new_message_id, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("not before"), db_default=Now())
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.message_id


class NoticeMail(OwedMail):
    READ_WITH = ("notice__user", "store")

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="+", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("store"),
    )
    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, related_name="+", verbose_name=_("notice")
    )

    objects = OwedMailQuerySet["NoticeMail"].as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(fields=["brand", "notice"], name="notice_mail_once"),
            models.UniqueConstraint(fields=["brand", "message_id"], name="notice_mail_message_id"),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=models.Q(status__in=[MailStatus.OWED, MailStatus.CLAIMED]),
                name="notice_mail_open",
            )
        ]
