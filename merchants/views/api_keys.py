"""Settings · API keys: who made which, until when they hold, and an end to any."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from merchants import api_keys
from merchants.access import BrandRequest, brand_view
from merchants.api_key_forms import ApiKeyForm
from merchants.models import ApiKey, Role
from merchants.services import Refused
from portal.lib.htmx import render_page


@require_safe
@brand_view(Role.MARKETER)
def api_key_list(request: BrandRequest) -> HttpResponse:
    keys = ApiKey.objects.seen_by(request.membership).select_related("membership__user")
    context = {
        "keys": keys.newest_first(),
        "is_agency": request.membership.agency is not None,
    }
    return render_page(request, "merchants/api_key_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def api_key_create(request: BrandRequest) -> HttpResponse:
    """Make a key, and show it this once."""
    posted = request.POST if request.method == "POST" else None
    form = ApiKeyForm(posted, initial={"scopes": ["read", "metrics"]})
    if form.is_valid():
        asked = form.cleaned_data
        try:
            key, secret = api_keys.create_key(
                request.membership, asked["name"], asked["scopes"], valid=form.valid
            )
            context = {"key": key, "secret": secret}
            return render_page(request, "merchants/api_key_secret.html", context)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.is_bound else 200
    return render_page(request, "merchants/api_key_create.html", {"form": form}, status=status)


@require_POST
@brand_view(Role.MARKETER)
def api_key_revoke(request: BrandRequest, key_id: int) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.seen_by(request.membership), pk=key_id)
    api_keys.revoke_key(key)
    messages.success(request, _("Revoked: programs that use it are turned away from now on."))
    return redirect("merchants:api_keys", request.brand.slug)
