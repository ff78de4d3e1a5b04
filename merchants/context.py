"""What the frame around a brand's pages offers: the brands that its user may change to."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from merchants.models import Brand
from portal.lib.scope import Hat, scope


def brands(request: HttpRequest) -> dict[str, Any]:  # template context: any value
    return {"own_brands": SimpleLazyObject(lambda: _brands_of(request))}


def _brands_of(request: HttpRequest) -> list[Brand]:
    if not request.user.is_authenticated:
        return []
    with scope(Hat.WEB, user=request.user.pk):
        return list(Brand.objects.joined_by(request.user).by_name())
