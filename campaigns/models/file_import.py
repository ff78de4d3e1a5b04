"""Files of figures that a person brings: what each was recognised as, and what became of it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from merchants.models import Brand, IllegalMove, Store, StoreOwnedQuerySet, User
from portal.lib.days import known_now

KEPT = timedelta(days=14)
MOST_ATTEMPTS = 3


class FileKind(models.TextChoices):
    STAR_TASK = "star_task", _("Zhongcao Xinghe, star tasks")
    STAR_CONTENT = "star_content", _("Zhongcao Xinghe, contents")
    CONSOLE = "console", _("Juguang console")
    CREATOR_NOTE = "creator_note", _("Pugongying notes")
    STORE_ORDER = "store_order", _("Tmall store orders")


class FileRoad(models.TextChoices):
    """How a file came."""

    PAGE = "page", pgettext_lazy("how a file came", "This page")
    COMMAND = "command", pgettext_lazy("how a file came", "Command line")
    FOLDER = "folder", pgettext_lazy("how a file came", "Drop folder")
    MAIL = "mail", pgettext_lazy("how a file came", "An e-mail")


class StoreDoubt(models.TextChoices):
    """Why a file may be of another store of the brand."""

    SAME_FILE = "same_file", _("The same file was uploaded for another store")
    OTHER_NOTES = "notes", _("All notes it names are of another store")


class ImportStatus(models.TextChoices):
    READING = "reading", pgettext_lazy("of a file", "Checking the file")
    CHECKED = "checked", pgettext_lazy("of a file", "Checked, not applied")
    APPLYING = "applying", pgettext_lazy("of a file", "Being applied")
    APPLIED = "applied", pgettext_lazy("of a file", "Applied")
    REFUSED = "refused", pgettext_lazy("of a file", "File refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a file", "Discarded")


MOVES: dict[ImportStatus, set[ImportStatus]] = {
    ImportStatus.READING: {ImportStatus.CHECKED, ImportStatus.REFUSED},
    ImportStatus.CHECKED: {
        ImportStatus.APPLYING,
        ImportStatus.WITHDRAWN,
        ImportStatus.READING,
        ImportStatus.APPLIED,  # it was applied before, and is left at that
    },
    ImportStatus.APPLYING: {ImportStatus.APPLIED},
    ImportStatus.APPLIED: {ImportStatus.READING},  # for the rows that were refused
    ImportStatus.REFUSED: set(),
    ImportStatus.WITHDRAWN: set(),
}
WORKING = (ImportStatus.READING, ImportStatus.APPLYING)
OVER = (ImportStatus.REFUSED, ImportStatus.WITHDRAWN)


class NotSure(IllegalMove):
    """The file may be of another store: applying it needs a person's word."""


class FileImportQuerySet(StoreOwnedQuerySet["FileImport"]):
    def newest_first(self) -> Self:
        return self.order_by("-uploaded_at", "-pk")

    def owing(self) -> Self:
        """Keep those being worked on; one that workers failed on is left for a person."""
        return self.filter(status__in=WORKING, attempts__lt=MOST_ATTEMPTS)

    def same_file(self, store: Store, sha256: str) -> Self:
        """Keep the import of the same bytes that still counts: not refused, not discarded."""
        same = self.filter(brand_id=store.brand_id, store=store, sha256=sha256)
        return same.exclude(status__in=OVER)

    def same_for_another(self, store: Store, sha256: str) -> Self:
        """Keep the imports of the same bytes for the brand's other stores that still count."""
        same = self.filter(brand_id=store.brand_id, sha256=sha256).exclude(status__in=OVER)
        return same.exclude(store__seller_id=store.seller_id)

    def applied(self) -> Self:
        """Keep those that the ledger was told by, whatever became of them since."""
        return self.filter(applied_at__isnull=False, first_day__isnull=False).exclude(by_day={})

    def spanning(self, first: date, last: date) -> Self:
        return self.filter(first_day__lte=last, last_day__gte=first)

    def newest_word_first(self) -> Self:
        return self.order_by("-applied_at", "-pk")

    def with_refusals(self) -> Self:
        return self.filter(refused_count__gt=0).exclude(status__in=OVER)

    def forgettable(self, now: datetime) -> Self:
        """Keep those whose rows nobody needs any more."""
        return self.exclude(status=ImportStatus.APPLYING).filter(
            Q(uploaded_at__lte=now - KEPT) | Q(status__in=OVER)
        )


