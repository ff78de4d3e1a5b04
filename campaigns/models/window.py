"""What is owed to the ledger: a row per connection, report and business day."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from merchants.models import Brand, Connection, ConnectionStatus, Store, StoreOwnedQuerySet


class WindowStatus(models.TextChoices):
    OWED = "owed", _("Owed")
    LEASED = "leased", _("Being pulled")
    CLOSED = "closed", _("Complete")
    FAILED = "failed", _("Refused by the partner")
    DEAD = "dead", _("Given up")
    HELD = "held", _("Held until a person has looked")


class SyncWindowQuerySet(StoreOwnedQuerySet["SyncWindow"]):
    def due(self, at: datetime | Now) -> Self:
        """Keep what may be pulled: owed by now, or left behind by a worker that is gone.

        A connection that waits for consent is not asked.
        """
        return self.filter(connection__status=ConnectionStatus.CONNECTED).filter(
            Q(status=WindowStatus.OWED, not_before__lte=at)
            | Q(status=WindowStatus.LEASED, lease_until__lt=at)
        )

    def not_handed_out_since(self, moment: datetime) -> Self:
        return self.filter(Q(handed_out_at=None) | Q(handed_out_at__lt=moment))

    def still_open(self) -> Self:
        """Keep what is owed, by this night or an earlier one."""
        return self.filter(status__in=[WindowStatus.OWED, WindowStatus.LEASED])

    def ended(self) -> Self:
        """Keep what nobody pulls or waits for any more, well or badly."""
        return self.exclude(status__in=[WindowStatus.OWED, WindowStatus.LEASED])

    def held(self) -> Self:
        return self.filter(status=WindowStatus.HELD)

    def newest_day_first(self) -> Self:
        return self.order_by("-day", "pk")


class SyncWindow(models.Model):
    """One business day of one report of one connection.

    `owed_on` is the date as known on which it was last asked for; it is asked for again each
    night while the day may still be restated, and `pull` counts how often. `fence` rises with
    each claim: a worker whose lease has passed on writes nothing any more. `attempts` counts
    claims that neither kept a page nor were ended, `retries` those that ended in "later" since
    the last page, `doubts` the pulls in a row whose rows did not add up. `named` is what the
    last pull named that lacked something, for the next one to agree with. Once `is_released`, a
    person answers for the magnitude of the figures of its next pull.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="sync_windows")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="sync_windows")
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="sync_windows"
    )
    report = models.CharField(_("report"), max_length=30)
    day = models.DateField(_("business day"))
    status = models.CharField(
        _("status"), max_length=8, choices=WindowStatus, default=WindowStatus.OWED
    )
    owed_on = models.DateField(_("owed on"))
    pull = models.PositiveIntegerField(_("pulls"), default=1)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    retries = models.PositiveSmallIntegerField(_("retries"), default=0)
    doubts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    handed_out_at = models.DateTimeField(null=True, blank=True)
    next_page = models.PositiveIntegerField(default=1)
    cursor = models.CharField(max_length=200, blank=True)  # where the next page begins
    expected_rows = models.PositiveIntegerField(_("rows declared"), null=True, blank=True)
    closed_on = models.DateField(_("complete as known on"), null=True, blank=True)
    closed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    error = models.TextField(_("what went wrong"), blank=True)
    named = models.CharField(max_length=64, blank=True)
    is_released = models.BooleanField(default=False)

    objects = SyncWindowQuerySet.as_manager()

    class Meta:
        verbose_name = _("sync window")
        verbose_name_plural = _("sync windows")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "connection", "report", "day"], name="sync_window_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(status__in=["owed", "leased"]),
                name="sync_window_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.day}"


class PulledPage(models.Model):
    """One page as it was pulled: the receipt behind each figure."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    window = models.ForeignKey(SyncWindow, on_delete=models.PROTECT, related_name="pages")
    owed_on = models.DateField(_("owed on"))
    pull = models.PositiveIntegerField(_("pull"))
    number = models.PositiveIntegerField(_("page"))
    sha256 = models.CharField(max_length=64)
    # emptied once they are counted
    keys = ArrayField(models.CharField(max_length=24), verbose_name=_("note ids"))
    cursor = models.CharField(max_length=200, blank=True)  # of the page that follows
    refused = models.PositiveIntegerField(_("rows quarantined"), default=0)
    changed = models.PositiveIntegerField(_("rows changed"), default=0)
    known_at = models.DateTimeField(_("known"))
    answered_at = models.DateTimeField(null=True, blank=True)  # by the partner's clock
    pulled_at = models.DateTimeField(_("pulled"), default=timezone.now)

    class Meta:
        verbose_name = _("pulled page")
        verbose_name_plural = _("pulled pages")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "window", "pull", "number"], name="pulled_page_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.window_id} · {self.number}"


class QuarantinedRow(models.Model):
    """A row that cannot be believed, kept as sent, with the reason."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    window = models.ForeignKey(SyncWindow, on_delete=models.PROTECT, related_name="quarantined")
    row_hash = models.CharField(max_length=64)
    raw = models.TextField(_("row as sent"))
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("quarantined row")
        verbose_name_plural = _("quarantined rows")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "window", "row_hash"], name="quarantined_row_once"
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Heartbeat(models.Model):
    """When a background process last showed itself. No tenant: it is about us."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
