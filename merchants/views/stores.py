"""The brand's stores: where each stands, what it states, and its application."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from merchants import applications, reasons, review_clock, rules, services
from merchants.access import BrandRequest, brand_view
from merchants.consent_gaps import gap_of
from merchants.evidence_forms import EvidenceForm, folders
from merchants.forms import AnswerForm, AppealForm, StoreFactsForm
from merchants.models import (
    Application,
    IllegalMove,
    Participation,
    ParticipationEvent,
    Role,
    Store,
)
from merchants.openings import shelves
from merchants.policies import policies_from_today
from merchants.rules import Verdict
from merchants.standing import Standing, policy_in_force, stand
from merchants.way_in import steps
from portal.lib import days
from portal.lib.htmx import render_page, wants_fragment

Verdicts = tuple[Verdict, ...]
TRANSFERS = 20  # older ones are in the audit


@require_GET
@brand_view(Role.VIEWER)
def store_list(request: BrandRequest) -> HttpResponse:
    policy = policy_in_force(days.today())
    stores = request.brand.stores.seen_by(request.membership).with_standing().oldest_first()
    context = {
        "standings": [stand(store, policy) for store in stores],
        "policy": policy,
        "may_register": may_register(request),
        "transfers": request.brand.transfers.seen_by(request.membership).newest_first()[:TRANSFERS],
    }
    return render_page(request, "merchants/store_list.html", context)


@require_GET
@brand_view(Role.VIEWER)
def store_detail(request: BrandRequest, store_id: int) -> HttpResponse:
    return store_page(request, own_store(request, store_id))


@require_POST
@brand_view(Role.MARKETER)
def store_facts(request: BrandRequest, store_id: int) -> HttpResponse:
    """Keep the form as typed, and state it as soon as it is complete; htmx sends it by itself."""
    store = own_store(request, store_id)
    form = StoreFactsForm(request.POST)
    error = ""
    try:
        if form.is_valid():
            services.state_facts(store, form.facts, by=request.user)
        else:
            services.keep_draft(store, form.typed)
            error = _("Kept, but not stated yet: please look at the fields marked below.")
    except services.Refused as refusal:
        if wants_fragment(request):
            return HttpResponse(headers={"HX-Refresh": "true"})  # the form is closed by now
        error = str(refusal)
    if wants_fragment(request):  # it replaces what depends on the form, never the form itself
        return store_page(request, own_store(request, store_id), form=form)
    if error:
        return store_page(request, store, form=form, error=error, status=422)
    messages.success(request, _("Stated. The check below is up to date."))
    return redirect("merchants:store", request.brand.slug, store.pk)


@require_POST
@brand_view(Role.MARKETER)
def application_submit(request: BrandRequest, store_id: int) -> HttpResponse:
    store = own_store(request, store_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return store_page(request, store, answer=form, error=_first_error(form), status=422)
    try:
        answer = form.cleaned_data["answer"]
        application = applications.submit_application(store, by=request.user, answer=answer)
    except (services.Refused, IllegalMove) as refusal:
        return store_page(request, store, answer=form, error=str(refusal), status=422)
    messages.success(request, _("Application %(number)s is handed in.") % {"number": application})
    return redirect("merchants:store", request.brand.slug, store.pk)


@require_POST
@brand_view(Role.MARKETER)
def application_withdraw(request: BrandRequest, store_id: int) -> HttpResponse:
    store = own_store(request, store_id)
    application = get_object_or_404(store.applications.all())
    try:
        applications.withdraw_application(application, by=request.user)
    except (services.Refused, IllegalMove) as refusal:
        return store_page(request, store, error=str(refusal), status=422)
    messages.success(request, _("Application %(number)s is withdrawn.") % {"number": application})
    return redirect("merchants:store", request.brand.slug, store.pk)


@require_POST
@brand_view(Role.MARKETER)
def application_appeal(request: BrandRequest, store_id: int) -> HttpResponse:
    store = own_store(request, store_id)
    application = get_object_or_404(store.applications.all())
    form = AppealForm(request.POST)
    if not form.is_valid():
        return store_page(request, store, appeal=form, error=_first_error(form), status=422)
    try:
        text = form.cleaned_data["text"]
        applications.appeal_application(application, text=text, by=request.user)
    except (services.Refused, IllegalMove) as refusal:
        return store_page(request, store, appeal=form, error=str(refusal), status=422)
    messages.success(request, _("The appeal is handed in; another reviewer judges it."))
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
    answer: AnswerForm | None = None,
    appeal: AppealForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    standing = stand(store, policy_in_force(days.today()))
    pieces = list(store.evidence.seen_by(request.membership).newest_first())
    context = {
        "standing": standing,
        "consents": [(each, gap_of(each.connection)) for each in standing.consents],
        "store": store,
        "steps": steps(standing),
        "form": form or StoreFactsForm.of(store),
        "folders": folders(pieces, tried=evidence_form),
        "answer_form": answer or AnswerForm(),
        "appeal_form": appeal or AppealForm(),
        "error": error,
        "may_state": request.membership.allows(Role.MARKETER) and not store.is_released,
        "may_connect": request.membership.allows(Role.OWNER) and not store.is_released,
        "may_answer": request.membership.allows(Role.OWNER),
        "releases": store.releases.seen_by(request.membership).undecided().oldest_first(),
        "today": days.today(),
        "may_register": may_register(request),
        "shelves": shelves(policies_from_today(), days.today()),
        **_progress(standing),
    }
    return render_page(request, "merchants/store_detail.html", context, status=status)


def _progress(standing: Standing) -> dict[str, Any]:  # Any: template context
    """Return how the application went, and when its decision is promised and usual."""
    application: Application | None = standing.application
    events = list(application.events.oldest_first()) if application else []
    promised = review_clock.promised_by(events)
    return {
        "history": _history(standing.participation),
        "events": events[::-1],
        "reasons": reasons.read(application.reasons) if application else [],
        "promised_by": promised,
        "unknown_year": review_clock.unknown_year(promised),
        "promise": settings.REVIEW_WORKING_DAYS,
        "pace": review_clock.pace(),
        "now": days.known_now(),
    }


def _history(participation: Participation | None) -> list[tuple[ParticipationEvent, Verdicts]]:
    events = participation.events.newest_first() if participation else ()
    return [(event, rules.thaw(event.lacking)) for event in events]


def _first_error(form: Form) -> str:
    return next(str(errors[0]) for errors in form.errors.values())
