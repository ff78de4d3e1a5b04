"""Opening a brand of one's own."""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from merchants import brands
from merchants.member_forms import BrandForm
from merchants.models import User
from merchants.services import Refused
from portal.lib.htmx import HtmxRequest, render_page


@require_http_methods(["GET", "HEAD", "POST"])
def brand_create(request: HtmxRequest) -> HttpResponse:
    """Ask for name and address; an empty address comes back filled in, for the person to see."""
    form = BrandForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name, slug = form.cleaned_data["name"], form.cleaned_data["slug"]
        try:
            if slug:
                return _created(request, name, slug)
            said = _("We propose this address. Change it if you like, then go on.")
            form = form.proposing(brands.propose_slug(name), said)
        except brands.SlugTaken:
            said = _("Another brand has %(slug)s already. Perhaps this one?") % {"slug": slug}
            form = form.proposing(brands.with_ending(slug), said)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.is_bound else 200
    return render_page(request, "merchants/brand_create.html", {"form": form}, status=status)


def _created(request: HtmxRequest, name: str, slug: str) -> HttpResponse:
    user = cast(User, request.user)  # LoginRequiredMiddleware lets nobody else in
    brand = brands.create_brand(name, slug, by=user)
    messages.success(request, _("%(brand)s is yours. Register its first store.") % {"brand": brand})
    return redirect("merchants:stores", brand.slug)
