"""Settings · Agencies: whom the brand lets in, and the brands that let it in."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from merchants import agencies, roster
from merchants.access import BrandRequest, brand_view
from merchants.grant_forms import GrantForm, OfferForm, form_of_grant
from merchants.models import BrandGrant, Role
from merchants.services import Refused
from portal.lib.htmx import render_page
from portal.lib.scope import Hat, scope

ENDS = {
    "withdraw": (agencies.withdraw_offer, gettext_lazy("The offer to %(agency)s is withdrawn.")),
    "revoke": (agencies.revoke_grant, gettext_lazy("%(agency)s no longer has access.")),
}
ANSWERS = {
    "accept": (agencies.accept_offer, gettext_lazy("You work for %(brand)s now.")),
    "decline": (agencies.decline_offer, gettext_lazy("The offer of %(brand)s is declined.")),
    "return": (agencies.return_grant, gettext_lazy("The access to %(brand)s is given back.")),
}
# the same whether there is such a brand or not
OFFERED = gettext_lazy(
    "Offered. If %(agency)s is an agency's short name, its owners now see the offer; it is open"
    " for 7 days."
)
ENDED_SHOWN = 10


@require_safe
@brand_view(Role.OWNER)
def agency_list(request: BrandRequest) -> HttpResponse:
    return _list_page(request)


@require_POST
@brand_view(Role.OWNER)
def agency_offer(request: BrandRequest) -> HttpResponse:
    stores = request.brand.stores.seen_by(request.membership).oldest_first()
    form = OfferForm(request.POST, stores=stores)
    if not form.is_valid():
        return _list_page(request, form, status=422)
    slug = form.cleaned_data["agency"]
    try:
        agencies.offer_access(request.brand, slug, form.place, by=request.membership)
    except Refused as refusal:
        form.add_error("agency", str(refusal))
        return _list_page(request, form, status=422)
    messages.success(request, OFFERED % {"agency": slug})
    return redirect("merchants:agencies", request.brand.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.OWNER)
def agency_detail(request: BrandRequest, grant_id: int) -> HttpResponse:
    grant = _grant(request, grant_id)
    stores = request.brand.stores.seen_by(request.membership).oldest_first()
    if request.method != "POST":
        return _grant_page(request, grant, form_of_grant(grant, stores=stores))
    form = GrantForm(request.POST, stores=stores)
    if not form.is_valid():
        return _grant_page(request, grant, form, status=422)
    try:
        agencies.change_grant(grant, form.place, by=request.membership)
    except Refused as refusal:
        return _grant_page(request, grant, form, error=str(refusal), status=422)
    said = _("Saved. It holds from the next page of %(agency)s's people on.")
    messages.success(request, said % {"agency": _name(grant)})
    return redirect("merchants:agencies", request.brand.slug)


@require_POST
@brand_view(Role.OWNER)
def agency_move(request: BrandRequest, grant_id: int, move: str) -> HttpResponse:
    """Withdraw an offer, or revoke what was accepted."""
    if move not in ENDS:
        raise Http404
    grant = _grant(request, grant_id)
    change, done = ENDS[move]
    try:
        change(grant, by=request.membership)
    except Refused as refusal:
        stores = request.brand.stores.seen_by(request.membership).oldest_first()
        form = form_of_grant(grant, stores=stores)
        return _grant_page(request, grant, form, error=str(refusal), status=422)
    messages.success(request, done % {"agency": _name(grant)})
    return redirect("merchants:agencies", request.brand.slug)


@require_POST
@brand_view(Role.OWNER)
def client_move(request: BrandRequest, grant_id: int, move: str) -> HttpResponse:
    """Accept or decline what another brand offers this one, or give it back."""
    if move not in ANSWERS:
        raise Http404
    if request.membership.narrowed_to:
        raise PermissionDenied
    held = request.brand.held_grants.open().select_related("brand", "agency")
    grant = get_object_or_404(held, pk=grant_id)
    change, done = ANSWERS[move]
    try:
        with scope(Hat.WEB, brand=grant.brand_id, user=request.user.pk):
            change(grant, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done % {"brand": grant.brand})
    return redirect("merchants:agencies", request.brand.slug)


def _grant(request: BrandRequest, grant_id: int) -> BrandGrant:
    """Find what this owner may change; a grant beyond their stores can't be opened."""
    grants = request.brand.grants.open().select_related("agency")
    grant = get_object_or_404(grants, pk=grant_id)
    grant.load_stores()
    if not request.membership.covers(grant.narrowed_to):
        raise Http404
    return grant


def _name(grant: BrandGrant) -> str:
    return grant.agency.name if grant.agency else grant.agency_slug


def _list_page(
    request: BrandRequest, form: OfferForm | None = None, *, status: int = 200
) -> HttpResponse:
    brand, membership = request.brand, request.membership
    stores = brand.stores.seen_by(membership).oldest_first()
    grants = brand.grants.select_related("agency", "offered_by").newest_first()
    ended = grants.exclude(pk__in=brand.grants.open())
    held = brand.held_grants.select_related("brand", "offered_by").annotate(
        store_count=Count("choices")
    )
    whole = not membership.narrowed_to
    context = {
        "agencies": roster.agencies(brand, membership),
        "offers": roster.grants_of(grants.offered(), brand, membership),
        "ended": roster.grants_of(ended[:ENDED_SHOWN], brand, membership),
        "received": held.waiting(timezone.now()).newest_first() if whole else [],
        "clients": held.accepted().oldest_first() if whole else [],
        "form": form or OfferForm(stores=stores),
        "whole": whole,
    }
    return render_page(request, "merchants/agency_list.html", context, status=status)


def _grant_page(
    request: BrandRequest,
    grant: BrandGrant,
    form: GrantForm,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"grant": grant, "name": _name(grant), "form": form, "error": error}
    return render_page(request, "merchants/agency_detail.html", context, status=status)
