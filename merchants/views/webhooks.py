"""Settings · Webhooks: where a brand is told by HTTP; owners manage what marketers may see."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from merchants import webhook_log, webhooks
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.models import IllegalMove, Role, WebhookDelivery, WebhookEndpoint
from merchants.models.webhooks import WebhookEndpointQuerySet
from merchants.services import Refused
from merchants.webhook_forms import EndpointForm, SinceForm
from merchants.webhook_kinds import ALL, BY_TEST
from portal.lib.htmx import render_page

RECENT = 10
SINCE = timedelta(days=3)
MOVES = {
    "pause": (webhooks.pause_endpoint, gettext_lazy("Paused: what happens is kept for later.")),
    "resume": (webhooks.resume_endpoint, gettext_lazy("Resumed: what was kept is on its way.")),
    "delete": (webhooks.delete_endpoint, gettext_lazy("Deleted: nothing more is sent there.")),
}


@require_safe
@brand_view(Role.MARKETER)
def webhook_list(request: BrandRequest) -> HttpResponse:
    context = {
        "endpoints": _endpoints(request).with_log().oldest_first(),
        "is_owner": request.membership.allows(Role.OWNER),
        "is_narrowed": bool(request.membership.narrowed_to),
        "now": timezone.now(),
    }
    return render_page(request, "merchants/webhook_list.html", context)


@require_safe
@brand_view(Role.MARKETER)
def webhook_guide(request: BrandRequest) -> HttpResponse:
    return render_page(request, "merchants/webhook_guide.html", {"kinds": [*ALL, BY_TEST]})


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.OWNER, calls_partner=True)
def webhook_create(request: BrandRequest) -> HttpResponse:
    """Add an endpoint, and show its secret this once."""
    if request.membership.narrowed_to:  # it would be told of stores that they may not see
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    form = EndpointForm(posted, initial={"kinds": [kind.key for kind in ALL]})
    is_valid = form.is_valid()  # looks the host up, so outside any scope
    with brand_scope(request):
        if is_valid:
            asked = form.cleaned_data
            try:
                made = webhooks.add_endpoint(
                    request.brand, asked["url"], asked["kinds"], by=request.user
                )
                return _secret_page(request, *made, is_new=True)
            except Refused as refusal:
                form.add_error("url", str(refusal))
        status = 422 if form.is_bound else 200
        context = {"form": form}
        return render_page(request, "merchants/webhook_create.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.OWNER, calls_partner=True)
def webhook_detail(request: BrandRequest, webhook_id: int) -> HttpResponse:
    with brand_scope(request):
        endpoint = _endpoint(request, webhook_id)
        if request.method != "POST":
            return _page(request, endpoint)
    form = EndpointForm(request.POST)
    is_valid = form.is_valid()  # looks the host up, so outside any scope
    with brand_scope(request):
        if is_valid:
            try:
                webhooks.change_endpoint(
                    endpoint, form.cleaned_data["url"], form.cleaned_data["kinds"]
                )
                messages.success(request, _("Saved. It holds for what is sent from now on."))
                return _back(request, endpoint)
            except Refused as refusal:
                form.add_error("url", str(refusal))
        return _page(request, _endpoint(request, webhook_id), form=form, status=422)


@require_POST
@brand_view(Role.OWNER)
def webhook_move(request: BrandRequest, webhook_id: int, move: str) -> HttpResponse:
    """Pause, resume or delete."""
    if move not in MOVES:
        raise Http404
    endpoint = _endpoint(request, webhook_id)
    change, done = MOVES[move]
    try:
        change(endpoint, by=request.user)
    except IllegalMove as refusal:
        return _page(request, _endpoint(request, webhook_id), error=str(refusal), status=422)
    messages.success(request, str(done))
    if move == "delete":
        return redirect("merchants:webhooks", request.brand.slug)
    return _back(request, endpoint)


@require_POST
@brand_view(Role.OWNER)
def webhook_test(request: BrandRequest, webhook_id: int) -> HttpResponse:
    endpoint = _endpoint(request, webhook_id)
    try:
        webhooks.send_test(endpoint)
    except Refused as refusal:
        return _page(request, endpoint, error=str(refusal), status=422)
    messages.success(request, _("The test event is on its way. Reload to see what came of it."))
    return _back(request, endpoint)


@require_POST
@brand_view(Role.OWNER)
def webhook_rotate(request: BrandRequest, webhook_id: int) -> HttpResponse:
    """Show a new secret this once."""
    endpoint = _endpoint(request, webhook_id)
    try:
        secret = webhooks.rotate_secret(endpoint)
    except Refused as refusal:
        return _page(request, endpoint, error=str(refusal), status=422)
    return _secret_page(request, endpoint, secret)


@require_POST
@brand_view(Role.OWNER)
def webhook_rotated(request: BrandRequest, webhook_id: int) -> HttpResponse:
    """End a rotation before its time."""
    endpoint = _endpoint(request, webhook_id)
    webhooks.end_rotation(endpoint)
    messages.success(request, _("Only the newer secret signs from now on."))
    return _back(request, endpoint)


@require_POST
@brand_view(Role.OWNER)
def webhook_replay(request: BrandRequest, webhook_id: int) -> HttpResponse:
    """Send again what failed since a moment."""
    endpoint = _endpoint(request, webhook_id)
    form = SinceForm(request.POST)
    if not form.is_valid():
        return _page(request, endpoint, since=form, status=422)
    try:
        number = webhooks.replay_failed(endpoint, since=form.cleaned_data["since"])
    except Refused as refusal:
        return _page(request, endpoint, since=form, error=str(refusal), status=422)
    said = _("Failed deliveries that are on their way again: %(number)s.")
    messages.success(request, said % {"number": number})
    return _back(request, endpoint)


def _endpoints(request: BrandRequest) -> WebhookEndpointQuerySet:
    return request.brand.webhooks.systems().seen_by(request.membership).present()


def _endpoint(request: BrandRequest, webhook_id: int) -> WebhookEndpoint:
    return get_object_or_404(_endpoints(request).select_related("brand"), pk=webhook_id)


def _back(request: BrandRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    return redirect("merchants:webhook", request.brand.slug, endpoint.pk)


def _page(
    request: BrandRequest,
    endpoint: WebhookEndpoint,
    *,
    form: EndpointForm | None = None,
    since: SinceForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    recent = WebhookDelivery.objects.seen_by(request.membership).filter(endpoint=endpoint)
    context = {
        "endpoint": endpoint,
        "is_rotating": endpoint.is_rotating_at(now),
        "form": form or EndpointForm(initial={"url": endpoint.url, "kinds": endpoint.kinds}),
        "since": since or SinceForm(initial={"since": now - SINCE}),
        "told": webhook_log.tell(recent.newest_first()[:RECENT]),
        "events": endpoint.events.select_related("actor").order_by("-pk")[:RECENT],
        "error": error,
    }
    return render_page(request, "merchants/webhook_detail.html", context, status=status)


def _secret_page(
    request: BrandRequest, endpoint: WebhookEndpoint, secret: str, *, is_new: bool = False
) -> HttpResponse:
    context = {"endpoint": endpoint, "secret": secret, "is_new": is_new}
    return render_page(request, "merchants/webhook_secret.html", context)
