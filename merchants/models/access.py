"""Who came in, took data out or was turned away: rows that nobody changes."""

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, TruncHour
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from merchants.models.evidence import Evidence
from merchants.models.people import Brand, User
from merchants.models.stores import Store, StoreOwnedQuerySet
from portal.lib.days import starts_at


class AccessKind(models.TextChoices):
    EVIDENCE = "evidence", _("Evidence viewed")
    OPENED = "opened", _("Evidence opened by the brand")
    EXPORT = "export", _("Data exported")
    DENIED = "denied", _("Access denied")
    SHARED = "shared", _("Share link opened")
    LOGIN = "login", _("Logged in")
    LOGIN_FAILED = "login_failed", _("Login failed")
    LOGOUT = "logout", _("Logged out")
    FACTOR_ADDED = "factor_added", _("Second step set up")
    FACTOR_REMOVED = "factor_removed", _("Second step removed")
    FACTOR_FAILED = "factor_failed", _("Second step failed")
    CODES_RENEWED = "codes_renewed", _("Recovery codes renewed")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    EMAIL_CHANGED = "email_changed", _("E-mail changed")


BY_MEMBERS = (AccessKind.OPENED, AccessKind.EXPORT)
OF_A_BRAND = (AccessKind.EVIDENCE, *BY_MEMBERS, AccessKind.DENIED, AccessKind.SHARED)


class AccessEventQuerySet(StoreOwnedQuerySet["AccessEvent"]):
    def of_account(self, user: User) -> Self:
        """Keep what concerns the person's account and no brand."""
        return self.filter(actor=user, brand=None)

    def by(self, person: int) -> Self:
        """Keep what a member did; who was turned away is nobody's to know but the platform's."""
        return self.filter(actor_id=person, kind__in=BY_MEMBERS)

    def by_staff(self) -> Self:
        return self.filter(kind=AccessKind.EVIDENCE)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def on(self, day: date) -> Self:
        return self.filter(at__gte=starts_at(day), at__lt=starts_at(day + timedelta(days=1)))

    def newest_first(self) -> Self:
        return self.select_related("actor", "store", "evidence").order_by("-pk")


class AccessEvent(models.Model):
    """That somebody came in, or looked at what not everybody may see, or tried to.

    `actor` is whose account it was, also of a login that failed; a share link's reader has none,
    and opens it from one address any number of times in an hour for one row. The moment is real
    time, in the demo too. Only the function `record_access` writes rows, and only `purge_access`
    deletes them.
    """

    brand = models.ForeignKey(
        Brand,
        on_delete=models.PROTECT,
        null=True,
        related_name="access_events",
        verbose_name=_("brand"),
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("store")
    )
    kind = models.CharField(_("what was done"), max_length=20, choices=AccessKind)
    evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("evidence")
    )
    what = models.CharField(_("file"), max_length=200, blank=True)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    agent = models.CharField(pgettext_lazy("audit", "browser"), max_length=200, blank=True)
    request = models.CharField(pgettext_lazy("audit", "request"), max_length=32, blank=True)
    at = models.DateTimeField(_("at"), db_default=Now())

    objects = AccessEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("access event")
        verbose_name_plural = _("access events")
        constraints = [
            models.CheckConstraint(
                condition=Q(brand__isnull=False, kind__in=OF_A_BRAND)
                | (Q(brand=None) & ~Q(kind__in=OF_A_BRAND)),
                name="access_event_of_a_brand",
            ),
            # a prober would fill the table
            models.UniqueConstraint(
                "brand",
                "actor",
                TruncHour("at"),
                condition=Q(kind=AccessKind.DENIED),
                name="access_event_denied_once_an_hour",
            ),
            models.UniqueConstraint(
                "brand",
                "what",
                "ip",
                TruncHour("at"),
                condition=Q(kind=AccessKind.SHARED),
                nulls_distinct=False,
                name="access_event_shared_once_an_hour",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "-id"], name="access_event_of_brand"),
            models.Index(fields=["actor", "-id"], name="access_event_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.actor}"

    @property
    def is_a_failure(self) -> bool:
        return self.kind in {AccessKind.LOGIN_FAILED, AccessKind.FACTOR_FAILED}
