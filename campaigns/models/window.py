"""What is owed to the ledger: a row per connection, report and business day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, F, Q, When, Window
from django.db.models.functions import Now, RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models.file_import import FileImport
from merchants.models import Brand, Connection, ConnectionStatus, Store, StoreOwnedQuerySet


class WindowStatus(models.TextChoices):
    OWED = "owed", _("Owed")
    LEASED = "leased", _("Being pulled")
    CLOSED = "closed", _("Complete")
    FAILED = "failed", _("Refused by the partner")
    DEAD = "dead", _("Given up")
    HELD = "held", _("Held until a person has looked")


def readable(at: datetime | Now) -> Q:
    """Keep windows whose connection may be asked: consented, and not paused."""
    paused = Q(connection__paused_until__gt=at)
    return Q(connection__status=ConnectionStatus.CONNECTED) & ~paused


class SyncWindowQuerySet(StoreOwnedQuerySet["SyncWindow"]):
    def due(self, at: datetime | Now) -> Self:
        """Keep what may be pulled: owed by now, or left behind by a worker that is gone.

        A connection that waits for consent, or is paused, is not asked.
        """
        return self.filter(readable(at)).filter(
            Q(status=WindowStatus.OWED, not_before__lte=at)
            | Q(status=WindowStatus.LEASED, lease_until__lt=at)
        )

    def in_fair_turns(self, first: Sequence[str], newest: date) -> Self:
        """Let each brand have one before any has two; what was never pulled comes first.

        On a day on which the reports of `first` are wanted most, their newest day goes ahead.
        """
        wanted = Case(When(report__in=first, day__gte=newest, then=0), default=1)
        never = Case(When(closed_on=None, then=0), default=1)
        within = (wanted.asc(), never.asc(), F("day").desc(), F("pk").asc())
        turn = Window(RowNumber(), partition_by=F("brand_id"), order_by=within)
        return self.annotate(turn=turn).order_by("turn", *within)

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

    ALL_CAME = "."  # the last page is kept, and the window only has to be closed

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="sync_windows", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="sync_windows", verbose_name=_("store")
    )
    connection = models.ForeignKey(
        Connection,
        on_delete=models.PROTECT,
        related_name="sync_windows",
        verbose_name=_("connection"),
    )
    report = models.CharField(_("report"), max_length=30)
    day = models.DateField(_("business day"))
    status = models.CharField(
        _("status"), max_length=8, choices=WindowStatus, default=WindowStatus.OWED
    )
    owed_on = models.DateField(_("owed on"))
    owed_at = models.DateTimeField(_("owed since"), db_default=Now())  # real time
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
    cursor = models.CharField(max_length=200, blank=True)  # where the next page begins, or ALL_CAME
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
    """One page as it was pulled, or one part of a file: the receipt behind each figure."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    window = models.ForeignKey(
        SyncWindow, on_delete=models.PROTECT, null=True, blank=True, related_name="pages"
    )
    file_import = models.ForeignKey(
        FileImport, on_delete=models.PROTECT, null=True, blank=True, related_name="pages"
    )
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
    # on the last page of a pull: the ids whose facts its end closed, as it named them no more
    gone = ArrayField(models.CharField(max_length=32), null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pulled page")
        verbose_name_plural = _("pulled pages")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "window", "pull", "number"], name="pulled_page_once"
            ),
            models.UniqueConstraint(
                fields=["brand", "file_import", "pull", "number"],
                name="pulled_page_once_of_a_file",
            ),
            models.CheckConstraint(
                condition=Q(window=None) ^ Q(file_import=None), name="pulled_page_has_one_origin"
            ),
        ]
        # Pages come in the order of these: a summary of each block of the table is enough.
        indexes = [
            BrinIndex(fields=["pulled_at"], autosummarize=True, name="pulled_page_by_time"),
            BrinIndex(fields=["owed_on"], autosummarize=True, name="pulled_page_by_night"),
        ]

    def __str__(self) -> str:
        return f"{self.window_id or self.file_import_id} · {self.number}"


class QuarantinedRowQuerySet(StoreOwnedQuerySet["QuarantinedRow"]):
    def pulled(self) -> Self:
        """Keep the rows of windows; a file's stand on the page of its import."""
        return self.filter(window__isnull=False)

    def unsettled(self) -> Self:
        return self.filter(settled_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-window__day", "-pk")

    def older_than(self, row: "QuarantinedRow") -> Self:
        """Keep what comes after it, the newest first."""
        day = row.pulled_window.day
        return self.filter(Q(window__day__lt=day) | Q(window__day=day, pk__lt=row.pk))


class QuarantinedRow(models.Model):
    """A row that cannot be believed, kept as sent, with the reason.

    A file's row has its number, and holds the columns that are read alone.

    `last_pull` is the window's last pull that refused it. It is settled once a later pull was
    complete without refusing it again; the row stays.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    window = models.ForeignKey(
        SyncWindow, on_delete=models.PROTECT, null=True, blank=True, related_name="quarantined"
    )
    file_import = models.ForeignKey(
        FileImport, on_delete=models.PROTECT, null=True, blank=True, related_name="quarantined"
    )
    number = models.PositiveIntegerField(_("row"), null=True, blank=True)
    row_hash = models.CharField(max_length=64)
    raw = models.TextField(_("row as sent"))
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"), default=timezone.now)
    last_pull = models.PositiveIntegerField(_("last refused in pull"), default=1)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = QuarantinedRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("quarantined row")
        verbose_name_plural = _("quarantined rows")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "window", "row_hash"], name="quarantined_row_once"
            ),
            models.UniqueConstraint(
                fields=["brand", "file_import", "number"], name="quarantined_row_once_of_a_file"
            ),
            models.CheckConstraint(
                condition=Q(window=None) ^ Q(file_import=None),
                name="quarantined_row_has_one_origin",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "store"],
                condition=Q(settled_at=None),
                name="quarantined_row_unsettled",
            )
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def pulled_window(self) -> SyncWindow:
        """Return the window of a row that was pulled; a file's row has none."""
        if self.window is None:
            raise ValueError(f"Row {self.pk} came by a file.")
        return self.window


class Heartbeat(models.Model):
    """When a background process last showed itself. No tenant: it is about us."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
