"""蒲公英 orders: what a brand has commissioned a creator to write, as the partner tells it."""

from typing import Self

from django.db import connection as database
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from campaigns.models.note import Note
from campaigns.models.star_task import OrderKind, StarTask
from merchants.models import Brand, Connection, Store, StoreOwnedQuerySet
from portal.lib.days import known_now

# Of several orders for one note the newest holds.
NEWEST = """
newest AS (
SELECT DISTINCT ON (placed.note_id)
       placed.note_id, placed.order_id, placed.kind, task.id AS star_task_id
  FROM campaigns_creatororder placed
  LEFT JOIN campaigns_startask task
    ON task.brand_id = placed.brand_id AND task.store_id = placed.store_id
   AND task.task_id = placed.task_id
 WHERE placed.brand_id = %(brand)s
 ORDER BY placed.note_id, placed.ordered_at DESC, placed.id DESC)
"""
UNBIND = f"""
WITH {NEWEST}
DELETE FROM campaigns_startasknote bound
 USING newest
 WHERE bound.brand_id = %(brand)s AND bound.by_order AND newest.note_id = bound.note_id
   AND newest.star_task_id IS DISTINCT FROM bound.star_task_id
"""  # noqa: S608  # made of constants
BIND = f"""
WITH {NEWEST}
INSERT INTO campaigns_startasknote
       (brand_id, store_id, star_task_id, note_id, order_id, order_kind, authorisation,
        bound_at, by_order)
SELECT note.brand_id, note.store_id, newest.star_task_id, note.id, newest.order_id, newest.kind,
       0, %(now)s, true
  FROM newest
  JOIN campaigns_note note ON note.id = newest.note_id
 WHERE newest.star_task_id IS NOT NULL
    ON CONFLICT (brand_id, note_id) DO NOTHING
"""  # noqa: S608  # made of constants
FILL_IN = f"""
WITH {NEWEST}
UPDATE campaigns_startasknote bound
   SET order_id = newest.order_id, order_kind = newest.kind
  FROM newest
 WHERE bound.brand_id = %(brand)s AND newest.note_id = bound.note_id
   AND (bound.by_order OR bound.order_id = '')
   AND (bound.order_id, bound.order_kind) <> (newest.order_id, newest.kind)
"""  # noqa: S608  # made of constants


class CreatorOrderQuerySet(StoreOwnedQuerySet["CreatorOrder"]):
    def newest_first(self) -> Self:
        return self.order_by("-ordered_at", "-pk")

    def without_star_task(self) -> Self:
        """Keep those that name a star task which the brand has not entered for the store."""
        entered = StarTask.objects.filter(
            brand_id=OuterRef("brand_id"),
            store_id=OuterRef("store_id"),
            task_id=OuterRef("task_id"),
        )
        return self.exclude(task_id="").exclude(Exists(entered))

    def bind_star_tasks(self, brand_id: int) -> None:
        """Bind each note to the star task that its order names; safe to run twice.

        What a person has bound stays: only an order that they left blank is filled in.
        """
        with database.cursor() as cursor:
            for statement in (UNBIND, BIND, FILL_IN):
                cursor.execute(statement, {"brand": brand_id, "now": known_now()})


class CreatorOrder(models.Model):
    """An order and the note written for it. `kind_word` is the partner's own word for the kind.

    The fee is null where the partner doesn't say it, and `task_id` blank without a star task.
    """

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="creator_orders", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="+", verbose_name=_("store")
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", verbose_name=_("connection")
    )
    note = models.ForeignKey(
        Note, on_delete=models.PROTECT, related_name="creator_orders", verbose_name=_("note")
    )
    order_id = models.CharField(_("Pugongying order"), max_length=32)
    kind = models.CharField(_("kind of order"), max_length=8, choices=OrderKind)
    kind_word = models.CharField(_("kind in Pugongying's words"), max_length=20)
    creator = models.CharField(_("creator"), max_length=80, blank=True)
    fee_fen = models.BigIntegerField(_("creator's fee"), null=True, blank=True)
    task_id = models.CharField(_("star task id"), max_length=32, blank=True)
    ordered_at = models.DateTimeField(_("ordered"))
    known_at = models.DateTimeField(_("known since"), default=known_now)

    objects = CreatorOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("Pugongying order")
        verbose_name_plural = _("Pugongying orders")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "connection", "order_id", "note"], name="creator_order_once"
            ),
            models.CheckConstraint(
                condition=models.Q(fee_fen=None) | models.Q(fee_fen__gte=0),
                name="creator_order_fee",
            ),
        ]
        indexes = [models.Index(fields=["order_id"], name="creator_order_whose")]  # across brands

    def __str__(self) -> str:
        return self.order_id
