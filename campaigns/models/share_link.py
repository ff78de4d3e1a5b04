"""A link by which people without an account read one question's figures, for a while."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models.saved_view import ViewLine
from merchants.models import Brand, Membership, User
from merchants.models.invitations import hash_token
from portal.lib.days import known_now

MOST_TRIES = 10  # passwords in an hour, right or wrong
TRIES_FOR = timedelta(hours=1)


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def seen_by(self, membership: Membership) -> Self:
        """Keep the brand's; whoever is narrowed sees their own, as others' may tell of more."""
        rows = self.filter(brand_id=membership.brand_id)
        return rows.filter(made_by=membership.user_id) if membership.narrowed_to else rows

    def open_at(self, moment: datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=moment)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class ShareLink(models.Model):
    """What is asked is a copy: the saved view may be renamed or deleted.

    Only hashes of the token and the password are kept. It answers under the membership of who
    made it, as that is then. `expires_at`, `opened_at` and `tried_at` are real time.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="share_links")
    made_by = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", verbose_name=_("shared by")
    )
    line = models.CharField(_("line"), max_length=6, choices=ViewLine)
    name = models.CharField(_("name"), max_length=60)
    asked = models.JSONField(_("question"), default=dict)
    token_hash = models.CharField(max_length=64)
    password = models.CharField(max_length=128, blank=True)
    made_at = models.DateTimeField(_("shared"), default=known_now)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    opened = models.PositiveIntegerField(_("times opened"), default=0)
    opened_at = models.DateTimeField(_("last opened"), null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)  # the first of `tries`

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        constraints = [
            models.UniqueConstraint(fields=["brand", "token_hash"], name="share_link_token_once")
        ]
        indexes = [models.Index(fields=["token_hash"], name="share_link_by_token")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    def new_token(self) -> str:
        """Return a token of which the row keeps the hash; the caller saves."""
        token = secrets.token_urlsafe(32)
        self.token_hash = hash_token(token)
        return token

    def take_a_try(self) -> bool:
        """Count one more password before it is looked at; of many at once none slips through."""
        now = timezone.now()
        stale = Q(tried_at=None) | Q(tried_at__lte=now - TRIES_FOR)
        allowed = ShareLink.objects.filter(Q(tries__lt=MOST_TRIES) | stale, pk=self.pk)
        taken = allowed.update(
            tries=Case(When(stale, then=Value(1)), default=F("tries") + 1),
            tried_at=Case(When(stale, then=Value(now)), default=F("tried_at")),
        )
        return bool(taken)

    def count_opening(self) -> None:
        opened = {"opened": F("opened") + 1, "opened_at": timezone.now()}
        ShareLink.objects.filter(pk=self.pk).update(**opened)

    def revoke(self) -> None:
        rows = ShareLink.objects.filter(pk=self.pk, revoked_at=None)
        rows.update(revoked_at=timezone.now())
