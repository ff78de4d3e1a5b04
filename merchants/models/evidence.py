"""What a brand shows for the facts it states."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from merchants.models.people import Brand, User
from merchants.models.stores import Store, StoreOwnedQuerySet
from portal.lib import days
from portal.lib.days import known_now

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class EvidenceKind(models.TextChoices):
    SCORES = "scores", _("Store scores")
    LICENCE = "licence", _("Business licence")
    CATEGORY = "category", _("Category authorisation")


class EvidenceQuerySet(StoreOwnedQuerySet["Evidence"]):
    def newest_first(self) -> Self:
        """Load with each row who uploaded it, and the row that took its place."""
        return self.select_related("uploaded_by").prefetch_related("successors").order_by("-pk")

    def current(self) -> Self:
        return self.filter(successors=None)


class Evidence(models.Model):
    """A file that a brand uploaded, never changed: a newer one takes its place by a new row."""

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("store")
    )
    kind = models.CharField(_("kind of evidence"), max_length=10, choices=EvidenceKind)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    content_type = models.CharField(_("content type"), max_length=20)
    name = models.CharField(_("file name"), max_length=100)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("replaces"),
    )
    uploaded_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=known_now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "store", "replaces"],
                condition=Q(replaces__isnull=False),
                name="evidence_replaced_once",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="evidence_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.name}"

    @property
    def replaced_by(self) -> "Evidence | None":
        return next(iter(self.successors.all()), None)

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def standing(self) -> "tuple[str, StrOrPromise]":
        """The colour and the word of its badge."""
        if self.replaced_by:
            return "", _("Replaced")
        if self.valid_until and self.valid_until < days.today():
            return "bad", _("Expired")
        return "ok", _("On file")


def in_force(pieces: Iterable[Evidence], day: date) -> list[Evidence]:
    """Keep what no other piece replaces and what is still valid on the day, oldest first."""
    pieces = sorted(pieces, key=lambda piece: piece.pk)
    replaced = {piece.replaces_id for piece in pieces}
    return [
        piece
        for piece in pieces
        if piece.pk not in replaced and (piece.valid_until is None or piece.valid_until >= day)
    ]
