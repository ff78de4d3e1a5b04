"""What the frame of every brand page says: how far data reaches, what is late or broken."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from campaigns.links.broken import BrokenLinks, broken_by_store
from campaigns.models import SyncWindow
from campaigns.sync.calendar import reach
from campaigns.sync.now import SyncNow, sync_now
from merchants.access import BrandRequest, frame_scope
from merchants.models import Connection
from portal.lib import days


def sources(request: HttpRequest) -> dict[str, Any]:  # template context: any value
    if not hasattr(request, "membership"):
        return {}
    request = cast(BrandRequest, request)  # only `brand_view` gives a request its membership
    with frame_scope(request):
        windows = SyncWindow.objects.seen_by(request.membership)
        return {"reach": reach(windows, days.yesterday())}


def broken_links(request: HttpRequest) -> dict[str, Any]:  # template context: any value
    if not hasattr(request, "membership"):
        return {}
    request = cast(BrandRequest, request)  # only `brand_view` gives a request its membership
    return {"broken_links": SimpleLazyObject(lambda: _broken(request))}


def _broken(request: BrandRequest) -> list[BrokenLinks]:
    with frame_scope(request):
        return broken_by_store(request.brand.links.seen_by(request.membership))


def sync(request: HttpRequest) -> dict[str, Any]:  # template context: any value
    if not hasattr(request, "membership"):
        return {}
    request = cast(BrandRequest, request)  # only `brand_view` gives a request its membership
    return {"sync_now": SimpleLazyObject(lambda: _sync(request))}


def _sync(request: BrandRequest) -> SyncNow:
    with frame_scope(request):
        connections = Connection.objects.seen_by(request.membership).filter(released_at=None)
        connections = connections.select_related("store").order_by("pk")
        return sync_now(connections, SyncWindow.objects.seen_by(request.membership))
