"""The brand's stores: where each stands, what it states, and its application."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from merchants import services
from merchants.access import BrandRequest, brand_view
from merchants.evidence_forms import EvidenceForm, folders
from merchants.forms import StoreFactsForm
from merchants.models import IllegalMove, Role, Store
from merchants.openings import shelves
from merchants.policies import policies_from_today
from merchants.standing import policy_in_force, stand, stand_today
from portal.lib import days
from portal.lib.htmx import render_page


@require_GET
@brand_view(Role.VIEWER)
def store_list(request: BrandRequest) -> HttpResponse:
    policy = policy_in_force(days.today())
    stores = request.brand.stores.seen_by(request.membership).with_standing().oldest_first()
    context = {
        "standings": [stand(store, policy) for store in stores],
        "policy": policy,
        "may_register": may_register(request),
    }
    return render_page(request, "merchants/store_list.html", context)


@require_GET
@brand_view(Role.VIEWER)
def store_detail(request: BrandRequest, store_id: int) -> HttpResponse:
    return store_page(request, own_store(request, store_id))


@require_POST
@brand_view(Role.MARKETER)
def store_facts(request: BrandRequest, store_id: int) -> HttpResponse:
    store = own_store(request, store_id)
    form = StoreFactsForm(request.POST)
    if not form.is_valid():
        error = _("Not saved: please look at the fields marked below.")
        return store_page(request, store, form=form, error=error, status=422)
    try:
        services.state_facts(store, form.facts, by=request.user)
    except services.Refused as refusal:
        return store_page(request, store, form=form, error=str(refusal), status=422)
    messages.success(request, _("Stated. The check below is up to date."))
    return redirect("merchants:store", request.brand.slug, store.pk)


@require_POST
@brand_view(Role.MARKETER)
def application_submit(request: BrandRequest, store_id: int) -> HttpResponse:
    store = own_store(request, store_id)
    try:
        application = services.submit_application(store, by=request.user)
    except (services.Refused, IllegalMove) as refusal:
        return store_page(request, store, error=str(refusal), status=422)
    messages.success(request, _("Application %(number)s is handed in.") % {"number": application})
    return redirect("merchants:store", request.brand.slug, store.pk)


def may_register(request: BrandRequest) -> bool:
    """Only an owner of every store may add one: a narrowed owner would not see it."""
    return request.membership.allows(Role.OWNER) and not request.membership.narrowed_to


def own_store(request: BrandRequest, store_id: int) -> Store:
    stores = request.brand.stores.seen_by(request.membership).with_standing()
    return get_object_or_404(stores, pk=store_id)


def store_page(
    request: BrandRequest,
    store: Store,
    *,
    form: StoreFactsForm | None = None,
    evidence_form: EvidenceForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    standing = stand_today(store)
    pieces = list(store.evidence.seen_by(request.membership).newest_first())
    context = {
        "standing": standing,
        "store": store,
        "form": form or StoreFactsForm.of(store),
        "folders": folders(pieces, tried=evidence_form),
        "error": error,
        "events": standing.application.events.newest_first() if standing.application else [],
        "may_state": request.membership.allows(Role.MARKETER),
        "may_connect": request.membership.allows(Role.OWNER),
        "shelves": shelves(policies_from_today(), days.today()),
    }
    return render_page(request, "merchants/store_detail.html", context, status=status)
