"""What a store sells, as Tmall tells us: the catalogue that links point into."""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from merchants.models import Brand, Store, StoreOwnedQuerySet
from portal.lib.days import known_now


class ItemStatus(models.TextChoices):
    """Tmall's own words, and ours for an item that it no longer knows."""

    ON_SALE = "onsale", _("On sale")
    IN_STOCK = "instock", _("Off the shelf")
    DELETED = "deleted", _("Deleted")


class ItemQuerySet(StoreOwnedQuerySet["Item"]):
    def on_sale(self) -> Self:
        return self.filter(status=ItemStatus.ON_SALE)

    def named_like(self, text: str) -> Self:
        """Keep the items whose title contains the text, or whose number begins with it."""
        return self.filter(Q(title__icontains=text) | Q(num_iid__startswith=text))

    def by_title(self) -> Self:
        return self.order_by("title", "pk")


class Item(models.Model):
    """One item of a store. `known_at` is when Tmall last told us of it; the price is in fen."""

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="items", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="items", verbose_name=_("store")
    )
    num_iid = models.CharField(
        _("item id"), max_length=15, validators=[RegexValidator(r"\A[1-9][0-9]{5,14}\Z")]
    )
    title = models.CharField(_("title"), max_length=120)
    price_fen = models.BigIntegerField(_("price"))
    picture_url = models.URLField(_("picture"), max_length=500, blank=True)
    cid = models.CharField(_("category id at Tmall"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=ItemStatus)
    first_seen_at = models.DateTimeField(_("first seen"), default=known_now)
    known_at = models.DateTimeField(_("known"), default=known_now)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints = [
            models.UniqueConstraint(fields=["brand", "store", "num_iid"], name="item_once"),
            models.CheckConstraint(
                condition=Q(num_iid__regex=r"^[1-9][0-9]{5,14}$"), name="item_has_a_number"
            ),
            models.CheckConstraint(condition=Q(price_fen__gte=0), name="item_price_is_no_debt"),
        ]

    def __str__(self) -> str:
        return self.title
