"""What the note report's days add up to, kept beside the ledger by the database itself."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from campaigns.models.facts.base import BY_RECEIPT
from merchants.models import Brand, Connection, Store, StoreOwnedQuerySet


class NoteDayStepQuerySet(StoreOwnedQuerySet["NoteDayStep"]):
    def as_of(self, moment: datetime) -> Self:
        """Keep the steps until then: added up they are what was known at the moment."""
        return self.filter(moment__lte=moment)

    def told_by(self, *names: str) -> "models.QuerySet[NoteDayStep, dict[str, Any]]":
        """Group by these, and keep the groups of which any note day is told: `rows` of them."""
        groups: models.QuerySet[NoteDayStep, Any] = self.values(*names)
        return groups.annotate(rows=Sum("note_days")).filter(rows__gt=0)


class NoteSums(models.Model):
    """What so many `note_days` of the note report add up to, that returned the same columns.

    Where a column is null, none of them returned it. Money is in fen. Only the database itself
    writes such rows; the command `sums` proves them, and makes them anew.
    """

    brand = models.ForeignKey(Brand, **BY_RECEIPT)
    store = models.ForeignKey(Store, **BY_RECEIPT)
    connection = models.ForeignKey(Connection, **BY_RECEIPT)
    note_days = models.BigIntegerField()
    fee_fen = models.BigIntegerField(null=True)
    impression = models.BigIntegerField(null=True)
    click = models.BigIntegerField(null=True)
    interaction = models.BigIntegerField(null=True)
    jump_click = models.BigIntegerField(null=True)
    order_7 = models.BigIntegerField(null=True)
    order_15 = models.BigIntegerField(null=True)
    order_30 = models.BigIntegerField(null=True)
    gmv_7_fen = models.BigIntegerField(null=True)
    gmv_15_fen = models.BigIntegerField(null=True)
    gmv_30_fen = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


class NoteDayStep(NoteSums):
    """What one moment changed in the sums of an account's business day: what came in less what
    went out, of so many `note_days` of the note report.

    A trigger on the ledger writes them in its own transaction, so they are never behind.
    """

    day = models.DateField(_("business day"))
    moment = models.DateTimeField(_("known from"))

    objects = NoteDayStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a note day's sums")
        verbose_name_plural = _("steps of note days' sums")
        indexes = [models.Index(fields=["brand", "day"], name="note_day_step_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.moment}"
