"""The hours in which a brand is told of no alert."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from merchants.models import Brand, Membership
from portal.lib.days import SHANGHAI


class QuietHoursQuerySet(models.QuerySet["QuietHours"]):
    def seen_by(self, membership: Membership) -> Self:
        return self.filter(brand_id=membership.brand_id)


class QuietHours(models.Model):
    """From the full hour `starts` to before `ends`, in Asia/Shanghai; it may lie over midnight."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="quiet_hours")
    starts = models.PositiveSmallIntegerField(_("from"))
    ends = models.PositiveSmallIntegerField(_("to"))

    objects = QuietHoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")
        constraints = [
            models.UniqueConstraint(fields=["brand"], name="quiet_hours_once"),
            models.CheckConstraint(
                condition=Q(starts__lt=24, ends__lt=24) & ~Q(starts=F("ends")),
                name="quiet_hours_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts:02}:00–{self.ends:02}:00"

    def cover(self, moment: datetime) -> bool:
        hour = moment.astimezone(SHANGHAI).hour
        if self.starts < self.ends:
            return self.starts <= hour < self.ends
        return hour >= self.starts or hour < self.ends