class FileImport(models.Model):
    """One file for one store. It stays for ever: it is the receipt of what was applied.

    `done_parts` counts the parts that were checked, and from the beginning again those that were
    applied. `left_out` are the columns of the file that nothing here reads. `by_day` are the days
    that it tells, by attribution window: {"30": {"2025-06-18": [rows, refused rows]}}.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="file_imports")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="file_imports")
    name = models.CharField(_("file name"), max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64)
    language = models.CharField(max_length=10)
    road = models.CharField(_("came by"), max_length=7, choices=FileRoad)
    kind = models.CharField(_("recognised as"), max_length=12, choices=FileKind, blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=ImportStatus, default=ImportStatus.READING
    )
    error = models.CharField(_("why it was refused"), max_length=400, blank=True)
    doubt = models.CharField(_("whose it is"), max_length=9, choices=StoreDoubt, blank=True)
    absent = ArrayField(models.CharField(max_length=40), default=list)  # columns it does not tell
    left_out = ArrayField(models.CharField(max_length=80), default=list)
    pull = models.PositiveIntegerField(default=0)  # how often it was applied
    part_count = models.PositiveIntegerField(default=0)
    done_parts = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField(_("rows of the file"), default=0)
    new_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    doubted_count = models.PositiveIntegerField(default=0)  # parts that are not their total
    applied_count = models.PositiveIntegerField(default=0)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    windows = ArrayField(models.PositiveSmallIntegerField(), default=list)  # days
    by_day = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"), default=known_now)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    objects = FileImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "store", "sha256"],
                condition=~Q(status__in=["refused", "withdrawn"]),
                name="file_import_once",
            ),
            models.CheckConstraint(
                condition=Q(status="refused") | ~Q(kind=""), name="file_import_is_recognised"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="file_import_sha256"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def spans(self, day: date) -> bool:
        return bool(self.first_day and self.last_day and self.first_day <= day <= self.last_day)

    @property
    def is_working(self) -> bool:
        return self.status in WORKING and not self.is_given_up

    @property
    def is_given_up(self) -> bool:
        return self.status in WORKING and self.attempts >= MOST_ATTEMPTS

    @property
    def same_count(self) -> int:
        return self.row_count - self.new_count - self.changed_count - self.refused_count

    @property
    def to_write(self) -> int:
        return self.new_count + self.changed_count

    def move_to(
        self,
        target: ImportStatus,
        *,
        by: User | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> None:
        """Change the status, and `changes` with it, and record who did it, or raise IllegalMove.

        The UPDATE matches only the status we read, so of two concurrent moves one fails.
        """
        source = ImportStatus(self.status)
        if target not in MOVES[source]:
            raise IllegalMove(
                _t("A file that is “%(source)s” cannot become “%(target)s”.")
                % {"source": source.label, "target": target.label}
            )
        changes = {"attempts": 0, **(changes or {})}
        with transaction.atomic():
            mine = FileImport.objects.filter(pk=self.pk, status=source)
            if not mine.update(status=target, **changes):
                raise IllegalMove(_t("Someone else just changed this import."))
            own = {"brand_id": self.brand_id, "store_id": self.store_id}
            self.events.create(**own, source=source, target=target, actor=by)
        self.status = target
        for name, value in changes.items():
            setattr(self, name, value)

    @property
    def needs_word(self) -> bool:
        return bool(self.doubt) and not self.pull

    def ask_to_apply(self, *, by: User | None, is_sure: bool = False) -> None:
        """Apply it, or raise NotSure where nobody has said yet that it is this store's."""
        if self.needs_word and not is_sure:
            raise NotSure(
                _t("%(doubt)s. Say that it is this store's file, or discard it.")
                % {"doubt": self.get_doubt_display()}
            )
        begun = {"done_parts": 0, "applied_count": 0, "pull": self.pull + 1}
        self.move_to(ImportStatus.APPLYING, by=by, changes=begun)

    def ask_to_check(self, *, by: User | None) -> None:
        self.move_to(ImportStatus.READING, by=by, changes={"done_parts": 0})

    def discard(self, *, by: User | None) -> None:
        """Apply nothing of it; what was applied before stays, only a newer file changes it."""
        before = ImportStatus.APPLIED if self.applied_at else ImportStatus.WITHDRAWN
        self.move_to(before, by=by)

    def try_again(self) -> bool:
        """Give what workers failed on to them once more."""
        given_up = FileImport.objects.filter(status__in=WORKING, attempts__gte=MOST_ATTEMPTS)
        return bool(given_up.filter(pk=self.pk).update(attempts=0))


class FileImportEvent(models.Model):
    """A move of an import; never changed."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    file_import = models.ForeignKey(FileImport, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(_("from"), max_length=9, choices=ImportStatus)
    target = models.CharField(_("to"), max_length=9, choices=ImportStatus)
    actor = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by whom"),
    )
    at = models.DateTimeField(_("at"), default=known_now)

    objects = StoreOwnedQuerySet["FileImportEvent"].as_manager()

    class Meta:
        verbose_name = _("import event")
        verbose_name_plural = _("import events")

    def __str__(self) -> str:
        return f"{ImportStatus(self.source).label} → {ImportStatus(self.target).label}"


class FilePart(models.Model):
    """Some rows of a file, packed: the cells of the columns that are read, and of no others.

    What a file tells of buyers is never kept. Forgotten after two weeks.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    file_import = models.ForeignKey(FileImport, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveIntegerField()
    packed = models.BinaryField()

    objects = StoreOwnedQuerySet["FilePart"].as_manager()

    class Meta:
        verbose_name = _("part of a file")
        verbose_name_plural = _("parts of files")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "file_import", "number"], name="file_part_once_by_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_import_id} · {self.number}"
