"""投放创意: which ad promotes which note, as 聚光 lists it."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from merchants.models import Brand, Connection, Store, StoreOwnedQuerySet
from portal.lib.days import known_now


class Delivery(models.IntegerChoices):
    """Whether the ad is shown at present; the codes are assumed, the platform publishes none."""

    RUNNING = 1, _("Ad running")
    PAUSED = 2, _("Ad paused")
    ENDED = 3, _("Ad ended")


class AdReview(models.IntegerChoices):
    REVIEWING = 1, _("Ad under review")
    APPROVED = 2, _("Ad approved")
    REJECTED = 3, _("Ad rejected")


class AdCreativeQuerySet(StoreOwnedQuerySet["AdCreative"]):
    def running_first(self) -> Self:
        return self.order_by("delivery", "ad_campaign_id", "creativity_id")


class AdCreative(models.Model):
    """A creative of an ad campaign; `note_id` is Xiaohongshu's, which may be known before the note.

    `gone_since` is when a complete list first left it out.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="ad_creatives")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    creativity_id = models.CharField(_("creative"), max_length=32)
    ad_unit_id = models.CharField(_("ad unit"), max_length=32, blank=True)
    ad_campaign_id = models.CharField(_("ad campaign"), max_length=32)
    ad_campaign_name = models.CharField(_("ad campaign's name"), max_length=80, blank=True)
    note_id = models.CharField(_("note id"), max_length=24)
    delivery = models.PositiveSmallIntegerField(_("ad status"), choices=Delivery)
    review = models.PositiveSmallIntegerField(_("ad review"), choices=AdReview)
    review_comment = models.CharField(_("Juguang's comment"), max_length=300, blank=True)
    known_at = models.DateTimeField(_("known since"), default=known_now)
    gone_since = models.DateTimeField(_("not listed since"), null=True, blank=True)

    objects = AdCreativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("ad creative")
        verbose_name_plural = _("ad creatives")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "connection", "creativity_id"], name="ad_creative_once"
            ),
            models.CheckConstraint(
                condition=models.Q(note_id__regex=r"^[0-9a-f]{24}$"), name="ad_creative_note"
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "note_id"], name="ad_creative_of_note"),
            # whose a row is: read across brands
            models.Index(fields=["creativity_id"], name="ad_creative_whose"),
            models.Index(fields=["ad_unit_id"], name="ad_unit_whose"),
            models.Index(fields=["ad_campaign_id"], name="ad_campaign_whose"),
        ]

    def __str__(self) -> str:
        return self.creativity_id
