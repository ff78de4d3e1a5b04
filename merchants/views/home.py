"""The way in: from the root to a brand of one's own."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from merchants.access import BrandRequest, brand_view, brands_open_to
from merchants.models import Role, User
from merchants.views.invitations import waiting_for
from portal.lib.htmx import HtmxRequest


@require_GET
def home(request: HtmxRequest) -> HttpResponse:
    """Send a person to the only brand they have, platform staff to the admin; else let choose.

    Whoever is invited somewhere sees that first.
    """
    user = cast(User, request.user)  # LoginRequiredMiddleware lets nobody else in
    entrances = brands_open_to(user)
    invitations = waiting_for(user)
    if len(entrances) == 1 and not invitations:
        return redirect("merchants:brand", entrances[0].brand.slug)
    if not entrances and not invitations and user.is_staff:
        return redirect("admin:index")
    context = {"entrances": entrances, "invitations": invitations}
    return render(request, "merchants/home.html", context)


@require_GET
@brand_view(Role.VIEWER)
def brand_home(request: BrandRequest) -> HttpResponse:
    return redirect("campaigns:overview", request.brand.slug)


def no_such_page(request: HttpRequest) -> HttpResponse:
    """Stand where a library has a page that we don't offer."""
    raise Http404
