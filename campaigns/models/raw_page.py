"""What a partner answered, as it came: so that a figure can be recomputed from it."""

from datetime import date, timedelta
from typing import Self

from backports import zstd
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.window import PulledPage
from merchants.models import Brand, Store, StoreOwnedQuerySet

KEPT = timedelta(days=400)  # after its business day: a year to compare with, and its nights
QUICKLY = 1  # its usual level takes longer, for as many bytes


class RawPageQuerySet(StoreOwnedQuerySet["RawPage"]):
    def expired(self, today: date) -> Self:
        """Keep those whose business day is too long ago: a day's raw goes as a whole."""
        return self.filter(day__lt=today - KEPT)


class RawPage(models.Model):
    """The body of a pulled page that changed a fact: the bytes whose hash the receipt shows.

    A page that changed nothing said the same as is kept already, so its body is not.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    page = models.OneToOneField(
        PulledPage, on_delete=models.PROTECT, primary_key=True, related_name="raw"
    )
    day = models.DateField(_("business day"))
    packed = models.BinaryField()

    objects = RawPageQuerySet.as_manager()

    class Meta:
        verbose_name = _("raw page")
        verbose_name_plural = _("raw pages")
        indexes = [models.Index(fields=["day"], name="raw_page_by_day")]

    def __str__(self) -> str:
        return str(self.page_id)

    @classmethod
    def of(cls, page: PulledPage, day: date, body: bytes) -> Self:
        own = {"brand_id": page.brand_id, "store_id": page.store_id, "page": page, "day": day}
        return cls(**own, packed=zstd.compress(body, level=QUICKLY))

    @property
    def body(self) -> bytes:
        """Return the answer as it came; nothing, where what is kept can no longer be unpacked."""
        try:
            return zstd.decompress(bytes(self.packed))
        except zstd.ZstdError:
            return b""
