"""What the pages of figures say of consents that ended: the figures stay, and nothing is added."""

from django.db.models import QuerySet
from django.utils import timezone

from merchants.access import BrandRequest
from merchants.models import Connection, Partner

FEEDS_FIGURES = (Partner.JUGUANG,)


def lapsed(request: BrandRequest) -> QuerySet[Connection]:
    """Return the connections that figures came from and that wait for a person's consent."""
    rows = Connection.objects.seen_by(request.membership).lapsed(timezone.now())
    return rows.filter(partner__in=FEEDS_FIGURES).select_related("store").order_by("store_id")
