"""What all tables of the ledger share: a row is never edited, a restatement opens another."""

from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from merchants.models import Brand, Store, StoreOwnedQuerySet
from portal.lib.merge import Ledger

Row = TypeVar("Row", bound="Fact")


class Source(models.TextChoices):
    """The road by which a row came."""

    API = "api", _("Partner's API")
    FILE = "file", _("Imported file")


# Who owns a fact is seen to by the database on its receipt, once a page, and not on each of the
# page's rows: that would be a third of a merge. Who has a receipt can't be deleted.
BY_RECEIPT: dict[str, Any] = {
    "on_delete": models.PROTECT,
    "related_name": "+",
    "db_index": False,
    "db_constraint": False,
}


def known_at(moment: datetime | Combinable) -> Q:
    """Return what keeps the newest word of then: one moment, or one that each row tells."""
    return Q(known_from__lte=moment) & (Q(known_to=None) | Q(known_to__gt=moment))


class FactQuerySet(StoreOwnedQuerySet[Row]):
    def as_of(self, moment: datetime) -> Self:
        """Keep what was known at the moment: the newest word then, however it changed since."""
        return self.filter(known_at(moment))


class Fact(models.Model):
    """A row as a source told it of one business day, in Asia/Shanghai.

    A row is never edited: a restatement closes it (`known_to`) and opens another. Null is "not
    returned", which is not 0. Money is whole fen. `page_id` is the receipt: the page that was
    pulled, or the part of the file that was imported. Partitioned by month of `day`.

    `OWNER` and `KEY` name a fact: the columns that are the same for all rows of a page, and
    those that tell its rows apart.
    """

    OWNER: ClassVar[tuple[str, ...]]
    KEY: ClassVar[tuple[str, ...]]

    brand = models.ForeignKey(Brand, **BY_RECEIPT)
    store = models.ForeignKey(Store, **BY_RECEIPT)
    day = models.DateField(_("business day"))
    known_from = models.DateTimeField(_("known from"))
    known_to = models.DateTimeField(_("known to"), null=True)
    page_id = models.BigIntegerField(_("pulled page"))
    source = models.CharField(
        _("source"), max_length=4, choices=Source, default=Source.API, db_default=Source.API
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return " ".join(str(getattr(self, name)) for name in self.KEY)

    @classmethod
    @cache
    def ledger(cls) -> Ledger:
        """Return how pages are merged into this table."""
        constant = {*cls.OWNER, "brand_id", "store_id", "known_from", "known_to", "page_id"}
        named = {*constant, *cls.KEY, "source"}
        columns = {
            field.column: str(field.db_type(connection))
            for field in cls._meta.concrete_fields
            if field.column and field.column not in {*constant, "source"}
        }
        return Ledger(
            table=cls._meta.db_table,
            owner=cls.OWNER,
            also=tuple(sorted({"store_id", "source"} - set(cls.OWNER))),
            key=tuple((name, columns[name]) for name in cls.KEY),
            values=tuple((name, kind) for name, kind in columns.items() if name not in named),
            span="day",
        )
