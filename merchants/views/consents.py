"""To the partners' consent pages and back. A consent that fails stores nothing and says why."""

import logging
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods

from merchants import connections, consent, consent_texts, ownership, services
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.connections import Grant
from merchants.consent import Asked, BadState, Purpose, Waiting
from merchants.consent_texts import Agreed
from merchants.forms import AdvertiserForm
from merchants.models import Brand, Partner, Role, Store, User
from merchants.views.stores import may_register
from portal.lib.htmx import HtmxRequest, render_page
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent, Rejected, Unavailable

logger = logging.getLogger(__name__)


class NoConsent(Exception):
    """The partner gave no consent; the message is for the person."""


FOLLOWS = {
    Partner.JUGUANG: _lazy(
        "%(account)s is connected. Its notes and figures follow within minutes."
    ),
    Partner.PUGONGYING: _lazy(
        "%(account)s is connected. Its creator orders follow within minutes."
    ),
}
FAILURES = (NoConsent, services.Refused, Unavailable, Rejected, NeedsConsent)


@require_http_methods(["GET", "POST"])
@brand_view(Role.OWNER)
def store_register(request: BrandRequest) -> HttpResponse:
    if not may_register(request):
        raise PermissionDenied
    return _ask(request, Purpose.TOP)


@require_http_methods(["GET", "POST"])
@brand_view(Role.OWNER)
def juguang_connect(request: BrandRequest, store_id: int) -> HttpResponse:
    return _ask(request, Purpose.JUGUANG, _own_store(request, store_id))


@require_http_methods(["GET", "POST"])
@brand_view(Role.OWNER)
def pugongying_connect(request: BrandRequest, store_id: int) -> HttpResponse:
    return _ask(request, Purpose.PUGONGYING, _own_store(request, store_id))


@require_GET
def top_callback(request: HtmxRequest) -> HttpResponse:
    try:
        asked = consent.take_state(request, Purpose.TOP)
    except BadState as problem:
        return _void(request, problem)
    return _finish_top(request, brand=asked.brand, asked=asked)


@require_GET
def juguang_callback(request: HtmxRequest) -> HttpResponse:
    try:
        asked = consent.take_state(request, Purpose.JUGUANG)
    except BadState as problem:
        return _void(request, problem)
    return _finish_juguang(request, brand=asked.brand, asked=asked)


@require_GET
def pugongying_callback(request: HtmxRequest) -> HttpResponse:
    try:
        asked = consent.take_state(request, Purpose.PUGONGYING)
    except BadState as problem:
        return _void(request, problem)
    return _finish_pugongying(request, brand=asked.brand, asked=asked)


@require_http_methods(["GET", "POST"])
@brand_view(Role.OWNER)
def juguang_advertiser(request: BrandRequest, store_id: int) -> HttpResponse:
    """Let the owner choose one of several advertisers; the tokens wait sealed in the session."""
    store = _own_store(request, store_id)
    waiting = consent.waiting(request, store)
    if waiting is None:
        return redirect("merchants:store", request.brand.slug, store.pk)
    form = AdvertiserForm(request.POST or None, advertisers=waiting.found.advertisers)
    if request.method == "POST" and form.is_valid():
        consent.forget(request, store)
        chosen = form.cleaned_data["advertiser"]
        account = (chosen, dict(waiting.found.advertisers)[chosen])
        grant = waiting.found.grant
        return _connect(request, store, Partner.JUGUANG, account, grant, waiting.agreed)
    context = {"store": store, "form": form}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "merchants/juguang_advertiser.html", context, status=status)


@brand_view(Role.OWNER, calls_partner=True)
def _finish_top(request: BrandRequest, asked: Asked) -> HttpResponse:
    if not may_register(request):  # it may have been narrowed meanwhile
        raise PermissionDenied
    try:
        code = _code(request, "code")
        found = connections.accept_top(code, redirect_uri=consent.redirect_uri(Purpose.TOP))
        with brand_scope(request):
            store, is_new = services.register_store(
                request.brand, found, agreed=asked.agreed, by=request.user
            )
    except services.NotTmall as refusal:
        logger.warning("C-shop turned away brand=%s", request.brand.pk)
        return render(request, "merchants/turned_away.html", {"refusal": refusal}, status=422)
    except services.HeldElsewhere as refusal:
        messages.error(request, str(refusal))
        ownership.remember(request, request.brand, found)
        return redirect("merchants:transfer_ask", request.brand.slug)
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
        consent.keep(request, store, Waiting(found, asked.agreed))
        return redirect("merchants:juguang_advertiser", request.brand.slug, store.pk)
    (advertiser,) = found.advertisers
    with brand_scope(request):
        return _connect(request, store, Partner.JUGUANG, advertiser, found.grant, asked.agreed)


@brand_view(Role.OWNER, calls_partner=True)
def _finish_pugongying(request: BrandRequest, asked: Asked) -> HttpResponse:
    with brand_scope(request):
        store = _own_store(request, asked.store)
    try:
        found = connections.accept_pugongying(_code(request, "auth_code"))
    except FAILURES as problem:
        _explain(request, problem)
        return redirect("merchants:store", request.brand.slug, store.pk)
    with brand_scope(request):
        return _connect(
            request, store, Partner.PUGONGYING, found.account, found.grant, asked.agreed
        )


def _ask(request: BrandRequest, purpose: Purpose, store: Store | None = None) -> HttpResponse:
    """Show what will be read and why; whoever agrees goes on to the partner's own page."""
    text = consent_texts.newest(purpose)
    agreed = consent_texts.agree_now(purpose)
    if request.method == "POST" and request.POST.get("text") == text.version:
        page = consent.partners_page(request, purpose, request.brand, request.user, agreed, store)
        return redirect(page)
    context = {
        "partner": Partner(purpose),
        "store": store,
        "text": text,
        "clauses": text.read_in(agreed.language),
        "changed": request.method == "POST",
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "merchants/consent_ask.html", context, status=status)


def _connect(
    request: BrandRequest,
    store: Store,
    partner: Partner,
    account: tuple[str, str],
    grant: Grant,
    agreed: Agreed,
) -> HttpResponse:
    try:
        services.connect_account(store, partner, account, grant, agreed=agreed, by=request.user)
    except services.Refused as refusal:
        _explain(request, refusal)
    else:
        messages.success(request, FOLLOWS[partner] % {"account": account[1]})
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
    stores = request.brand.stores.present().seen_by(request.membership)
    return get_object_or_404(stores, pk=store_id)
