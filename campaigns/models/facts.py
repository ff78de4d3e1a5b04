"""The ledger: what each partner said of each day, and from when to when we knew it so."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from merchants.models import Brand, Connection, Store, StoreOwnedQuerySet


class NoteDayQuerySet(StoreOwnedQuerySet["NoteDay"]):
    def as_of(self, moment: datetime) -> Self:
        """Keep what was known at the moment: the newest word then, however it changed since."""
        return self.filter(known_from__lte=moment).filter(Q(known_to=None) | Q(known_to__gt=moment))


class NoteDay(models.Model):
    """聚光's note report: one note on one day of ad clicks (in the video stream: exposures).

    Counts are as sent; money is fen; null is "not returned", which is not 0. Orders and GMV
    of N days belong to the day of the ad click. A row is never edited: a restatement closes it
    (`known_to`) and opens another. Partitioned by month of `day`.
    """

    pk = models.CompositePrimaryKey("brand_id", "connection_id", "note_id", "day", "known_from")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="note_days")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="note_days")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="note_days")
    note_id = models.CharField(_("note id"), max_length=24)
    day = models.DateField(_("business day"))
    known_from = models.DateTimeField(_("known from"))
    known_to = models.DateTimeField(_("known to"), null=True)
    page_id = models.BigIntegerField(_("pulled page"))
    fee_fen = models.BigIntegerField(null=True)
    impression = models.BigIntegerField(null=True)
    click = models.BigIntegerField(null=True)
    like = models.BigIntegerField(null=True)
    comment = models.BigIntegerField(null=True)
    collect = models.BigIntegerField(null=True)
    share = models.BigIntegerField(null=True)
    follow = models.BigIntegerField(null=True)
    interaction = models.BigIntegerField(null=True)
    jump_click = models.BigIntegerField(null=True)
    order_7 = models.BigIntegerField(null=True)
    order_15 = models.BigIntegerField(null=True)
    order_30 = models.BigIntegerField(null=True)
    gmv_7_fen = models.BigIntegerField(null=True)
    gmv_15_fen = models.BigIntegerField(null=True)
    gmv_30_fen = models.BigIntegerField(null=True)

    objects = NoteDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("note day")
        verbose_name_plural = _("note days")

    def __str__(self) -> str:
        return f"{self.note_id} {self.day}"
