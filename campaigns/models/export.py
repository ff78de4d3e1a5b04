"""Files that are too long to wait for: what was asked, how far each is, and what was made."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from merchants.models import Brand, Membership, Role, Store, User
from portal.lib.days import known_now

KEPT = timedelta(days=7)
LEASE = timedelta(minutes=2)  # renewed with every batch of rows
MOST_ATTEMPTS = 3


class ExportKind(models.TextChoices):
    RESULTS = "results", _("Results of the direct links")
    STAR = "star", _("Results of the star tasks")
    ORDERS = "orders", _("Orders of a bucket")
    IN_SITE = "in_site", _("In-site shop beside Tmall")
    RECEIPT = "receipt", _("Receipt of a figure")
    MISSING = "missing", _("Missing notes")
    QUARANTINE = "quarantine", _("Quarantined rows")
    REFUSED = "refused", _("Refused rows of an import")


# what each asks of its reader, as the page that it is the file of
ASKED_OF = {ExportKind.ORDERS: Role.FINANCE}


class ExportStatus(models.TextChoices):
    OWED = "owed", pgettext_lazy("of an export", "Being made")
    READY = "ready", pgettext_lazy("of an export", "Ready")
    FAILED = "failed", pgettext_lazy("of an export", "Not made")


class ExportTrouble(models.TextChoices):
    """Why a file was not made."""

    NARROWED = "narrowed", _("You may no longer see all that it would hold.")
    GONE = "gone", _("Part of what it asks for is gone.")
    LOST = "lost", _("It was tried three times and came to no end.")


class ExportQuerySet(models.QuerySet["Export"]):
    def seen_by(self, membership: Membership) -> Self:
        """Keep the person's own, as far as they may still see all that is in them."""
        kinds = [kind for kind in ExportKind if may_ask(membership, kind)]
        own = self.filter(brand_id=membership.brand_id, asked_by=membership.user_id, kind__in=kinds)
        if membership.narrowed_to:
            within = Q(reach__contained_by=list(membership.narrowed_to))
            own = own.filter(within).exclude(reach=[])
        return own

    def owed(self) -> Self:
        return self.filter(status=ExportStatus.OWED)

    def free(self) -> Self:
        """Keep those that nobody is making, or whose maker must be gone."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=Now()))

    def due(self) -> Self:
        return self.owed().free().filter(attempts__lt=MOST_ATTEMPTS)

    def given_up(self) -> Self:
        return self.owed().free().filter(attempts__gte=MOST_ATTEMPTS)

    def held_by(self, export: "Export") -> Self:
        """Keep the export as long as this attempt is the newest: a late maker has no say."""
        return self.owed().filter(pk=export.pk, attempts=export.attempts)

    def there(self, now: datetime) -> Self:
        """Keep those that can be taken."""
        return self.filter(status=ExportStatus.READY, expires_at__gt=now)

    def expired(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class Export(models.Model):
    """A file that somebody asked for, as known when they did.

    `asked` is the address that asks it, with its days written out. `reach` are the stores that the
    person was narrowed to, and none is every store: who reaches less by now gets nothing. Each
    attempt has its number, and only the newest may write.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(_("what"), max_length=10, choices=ExportKind)
    asked = models.JSONField(default=dict)
    ending = models.CharField(max_length=4)
    name = models.CharField(_("file name"), max_length=200)
    language = models.CharField(max_length=10)
    reach = ArrayField(models.BigIntegerField(), default=list)
    known_at = models.DateTimeField(_("as known on"), default=known_now)
    asked_at = models.DateTimeField(_("asked for"), default=known_now)
    status = models.CharField(
        _("status"), max_length=6, choices=ExportStatus, default=ExportStatus.OWED
    )
    trouble = models.CharField(
        _("why it was not made"), max_length=8, choices=ExportTrouble, blank=True
    )
    rows = models.PositiveIntegerField(_("rows"))
    done_rows = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    part_count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(_("expires"))

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [
            models.Index(fields=["brand", "asked_by", "-id"], name="export_of_person"),
            models.Index(
                fields=["brand"], condition=Q(status=ExportStatus.OWED), name="export_owed"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=ExportStatus.READY) | Q(part_count__gt=0),
                name="export_ready_has_its_file",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_owed(self) -> bool:
        return self.status == ExportStatus.OWED

    @property
    def is_begun(self) -> bool:
        return self.is_owed and self.attempts > 0

    @property
    def is_ready(self) -> bool:
        return self.status == ExportStatus.READY


class ExportPart(models.Model):
    """Some bytes of the file, packed; in the order of their numbers they are the whole."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    packed = models.BinaryField()

    class Meta:
        verbose_name = _("part of an export")
        verbose_name_plural = _("parts of exports")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "export", "number"], name="export_part_once_by_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.export_id} · {self.number}"


def may_ask(membership: Membership, kind: ExportKind) -> bool:
    return membership.allows(ASKED_OF.get(kind, Role.VIEWER))
