"""To the partners' consent pages and back. A consent that fails stores nothing and says why."""

import logging
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from merchants import connections, consent, services
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.connections import JuguangConsent
from merchants.consent import Asked, BadState, Purpose
from merchants.forms import AdvertiserForm
from merchants.models import Brand, Role, Store, User
from merchants.views.stores import may_register
from portal.lib.htmx import HtmxRequest, render_page
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent, Rejected, Unavailable

logger = logging.getLogger(__name__)


class NoConsent(Exception):
    """The partner gave no consent; the message is for the person."""


FAILURES = (NoConsent, services.Refused, Unavailable, Rejected, NeedsConsent)


@require_POST
@brand_view(Role.OWNER)
def store_register(request: BrandRequest) -> HttpResponse:
    if not may_register(request):
        raise PermissionDenied
    state = consent.make_state(request, Purpose.TOP, request.brand, request.user)
    uri = consent.redirect_uri(Purpose.TOP)
    return redirect(connections.top_app().consent_url(state=state, redirect_uri=uri))


@require_POST
@brand_view(Role.OWNER)
def juguang_connect(request: BrandRequest, store_id: int) -> HttpResponse:
    store = _own_store(request, store_id)
    state = consent.make_state(request, Purpose.JUGUANG, request.brand, request.user, store)
    uri = consent.redirect_uri(Purpose.JUGUANG)
    return redirect(connections.juguang_app().consent_url(state=state, redirect_uri=uri))


@require_GET
def top_callback(request: HtmxRequest) -> HttpResponse:
    try:
        asked = consent.take_state(request, Purpose.TOP)
    except BadState as problem:
        return _void(request, problem)
    return _finish_top(request, brand=asked.brand)


@require_GET
def juguang_callback(request: HtmxRequest) -> HttpResponse:
    try:
        asked = consent.take_state(request, Purpose.JUGUANG)
    except BadState as problem:
        return _void(request, problem)
    return _finish_juguang(request, brand=asked.brand, asked=asked)


@require_http_methods(["GET", "POST"])
@brand_view(Role.OWNER)
def juguang_advertiser(request: BrandRequest, store_id: int) -> HttpResponse:
    """Let the owner choose one of several advertisers; the tokens wait sealed in the session."""
    store = _own_store(request, store_id)
    waiting = consent.waiting(request, store)
    if waiting is None:
        return redirect("merchants:store", request.brand.slug, store.pk)
    form = AdvertiserForm(request.POST or None, advertisers=waiting.advertisers)
    if request.method == "POST" and form.is_valid():
        consent.forget(request, store)
        chosen = form.cleaned_data["advertiser"]
        return _connect_juguang(request, store, waiting, chosen)
    context = {"store": store, "form": form}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "merchants/juguang_advertiser.html", context, status=status)


@brand_view(Role.OWNER, calls_partner=True)
def _finish_top(request: BrandRequest) -> HttpResponse:
    if not may_register(request):  # it may have been narrowed meanwhile
        raise PermissionDenied
    try:
        code = _code(request, "code")
        found = connections.accept_top(code, redirect_uri=consent.redirect_uri(Purpose.TOP))
        with brand_scope(request):
            store, is_new = services.register_store(request.brand, found, by=request.user)
    except services.NotTmall as refusal:
        logger.warning("C-shop turned away brand=%s", request.brand.pk)
        return render(request, "merchants/turned_away.html", {"refusal": refusal}, status=422)
    except FAILURES as problem:
        _explain(request, problem)
        return redirect("merchants:stores", request.brand.slug)
    said = _("%(store)s is registered.") if is_new else _("The consent of %(store)s is renewed.")
    messages.success(request, said % {"store": store})
    return redirect("merchants:store", request.brand.slug, store.pk)


@brand_view(Role.OWNER, calls_partner=True)
def _finish_juguang(request: BrandRequest, asked: Asked) -> HttpResponse:
    with brand_scope(request):
        store = _own_store(request, asked.store)
    try:
        found = connections.accept_juguang(_code(request, "auth_code"))
        if not found.advertisers:
            raise NoConsent(_("The consent covers no advertiser. Choose one on Juguang's page."))
    except FAILURES as problem:
        _explain(request, problem)
        return redirect("merchants:store", request.brand.slug, store.pk)
    if len(found.advertisers) > 1:
        consent.keep(request, store, found)
        return redirect("merchants:juguang_advertiser", request.brand.slug, store.pk)
    with brand_scope(request):
        return _connect_juguang(request, store, found, found.advertisers[0][0])


def _connect_juguang(
    request: BrandRequest, store: Store, found: JuguangConsent, advertiser_id: str
) -> HttpResponse:
    advertiser = (advertiser_id, dict(found.advertisers)[advertiser_id])
    try:
        services.connect_juguang(store, advertiser, found.grant, by=request.user)
    except services.Refused as refusal:
        _explain(request, refusal)
    else:
        said = _("%(advertiser)s is connected. Its notes and figures follow within minutes.")
        messages.success(request, said % {"advertiser": advertiser[1]})
    return redirect("merchants:store", request.brand.slug, store.pk)


def _code(request: HttpRequest, name: str) -> str:
    if request.GET.get("error") == "access_denied":
        raise NoConsent(_("You refused the consent. Nothing was stored; try again when ready."))
    if code := request.GET.get(name):
        return code
    raise NoConsent(_("The partner sent no consent back. Nothing was stored; please try again."))


def _explain(request: BrandRequest, problem: Exception) -> None:
    """Say what happened in the person's words; the partner's own words go to the log."""
    logger.warning("no consent brand=%s %s: %s", request.brand.pk, type(problem).__name__, problem)
    if isinstance(problem, Unavailable):
        said = _("The partner does not answer just now. Nothing was stored; please try again.")
    elif isinstance(problem, (Rejected, NeedsConsent)):
        said = _("The partner did not accept this consent. Nothing was stored; please try again.")
    else:
        said = str(problem)
    messages.error(request, said)


def _void(request: HtmxRequest, problem: BadState) -> HttpResponse:
    """Nothing in a bad state can be believed, its brand neither: go to the person's own."""
    user = cast(User, request.user)  # LoginRequiredMiddleware lets nobody else in
    logger.warning("bad consent state user=%s: %s", user.pk, problem)
    messages.error(request, f"{problem} " + _("Nothing was stored; please start again."))
    with scope(Hat.WEB, user=user.pk):
        brands = list(Brand.objects.joined_by(user).by_name()[:2])
    if len(brands) == 1:
        return redirect("merchants:stores", brands[0].slug)
    return redirect("home")


def _own_store(request: BrandRequest, store_id: int) -> Store:
    return get_object_or_404(request.brand.stores.seen_by(request.membership), pk=store_id)
