"""An address that a brand has asked to join it; whoever proves to own the address may accept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from merchants.models.people import Brand, Role, User

VALID = timedelta(days=7)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def unanswered(self) -> Self:
        """Keep what is neither accepted nor revoked; it may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)

    def waiting(self, at: datetime) -> Self:
        return self.unanswered().filter(expires_at__gt=at)

    def sent_to(self, user: User) -> Self:
        """Keep those to an address that the user has proved to own."""
        addresses = user.emailaddress_set.filter(verified=True)
        return self.filter(email__in=[address.email.lower() for address in addresses])

    def newest_first(self) -> Self:
        return self.order_by("-invited_at", "-pk")


class Invitation(models.Model):
    """Only the token's hash is kept: the mail alone holds the link.

    `stores` narrows what is offered, and none means every store, as with a membership.
    """

    narrowed_to: tuple[int, ...]

    brand = models.ForeignKey(
        Brand, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("brand")
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=Role)
    stores = models.ManyToManyField(
        "merchants.Store", through="merchants.InvitationStore", related_name="+", blank=True
    )
    token_hash = models.CharField(max_length=64)
    invited_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("invited by"),
    )
    invited_at = models.DateTimeField(_("invited"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    times_sent = models.PositiveSmallIntegerField(_("times sent"), default=1)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_unanswered_once",
            ),
            models.UniqueConstraint(fields=["brand", "token_hash"], name="invitation_token_once"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None),
                name="invitation_accepted_or_revoked",
            ),
        ]
        indexes = [
            models.Index(fields=["email"], name="invitation_by_email"),
            models.Index(fields=["token_hash"], name="invitation_by_token"),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.brand}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    def load_stores(self) -> None:
        """Read which stores the offer is narrowed to; before it, `narrowed_to` raises."""
        chosen = InvitationStore.objects.filter(invitation=self).order_by("store_id")
        self.narrowed_to = tuple(chosen.values_list("store_id", flat=True))

    def new_token(self) -> str:
        """Put a new token in the place of the old one, whose link dies; the caller saves."""
        token = secrets.token_urlsafe(32)
        self.token_hash = hash_token(token)
        self.sent_at = timezone.now()
        self.expires_at = self.sent_at + VALID
        return token


class InvitationStore(models.Model):
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="+")
    # a store that vanished from the list would leave none, and none means every store
    store = models.ForeignKey("merchants.Store", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "invitation", "store"], name="invitation_store_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.invitation_id} · {self.store_id}"
