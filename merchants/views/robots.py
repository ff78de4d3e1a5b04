"""Settings · Group robots: the groups of DingTalk, Feishu and WeCom that are told; for owners."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from merchants import robots, webhook_log
from merchants.access import BrandRequest, brand_view
from merchants.models import IllegalMove, Role, WebhookDelivery, WebhookEndpoint
from merchants.models.webhooks import WebhookEndpointQuerySet
from merchants.robot_forms import RobotForm
from merchants.robot_messages import AT_FIRST
from merchants.services import Refused
from merchants.views.webhooks import MOVES
from portal.lib.htmx import render_page

RECENT = 10


@require_safe
@brand_view(Role.OWNER)
def robot_list(request: BrandRequest) -> HttpResponse:
    context = {
        "robots": _robots(request).with_log().oldest_first(),
        "is_narrowed": bool(request.membership.narrowed_to),
    }
    return render_page(request, "merchants/robot_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.OWNER)
def robot_create(request: BrandRequest) -> HttpResponse:
    if request.membership.narrowed_to:  # it would be told of stores that they may not see
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    form = RobotForm(posted, initial={"kinds": AT_FIRST})
    if form.is_valid():
        channel = form.cleaned_data["channel"]
        try:
            made = robots.add_robot(request.brand, channel, form.asked, by=request.user)
        except Refused as refusal:
            form.add_error("url", str(refusal))
        else:
            messages.success(request, _("Added. Send a test message to see that it arrives."))
            return _back(request, made)
    status = 422 if form.is_bound else 200
    return render_page(request, "merchants/robot_create.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.OWNER)
def robot_detail(request: BrandRequest, robot_id: int) -> HttpResponse:
    robot = _robot(request, robot_id)
    if request.method != "POST":
        return _page(request, robot)
    form = RobotForm(request.POST, channel=robot.channel)
    if form.is_valid():
        try:
            robots.change_robot(robot, form.asked)
        except Refused as refusal:
            form.add_error("url", str(refusal))
        else:
            messages.success(request, _("Saved. It holds for what is sent from now on."))
            return _back(request, robot)
    return _page(request, _robot(request, robot_id), form=form, status=422)


@require_POST
@brand_view(Role.OWNER)
def robot_move(request: BrandRequest, robot_id: int, move: str) -> HttpResponse:
    """Pause, resume or delete."""
    if move not in MOVES:
        raise Http404
    robot = _robot(request, robot_id)
    change, done = MOVES[move]
    try:
        change(robot, by=request.user)
    except IllegalMove as refusal:
        return _page(request, _robot(request, robot_id), error=str(refusal), status=422)
    messages.success(request, str(done))
    if move == "delete":
        return redirect("merchants:robots", request.brand.slug)
    return _back(request, robot)


@require_POST
@brand_view(Role.OWNER)
def robot_test(request: BrandRequest, robot_id: int) -> HttpResponse:
    robot = _robot(request, robot_id)
    try:
        robots.send_test(robot)
    except Refused as refusal:
        return _page(request, robot, error=str(refusal), status=422)
    messages.success(request, _("The test message is on its way. Reload to see what came of it."))
    return _back(request, robot)


def _robots(request: BrandRequest) -> WebhookEndpointQuerySet:
    return request.brand.webhooks.robots().seen_by(request.membership).present()


def _robot(request: BrandRequest, robot_id: int) -> WebhookEndpoint:
    return get_object_or_404(_robots(request).select_related("brand"), pk=robot_id)


def _back(request: BrandRequest, robot: WebhookEndpoint) -> HttpResponse:
    return redirect("merchants:robot", request.brand.slug, robot.pk)


def _page(
    request: BrandRequest,
    robot: WebhookEndpoint,
    *,
    form: RobotForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    recent = WebhookDelivery.objects.seen_by(request.membership).filter(endpoint=robot)
    kept = {"name": robot.name, "language": robot.language, "kinds": robot.kinds}
    context = {
        "robot": robot,
        "form": form or RobotForm(initial=kept, channel=robot.channel),
        "is_signed": bool(robot.secret_sealed),
        "told": webhook_log.tell(recent.newest_first()[:RECENT]),
        "events": robot.events.select_related("actor").order_by("-pk")[:RECENT],
        "error": error,
    }
    return render_page(request, "merchants/robot_detail.html", context, status=status)
