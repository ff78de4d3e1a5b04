"""Which stores have broken links: what the brand is reminded of until they are mended."""

from dataclasses import dataclass

from django.db.models import Count, Min

from campaigns.models import LinkStatus
from campaigns.models.link import LinkQuerySet


@dataclass(frozen=True, slots=True)
class BrokenLinks:
    """How many links of a store are broken, and one of them."""

    store: str
    number: int
    link: int


def broken_by_store(links: LinkQuerySet) -> list[BrokenLinks]:
    broken = links.filter(status=LinkStatus.BROKEN).order_by("store")
    counted = broken.values("store", "store__title").annotate(number=Count("pk"), link=Min("pk"))
    return [BrokenLinks(row["store__title"], row["number"], row["link"]) for row in counted]
