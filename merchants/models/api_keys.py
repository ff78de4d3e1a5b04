"""Keys by which programs ask for what a member may see, with at most that member's rights."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from merchants.models.invitations import hash_token
from merchants.models.people import Brand, Membership, Role

WINDOW = timedelta(minutes=1)  # in which a key's calls are counted
NEVER = 0  # no window has this number


class ApiScope(models.TextChoices):
    READ = "read", _("Stores, applications, campaigns, notes, links and the state of the data")
    METRICS = "metrics", _("Figures and exports")
    LINKS = "links", _("Attach, pause and resume links")


class ApiKeyState(models.TextChoices):
    LIVE = "live", _("In use")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def seen_by(self, membership: Membership) -> Self:
        """Owners of every store see all keys, others their own."""
        rows = self.filter(brand_id=membership.brand_id)
        if membership.allows(Role.OWNER) and not membership.narrowed_to:
            return rows
        return rows.filter(membership=membership.pk)

    def live_at(self, now: datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=now)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class ApiKey(models.Model):
    """Only the secret's hash is kept. Times are real.

    It goes with its membership, and may do what that may at the time of each call.
    `window_calls` counts the calls of the minute `window_number`.
    """

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="api_keys", verbose_name=_("brand")
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="api_keys", verbose_name=_("membership")
    )
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("begins with"), max_length=8)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=10, choices=ApiScope), verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    window_number = models.BigIntegerField(default=NEVER)
    window_calls = models.PositiveIntegerField(default=0)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.UniqueConstraint(fields=["brand", "prefix"], name="api_key_prefix_once"),
            models.CheckConstraint(condition=~Q(scopes=[]), name="api_key_may_do_something"),
        ]
        indexes = [models.Index(fields=["prefix"], name="api_key_by_prefix")]  # before any brand

    def __str__(self) -> str:
        return self.name

    def new_secret(self) -> str:
        """Put a new secret's hash into the row and return the whole key; the caller saves."""
        self.prefix = secrets.token_hex(4)
        secret = secrets.token_urlsafe(32)
        self.secret_hash = hash_token(secret)
        return f"{self.shown}_{secret}"

    @property
    def shown(self) -> str:
        """The part of the key by which people tell it from others."""
        return f"rc_{self.prefix}"

    @property
    def state(self) -> ApiKeyState:
        if self.revoked_at:
            return ApiKeyState.REVOKED
        return ApiKeyState.LIVE if self.expires_at > timezone.now() else ApiKeyState.EXPIRED

    @property
    def scopes_shown(self) -> "list[str]":
        return [str(ApiScope(scope).label) for scope in self.scopes]


class ApiCallQuerySet(models.QuerySet["ApiCall"]):
    def older_than(self, age: timedelta) -> Self:
        return self.filter(at__lt=timezone.now() - age)


class ApiCall(models.Model):
    """What a key was answered under an `Idempotency-Key`; no status yet: it is being done."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="calls")
    name = models.CharField(max_length=200)
    asked_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.JSONField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = ApiCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("API call")
        verbose_name_plural = _("API calls")
        constraints = [
            models.UniqueConstraint(fields=["brand", "key", "name"], name="api_call_once")
        ]
        indexes = [models.Index(fields=["at"], name="api_call_age")]

    def __str__(self) -> str:
        return self.name
