"""What a night could not settle by itself: alarms for the staff, and what partners changed."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models.window import SyncWindow
from merchants.models import Brand, Store, StoreOwnedQuerySet


class AlarmKind(models.TextChoices):
    CLOCK = "clock", _("Partner's clock is off")
    UNREADABLE = "unreadable", _("Answers cannot be read")
    FOREIGN = "foreign", _("Rows of another advertiser")
    LOOP = "loop", _("Pages without end")
    DOUBT = "doubt", _("Pulls do not add up")
    MAGNITUDE = "magnitude", _("Figures of another magnitude")


class SyncAlarmQuerySet(StoreOwnedQuerySet["SyncAlarm"]):
    def unsettled(self) -> Self:
        return self.filter(settled_at=None)


class SyncAlarm(models.Model):
    """Something about a window that staff should look at; a later good pull settles it.

    Its words never quote an answer: that may be another brand's.
    """

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="+", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="+", verbose_name=_("store")
    )
    window = models.ForeignKey(SyncWindow, on_delete=models.PROTECT, related_name="alarms")
    kind = models.CharField(_("kind"), max_length=10, choices=AlarmKind)
    words = models.CharField(_("what went wrong"), max_length=300)
    at = models.DateTimeField(_("at"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = SyncAlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("sync alarm")
        verbose_name_plural = _("sync alarms")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "window", "kind"],
                condition=Q(settled_at=None),
                name="sync_alarm_unsettled_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.window_id}"


class FieldDrift(models.Model):
    """A field, or a value of a field, that a report did not use to have. No tenant: about us.

    `times` counts the pages that had it.
    """

    report = models.CharField(_("report"), max_length=30)
    field = models.CharField(_("field"), max_length=60)
    value = models.CharField(_("value"), max_length=60, blank=True)  # blank: the field is new
    times = models.PositiveBigIntegerField(_("pages"), default=1)
    first_seen_at = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("new field")
        verbose_name_plural = _("new fields")
        constraints = [
            models.UniqueConstraint(fields=["report", "field", "value"], name="field_drift_once")
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.field}"
