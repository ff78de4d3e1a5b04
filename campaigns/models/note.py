"""Notes on Xiaohongshu, as 聚光 lists them for a connection."""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from merchants.models import Brand, Connection, Store, StoreOwnedQuerySet
from portal.lib.days import known_now


class NoteSource(models.IntegerChoices):
    OWN = 1, _("Own")
    COOPERATION = 2, _("Cooperation")
    HOST = 4, _("Brand host")
    EMPLOYEE = 6, _("Employee (KOS)")
    AUTHORISED = 11, _("Authorised")
    MATERIAL = 12, _("Material")
    COOPERATION_CODE = 13, _("Cooperation code")


class NoteKind(models.IntegerChoices):
    IMAGE = 1, _("Images")
    VIDEO = 2, _("Video")


class NoteQuerySet(StoreOwnedQuerySet["Note"]):
    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-pk")

    def named_like(self, text: str) -> Self:
        """Keep the notes whose title, creator or id contains the text."""
        return self.filter(
            Q(title__icontains=text) | Q(creator__icontains=text) | Q(note_id__startswith=text)
        )


class Note(models.Model):
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="notes", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="notes", verbose_name=_("store")
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="notes", verbose_name=_("connection")
    )
    note_id = models.CharField(
        _("note id"), max_length=24, validators=[RegexValidator(r"\A[0-9a-f]{24}\Z")]
    )
    title = models.CharField(_("title"), max_length=200)
    creator = models.CharField(_("creator"), max_length=80)
    source = models.PositiveSmallIntegerField(_("source"), choices=NoteSource)
    kind = models.PositiveSmallIntegerField(_("type"), choices=NoteKind)
    cover_url = models.URLField(_("cover"), max_length=500, blank=True)
    status = models.PositiveSmallIntegerField(_("platform status"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"))
    first_seen_at = models.DateTimeField(_("first seen"), default=known_now)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "connection", "note_id"], name="note_once_per_connection"
            )
        ]

    def __str__(self) -> str:
        return self.title
