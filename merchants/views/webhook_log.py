"""Settings · Webhooks · Log: each delivery, what was sent and what was answered."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from merchants import webhook_log, webhooks
from merchants.access import BrandRequest, brand_view
from merchants.models import Role, WebhookDelivery
from merchants.models.webhooks import WebhookDeliveryQuerySet
from merchants.services import Refused
from merchants.webhook_forms import LogFilter
from portal.lib.htmx import render_page

ON_A_PAGE = 50


@require_safe
@brand_view(Role.MARKETER)
def delivery_list(request: BrandRequest) -> HttpResponse:
    endpoints = request.brand.webhooks.seen_by(request.membership).present().oldest_first()
    form = LogFilter(request.GET, endpoints)
    rows = form.apply(_deliveries(request)).newest_first().defer("body", "answer")
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "told": webhook_log.tell(page)}
    return render_page(request, "merchants/webhook_log.html", context, fragment="rows")


@require_safe
@brand_view(Role.MARKETER)
def delivery_detail(request: BrandRequest, delivery_id: int) -> HttpResponse:
    delivery = get_object_or_404(_deliveries(request), pk=delivery_id)
    return _page(request, delivery)


@require_POST
@brand_view(Role.OWNER)
def delivery_replay(request: BrandRequest, delivery_id: int) -> HttpResponse:
    """Send it again; only who sees its endpoint may."""
    endpoints = request.brand.webhooks.seen_by(request.membership)
    rows = _deliveries(request).filter(endpoint__in=endpoints).select_related("endpoint")
    delivery = get_object_or_404(rows, pk=delivery_id)
    try:
        webhooks.replay(delivery)
    except Refused as refusal:
        return _page(request, delivery, error=str(refusal), status=422)
    messages.success(request, _("It is on its way again, with the same event id."))
    return redirect("merchants:webhook_delivery", request.brand.slug, delivery.pk)


def _deliveries(request: BrandRequest) -> WebhookDeliveryQuerySet:
    return WebhookDelivery.objects.seen_by(request.membership)


def _page(
    request: BrandRequest, delivery: WebhookDelivery, *, error: str = "", status: int = 200
) -> HttpResponse:
    [told] = webhook_log.tell([delivery])
    may_replay = request.membership.allows(Role.OWNER) and not request.membership.narrowed_to
    context = {"delivery": delivery, "told": told, "may_replay": may_replay, "error": error}
    return render_page(request, "merchants/webhook_delivery.html", context, status=status)
