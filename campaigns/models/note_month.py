"""What a note's days of a whole month add up to, kept until anything of the month changes."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.facts.base import BY_RECEIPT
from campaigns.models.note_day_step import NoteSums
from merchants.models import Brand, Connection, Store, StoreOwnedQuerySet


class SummedMonthQuerySet(StoreOwnedQuerySet["SummedMonth"]):
    def as_of(self, moment: datetime) -> Self:
        """Keep the months that have stood still since the moment."""
        return self.filter(settled_at__lte=moment)


class SummedMonth(models.Model):
    """An account's month of which each note's sums are kept, as known from `settled_at` on.

    The database forgets it in the transaction that changes any row of the month, so what stands
    here is what the rows say.
    """

    brand = models.ForeignKey(Brand, **BY_RECEIPT)
    store = models.ForeignKey(Store, **BY_RECEIPT)
    connection = models.ForeignKey(Connection, **BY_RECEIPT)
    month = models.DateField(_("first day of the month"))
    settled_at = models.DateTimeField(_("last changed"))

    objects = SummedMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("summed month")
        verbose_name_plural = _("summed months")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "month", "store"], name="month_is_summed_once"
            )
        ]
        indexes = [models.Index(fields=["brand", "month"], name="summed_month_by_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class NoteMonth(NoteSums):
    """The sums of one note in a summed month, under its last `day`."""

    note_id = models.CharField(_("note id"), max_length=24)
    day = models.DateField(_("last day of the month"))

    objects = StoreOwnedQuerySet["NoteMonth"].as_manager()

    class Meta:
        verbose_name = _("month of a note")
        verbose_name_plural = _("months of notes")
        indexes = [models.Index(fields=["brand", "day"], name="note_month_by_day")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.day:%Y-%m}"
