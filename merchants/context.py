"""What the frame around a brand's pages offers: the user's other brands, and their notices."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from merchants.access import BrandRequest, Entrance, brands_open_to, frame_scope
from merchants.alerts import Alert, alerts_for
from merchants.models import Notice


def brands(request: HttpRequest) -> dict[str, Any]:  # template context: any value
    return {"entrances": SimpleLazyObject(lambda: _entrances_of(request))}


def notices(request: HttpRequest) -> dict[str, Any]:  # template context: any value
    if not hasattr(request, "membership"):
        return {}
    request = cast(BrandRequest, request)  # only `brand_view` gives a request its membership
    return {"unread_notices": SimpleLazyObject(lambda: _unread(request))}


def alerts(request: HttpRequest) -> dict[str, Any]:  # template context: any value
    if not hasattr(request, "membership"):
        return {}
    request = cast(BrandRequest, request)  # only `brand_view` gives a request its membership
    return {"alerts": SimpleLazyObject(lambda: _alerts(request))}


def _alerts(request: BrandRequest) -> list[Alert]:
    with frame_scope(request):
        return alerts_for(request.membership)


def _unread(request: BrandRequest) -> int:
    with frame_scope(request):
        seen = Notice.objects.seen_by(request.membership)
        return seen.told_to(request.user).unread().count()


def _entrances_of(request: HttpRequest) -> list[Entrance]:
    return brands_open_to(request.user) if request.user.is_authenticated else []
