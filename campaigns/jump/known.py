"""A link as a jump needs it: all that it decides by, and nothing that wants the database."""

from dataclasses import dataclass

from campaigns.models import Link, LinkStatus
from campaigns.models.link import LinkQuerySet
from merchants.models import StoreStatus
from portal.lib.destinations import STORE, BadDestination, Destination

# In the order of KnownLink's fields.
COLUMNS = ["pk", "code", "brand_id", "store_id", "status", "target", "item_id", "shop"]
COLUMNS += ["store__title", "store__domain", "store__status", "is_suspended"]
Cell = str | int | bool


@dataclass(frozen=True, slots=True)
class KnownLink:
    pk: int
    code: str
    brand_id: int
    store_id: int
    status: str
    target: str
    item_id: str
    shop: str
    store_title: str
    store_domain: str
    store_status: str
    is_suspended: bool

    @property
    def is_open(self) -> bool:
        return (
            self.status == LinkStatus.LIVE
            and self.store_status == StoreStatus.APPROVED
            and not self.is_suspended
        )

    @property
    def is_ended(self) -> bool:
        return self.status == LinkStatus.ENDED

    @property
    def destination(self) -> Destination | None:
        """Where the link leads now, its parts checked again each time; None leads nowhere."""
        if not self.is_open:
            return None
        try:
            return Destination(self.target, item_id=self.item_id, shop=self.shop)
        except BadDestination:
            return None

    @property
    def store_url(self) -> str:
        """The store's public address, or nothing where its domain can't be believed."""
        try:
            return Destination(STORE, shop=self.store_domain).canonical_url
        except BadDestination:
            return ""

    @property
    def cells(self) -> list[Cell]:
        return [getattr(self, name) for name in self.__slots__]


def known_links(links: LinkQuerySet | None = None) -> "list[KnownLink]":
    links = Link.objects.all() if links is None else links
    rows = links.with_suspension().values_list(*COLUMNS)
    return [KnownLink(*row) for row in rows]
