"""Notes on Xiaohongshu: as 聚光 lists them for a connection, or as a person named them."""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
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
    OTHER = 0, _("Other type")
    IMAGE = 1, _("Images")
    VIDEO = 2, _("Video")


class NoteFound(models.TextChoices):
    """Where we have the note from. Only 聚光's list says what it is and lets it carry a link."""

    JUGUANG = "juguang", _("Listed by Juguang")
    PASTED = "pasted", _("Pasted, not confirmed")
    SHEET = "sheet", _("From a sheet, not confirmed")
    ORDER = "order", _("From a Pugongying order, not listed by Juguang")


class NoteQuerySet(StoreOwnedQuerySet["Note"]):
    def newest_first(self) -> Self:
        return self.order_by(F("published_at").desc(nulls_last=True), "-pk")

    def named_like(self, text: str) -> Self:
        """Keep the notes whose title, creator or id contains the text."""
        return self.filter(
            Q(title__icontains=text) | Q(creator__icontains=text) | Q(note_id__startswith=text)
        )

    def unconfirmed(self) -> Self:
        """Keep those that 聚光 has not listed: organic ones, or ones it will list tonight."""
        return self.filter(connection=None)

    def tagged(self, word: str) -> Self:
        return self.filter(
            models.Exists(NoteTag.objects.filter(note=models.OuterRef("pk"), word=word))
        )


class Note(models.Model):
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="notes", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="notes", verbose_name=_("store")
    )
    connection = models.ForeignKey(
        Connection,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notes",
        verbose_name=_("connection"),
    )
    found_by = models.CharField(
        _("known from"), max_length=10, choices=NoteFound, default=NoteFound.JUGUANG
    )
    note_id = models.CharField(
        _("note id"), max_length=24, validators=[RegexValidator(r"\A[0-9a-f]{24}\Z")]
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    creator = models.CharField(_("creator"), max_length=80, blank=True)
    source = models.PositiveSmallIntegerField(
        _("source"), choices=NoteSource, null=True, blank=True
    )
    kind = models.PositiveSmallIntegerField(_("type"), choices=NoteKind, null=True, blank=True)
    cover_url = models.URLField(_("cover"), max_length=500, blank=True)
    status = models.PositiveSmallIntegerField(_("platform status"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    first_seen_at = models.DateTimeField(_("first seen"), default=known_now)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "connection", "note_id"], name="note_once_per_connection"
            ),
            models.UniqueConstraint(
                fields=["brand", "store", "note_id"],
                condition=Q(connection=None),
                name="note_unconfirmed_once",
            ),
            models.CheckConstraint(
                condition=Q(connection=None)
                | Q(source__isnull=False, kind__isnull=False, published_at__isnull=False),
                name="note_of_a_connection_is_known",
            ),
        ]
        indexes = [models.Index(fields=["note_id"], name="note_whose")]  # read across brands

    def __str__(self) -> str:
        return self.title or self.note_id

    @property
    def is_confirmed(self) -> bool:
        return self.connection_id is not None


class NoteTag(models.Model):
    """A brand's own word for a note."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="tags")
    word = models.CharField(_("tag"), max_length=30)

    objects = StoreOwnedQuerySet["NoteTag"].as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [
            models.UniqueConstraint(fields=["brand", "note", "word"], name="note_tag_once")
        ]

    def __str__(self) -> str:
        return self.word
