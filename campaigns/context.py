"""What the side of every brand page says: how far each source reaches."""

from typing import Any, cast

from django.http import HttpRequest

from campaigns.models import SyncWindow
from campaigns.sync.calendar import reach
from merchants.access import BrandRequest, brand_scope
from portal.lib import days


def sources(request: HttpRequest) -> dict[str, Any]:  # template context: any value
    if not hasattr(request, "membership"):
        return {}
    request = cast(BrandRequest, request)  # only `brand_view` gives a request its membership
    with brand_scope(request):
        windows = SyncWindow.objects.seen_by(request.membership)
        return {"reach": reach(windows, days.yesterday())}
