"""Orders as Tmall tells them: the store's own, their refunds, and the affiliates'.

Nothing of a buyer is kept. An order is a sub-order: one item of what was bought together.
`day` is the business day on which it was made, in whatever night it changed since.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from campaigns.models.facts.base import Fact, FactQuerySet


class StoreOrder(Fact):
    """An order of the store, from wherever its buyer came; `status` in Tmall's own words."""

    OWNER = ("brand_id", "store_id")
    KEY = ("sub_order_id", "day")

    pk = models.CompositePrimaryKey("brand_id", "store_id", "sub_order_id", "day", "known_from")
    sub_order_id = models.CharField(_("sub-order"), max_length=32)
    order_id = models.CharField(_("order"), max_length=32)
    num_iid = models.CharField(_("item"), max_length=15)
    item_title = models.CharField(max_length=120)
    quantity = models.BigIntegerField(null=True)
    status = models.CharField(_("status"), max_length=40)
    paid_fen = models.BigIntegerField(null=True)
    ordered_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    modified_at = models.DateTimeField(null=True)

    objects = FactQuerySet["StoreOrder"].as_manager()

    class Meta:
        verbose_name = _("store order")
        verbose_name_plural = _("store orders")


class StoreRefundQuerySet(FactQuerySet["StoreRefund"]):
    def without_order(self, at: datetime) -> Self:
        """Keep the refunds that were known then, without the order that they belong to."""
        order = StoreOrder.objects.as_of(at).filter(
            brand=OuterRef("brand"), store=OuterRef("store"), sub_order_id=OuterRef("sub_order_id")
        )
        return self.as_of(at).filter(~Exists(order))

    def asked_by(self, moment: datetime) -> Self:
        return self.filter(asked_at__lte=moment)


class StoreRefund(Fact):
    """A refund, an amount of its own: never taken off the order that it belongs to."""

    OWNER = ("brand_id", "store_id")
    KEY = ("refund_id", "day")

    pk = models.CompositePrimaryKey("brand_id", "store_id", "refund_id", "day", "known_from")
    refund_id = models.CharField(_("refund"), max_length=32)
    sub_order_id = models.CharField(_("sub-order"), max_length=32)
    order_id = models.CharField(_("order"), max_length=32)
    status = models.CharField(_("status"), max_length=40)
    refund_fen = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    modified_at = models.DateTimeField(null=True)

    objects = StoreRefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("store refund")
        verbose_name_plural = _("store refunds")


class AffiliateOrder(Fact):
    """An order that Tmall's affiliate programme ascribes to a click of its own.

    `status` is its number: 12 paid, 13 closed, 14 received, 3 settled.
    """

    OWNER = ("brand_id", "store_id")
    KEY = ("sub_order_id", "day")

    pk = models.CompositePrimaryKey("brand_id", "store_id", "sub_order_id", "day", "known_from")
    sub_order_id = models.CharField(_("sub-order"), max_length=32)
    order_id = models.CharField(_("order"), max_length=32)
    num_iid = models.CharField(_("item"), max_length=15)
    item_title = models.CharField(max_length=120)
    quantity = models.BigIntegerField(null=True)
    status = models.PositiveSmallIntegerField(_("status"))
    paid_fen = models.BigIntegerField(null=True)
    clicked_at = models.DateTimeField(null=True)
    ordered_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    modified_at = models.DateTimeField(null=True)
    adzone_id = models.CharField(max_length=32)
    relation_id = models.CharField(max_length=32)
    is_refunded = models.BooleanField()

    objects = FactQuerySet["AffiliateOrder"].as_manager()

    class Meta:
        verbose_name = _("affiliate order")
        verbose_name_plural = _("affiliate orders")
