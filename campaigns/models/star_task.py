"""星任务: readers are matched across the platforms, and the note carries no link.

The task is made on the Taobao side, which has no interface for it: the brand names it here.
"""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.note import Note
from merchants.models import Brand, Store, StoreOwnedQuerySet, User
from portal.lib.days import known_now


class Authorisation(models.IntegerChoices):
    """Whether the creator lets the task read the note's readers: the partner's codes."""

    PENDING = 0, _("Authorisation pending")
    AUTHORISED = 1, _("Authorised by the creator")
    AUTOMATIC = 2, _("Authorised automatically")
    REJECTED = 3, _("Authorisation rejected")
    CANCELLED = 4, _("Authorisation cancelled")


GRANTED = (Authorisation.AUTHORISED, Authorisation.AUTOMATIC)


class OrderKind(models.TextChoices):
    CUSTOM = "custom", _("Customised (定制)")
    RECRUIT = "recruit", _("Recruited (招募)")
    OTHER = "other", _("Another kind of order")


CARRIES_TASK = (OrderKind.CUSTOM, OrderKind.RECRUIT)


class StarTaskQuerySet(StoreOwnedQuerySet["StarTask"]):
    def newest_first(self) -> Self:
        return self.order_by("-starts_on", "-pk")


class StarTask(models.Model):
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="star_tasks", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="star_tasks", verbose_name=_("store")
    )
    task_id = models.CharField(
        _("star task id"),
        max_length=32,
        validators=[
            RegexValidator(
                r"\A[0-9A-Za-z_-]{4,32}\Z",
                _("Copy the id from the Taobao side: letters, digits, - and _."),
            )
        ],
    )
    name = models.CharField(_("star task name"), max_length=60)
    group = models.CharField(_("task group"), max_length=40, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    budget_fen = models.BigIntegerField(_("budget"), null=True, blank=True)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), default=known_now)

    objects = StarTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("star task")
        verbose_name_plural = _("star tasks")
        constraints = [
            models.UniqueConstraint(fields=["brand", "task_id"], name="star_task_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="star_task_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(budget_fen=None) | Q(budget_fen__gte=0), name="star_task_budget"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StarTaskNote(models.Model):
    """A note of the task: the 蒲公英 order it was written for, and the creator's consent.

    `by_order` says that no person bound it, but the order that names the task.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    star_task = models.ForeignKey(StarTask, on_delete=models.PROTECT, related_name="note_rows")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="star_rows")
    order_id = models.CharField(_("Pugongying order"), max_length=32, blank=True)
    order_kind = models.CharField(_("kind of order"), max_length=8, choices=OrderKind, blank=True)
    authorisation = models.PositiveSmallIntegerField(
        _("authorisation"), choices=Authorisation, default=Authorisation.PENDING
    )
    bound_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    bound_at = models.DateTimeField(_("bound"), default=known_now)
    by_order = models.BooleanField(_("bound by its order"), default=False)

    objects = StoreOwnedQuerySet["StarTaskNote"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "note"], name="star_task_of_a_note"),
            models.CheckConstraint(
                condition=Q(authorisation__lte=4), name="star_task_authorisation"
            ),
            models.CheckConstraint(
                condition=Q(order_id="", order_kind="") | (~Q(order_id="") & ~Q(order_kind="")),
                name="star_task_order_has_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.star_task_id} · {self.note_id}"
