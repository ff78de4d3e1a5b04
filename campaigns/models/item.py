"""What a store sells, as Tmall tells us: the catalogue that links point into."""

from datetime import datetime
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from campaigns.models.link import Link, LinkQuerySet
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

    def still_there(self) -> Self:
        return self.exclude(status=ItemStatus.DELETED)

    def missing(self) -> Self:
        """Keep what the last whole list left out, and nobody has asked Tmall about since."""
        return self.still_there().filter(missing_since__isnull=False)

    def linked(self) -> Self:
        return self.filter(Exists(_links_to_item()))

    def with_links(self) -> Self:
        """Add `link_count`: open links of the item's store that lead to it."""
        counted = _links_to_item().order_by().values("item_id").annotate(links=Count("pk"))
        return self.annotate(link_count=Coalesce(Subquery(counted.values("links")), 0))

    def named_like(self, text: str) -> Self:
        """Keep the items whose title contains the text, or whose number begins with it."""
        return self.filter(Q(title__icontains=text) | Q(num_iid__startswith=text))

    def on_sale_first(self) -> Self:
        gone_last = Case(
            When(status=ItemStatus.ON_SALE, then=0),
            When(status=ItemStatus.IN_STOCK, then=1),
            default=2,
        )
        return self.order_by(gone_last, "title", "pk")

    def by_title(self) -> Self:
        return self.order_by("title", "pk")


def _links_to_item() -> LinkQuerySet:
    return Link.objects.not_ended().filter(
        brand_id=OuterRef("brand_id"),
        store_id=OuterRef("store_id"),
        item_id=OuterRef("num_iid"),
    )


class Item(models.Model):
    """One item of a store. `known_at` is when Tmall told us of what stands here; prices are fen.

    An item that is told of again without a change keeps its row as it was: how far the whole
    catalogue reaches is the store's `Catalogue`. `missing_since` is when a whole list left the
    item out; until Tmall has been asked about it by its number that means nothing.
    """

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
    stock = models.PositiveBigIntegerField(_("stock"), null=True, blank=True)
    modified_at = models.DateTimeField(_("changed by the seller"), null=True, blank=True)
    list_at = models.DateTimeField(_("put on the shelf"), null=True, blank=True)
    delist_at = models.DateTimeField(_("comes off the shelf"), null=True, blank=True)
    missing_since = models.DateTimeField(_("not listed since"), null=True, blank=True)
    first_seen_at = models.DateTimeField(_("first seen"), default=known_now)
    known_at = models.DateTimeField(_("known"), default=known_now)

    link_count: int  # only on rows of `with_links()`

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
        indexes = [
            models.Index(
                fields=["brand", "store", "missing_since"],
                condition=Q(missing_since__isnull=False),
                name="item_missing",
            ),
            models.Index(fields=["brand", "store", "cid", "price_fen"], name="item_by_kind"),
            models.Index(fields=["num_iid"], name="item_whose"),  # read across brands
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_for_sale(self) -> bool:
        return self.status == ItemStatus.ON_SALE and self.price_fen > 0


class CatalogueQuerySet(StoreOwnedQuerySet["Catalogue"]):
    def due(self) -> Self:
        """Keep the stores whose items are to be asked about by now, by the database's clock."""
        return self.filter(not_before__lte=Now())


class Catalogue(models.Model):
    """How far our knowledge of a store's items reaches.

    `listed_at` is when Tmall last named them all, `changed_until` up to when we have asked what
    changed since, `unanswered_since` from when on it has not answered, with the reason; these
    are times as known. `not_before` says when to ask again, in real time.
    """

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="catalogues", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="catalogues", verbose_name=_("store")
    )
    listed_at = models.DateTimeField(_("listed in full"), null=True, blank=True)
    changed_until = models.DateTimeField(_("changes asked for until"), null=True, blank=True)
    unanswered_since = models.DateTimeField(_("unanswered since"), null=True, blank=True)
    problem = models.CharField(_("what went wrong"), max_length=200, blank=True)
    retries = models.PositiveSmallIntegerField(_("retries"), default=0)
    not_before = models.DateTimeField(_("not before"), db_default=Now())

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("catalogue")
        verbose_name_plural = _("catalogues")
        constraints = [models.UniqueConstraint(fields=["brand", "store"], name="catalogue_once")]
        indexes = [models.Index(fields=["not_before"], name="catalogue_due")]

    def __str__(self) -> str:
        return f"{self.store_id}"

    @property
    def known_until(self) -> datetime | None:
        """When what stands in the catalogue was last confirmed; None before the first list."""
        if self.listed_at is None:
            return None
        return max(self.listed_at, self.changed_until or self.listed_at)
