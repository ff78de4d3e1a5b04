"""Settings · Alerts · Who is told: alerts and other notices, by webhook and in groups."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from merchants.receivers import ReceiversForm, keep_receivers
from portal.lib.htmx import render_page


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.OWNER)
def receivers(request: BrandRequest) -> HttpResponse:
    if request.membership.narrowed_to:  # what is told is of every store
        raise PermissionDenied
    endpoints = request.brand.webhooks.seen_by(request.membership).present().oldest_first()
    form = ReceiversForm(request.POST if request.method == "POST" else None, endpoints=endpoints)
    if form.is_valid():
        keep_receivers(endpoints, form.cleaned_data["told"])
        messages.success(request, _("Saved. It holds for what is sent from now on."))
        return redirect("merchants:receivers", request.brand.slug)
    status = 422 if form.is_bound else 200
    return render_page(request, "merchants/receivers.html", {"form": form}, status=status)
