"""A sheet of links to attach: what each row asks for, and what became of it.

A sheet is for one store. Two advertisers of a brand may promote the same note, so a note's id
alone would not say whose it is.
"""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.component import BuyingMode, LinkPosition
from campaigns.models.link import Link, LinkText
from campaigns.models.note import Note
from merchants.models import Brand, Store, StoreOwnedQuerySet, User
from portal.lib.days import known_now
from portal.lib.destinations import ITEM, STORE, Destination

KEPT = timedelta(days=30)
MOST_ATTEMPTS = 3


class Verdict(models.TextChoices):
    READY = "ready", _("Can be attached")
    REFUSED = "refused", _("Refused")
    SAME = "same", _("Has this link already")
    ATTACHED = "attached", _("Link attached")


class LinkSheetQuerySet(StoreOwnedQuerySet["LinkSheet"]):
    def newest_first(self) -> Self:
        return self.order_by("-uploaded_at", "-pk")

    def owing(self) -> Self:
        """Keep those that were not read to their end, or not attached though asked to be.

        One that a worker failed on as often as it may is left for a person.
        """
        unfinished = Q(checked_at=None) | Q(asked_at__isnull=False, attached_at=None)
        return self.filter(unfinished, attempts__lt=MOST_ATTEMPTS)

    def expired(self, now: datetime) -> Self:
        return self.filter(uploaded_at__lte=now - KEPT)


class LinkSheet(models.Model):
    """One uploaded file. `cells` are its rows until each has a row of its own with a verdict."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="link_sheets")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="link_sheets")
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    cells = models.JSONField(default=list)
    row_count = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=known_now)
    checked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    attached_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = LinkSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("link sheet")
        verbose_name_plural = _("link sheets")
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_at=None) | Q(checked_at__isnull=False),
                name="link_sheet_checked_before_attached",
            ),
            models.CheckConstraint(
                condition=Q(attached_at=None) | Q(asked_at__isnull=False),
                name="link_sheet_attached_because_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_working(self) -> bool:
        return self._is_unfinished and not self.is_given_up

    @property
    def is_given_up(self) -> bool:
        return self._is_unfinished and self.attempts >= MOST_ATTEMPTS

    @property
    def _is_unfinished(self) -> bool:
        return not self.checked_at or bool(self.asked_at and not self.attached_at)

    def ask_to_attach(self, *, by: User) -> bool:
        """Write down that the good rows are to be attached; of two who ask one is told so."""
        ready = LinkSheet.objects.filter(pk=self.pk, checked_at__isnull=False, asked_at=None)
        return bool(ready.update(asked_at=known_now(), asked_by=by, attempts=0))


class SheetRowQuerySet(StoreOwnedQuerySet["SheetRow"]):
    def in_order(self) -> Self:
        return self.order_by("number")

    def ready(self) -> Self:
        return self.filter(verdict=Verdict.READY)

    def counts(self) -> dict[str, int]:
        """Return how many rows have each verdict."""
        told = self.values_list("verdict").annotate(count=Count("pk"))
        return dict.fromkeys(Verdict.values, 0) | dict(told)


class SheetRow(models.Model):
    """A row as it was typed, what it names, and its verdict with every reason."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    sheet = models.ForeignKey(LinkSheet, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    note_typed = models.CharField(max_length=200, blank=True)
    target_typed = models.CharField(max_length=200, blank=True)
    text_typed = models.CharField(max_length=200, blank=True)
    is_marked_as_ad = models.BooleanField(default=False)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, null=True, related_name="+")
    item_id = models.CharField(max_length=15, blank=True)
    item_title = models.CharField(max_length=120, blank=True)
    shop = models.CharField(max_length=63, blank=True)
    text = models.CharField(max_length=15, choices=LinkText, blank=True)
    position = models.CharField(max_length=8, choices=LinkPosition, default=LinkPosition.CAPSULE)
    buying_mode = models.CharField(max_length=3, choices=BuyingMode, default=BuyingMode.CID)
    shares_health = models.BooleanField(default=False)
    verdict = models.CharField(max_length=8, choices=Verdict)
    reasons = models.JSONField(default=list)
    link = models.ForeignKey(Link, on_delete=models.PROTECT, null=True, related_name="+")

    objects = SheetRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "sheet", "number"], name="sheet_row_once_by_number"
            ),
            models.CheckConstraint(
                condition=~Q(verdict__in=["ready", "attached"]) | Q(note__isnull=False),
                name="sheet_row_that_is_good_names_a_note",
            ),
            models.CheckConstraint(
                condition=Q(verdict="attached") ^ Q(link=None),
                name="sheet_row_attached_has_its_link",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def destination(self) -> Destination:
        kind = ITEM if self.item_id else STORE
        return Destination(kind, item_id=self.item_id, shop=self.shop)
