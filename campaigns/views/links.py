"""One link: how it stands, and what a person may do with it."""

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.jump.behaviour import TABLE
from campaigns.jump.macros import MONITOR_QUERY
from campaigns.jump.tap_report import HOUR, tap_report, trial_url
from campaigns.links.checks import checks_of_link
from campaigns.links.ground import NotAttachable
from campaigns.links.loss import loss_of
from campaigns.links.replace import replacements
from campaigns.links.review import questions_of, resume_link, tell_workers, wish_of
from campaigns.links.services import edit_link
from campaigns.links.steps import steps_of
from campaigns.models import Link, LinkStatus
from campaigns.models.link import VERBS
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.models import IllegalMove, Role
from portal.lib import days
from portal.lib.htmx import render_page
from portal.lib.qr import qr_svg

CHECKS = 20
HANDED_IN_FROM = (LinkStatus.DRAFT, LinkStatus.REJECTED)


@require_safe
@brand_view(Role.VIEWER)
def link_detail(request: BrandRequest, link_pk: int) -> HttpResponse:
    return _link_page(request, _link(request, link_pk))


@require_POST
@brand_view(Role.MARKETER)
def link_move(request: BrandRequest, link_pk: int, move: str) -> HttpResponse:
    if move not in VERBS:
        raise Http404
    link = _link(request, link_pk)
    try:
        if move == "resume":
            resume_link(link, by=request.user)
        else:
            link.take_verb(move, by=request.user)
    except (IllegalMove, NotAttachable) as problem:
        link.refresh_from_db(fields=["status"])
        return _link_page(request, link, errors=[str(problem)], status=422)
    tell_workers()
    return redirect("campaigns:link", request.brand.slug, link.pk)


@require_POST
@brand_view(Role.MARKETER, calls_partner=True)
def link_hand_in(request: BrandRequest, link_pk: int) -> HttpResponse:
    """Hand in a draft as it is, or a rejected link once more."""
    with brand_scope(request):
        link = _link(request, link_pk)
    errors: tuple[str, ...] = ()
    try:
        if link.status not in HANDED_IN_FROM:
            raise NotAttachable(_("Only a draft or a rejected link can be handed in."))
        edit_link(link, wish_of(link), by=request.user)
    except NotAttachable as refusal:
        errors = refusal.reasons
    except IllegalMove as problem:
        errors = (str(problem),)
    if not errors:
        return redirect("campaigns:link", request.brand.slug, link.pk)
    with brand_scope(request):
        return _link_page(request, _link(request, link_pk), errors=errors, status=422)


def _link(request: BrandRequest, link_pk: int) -> Link:
    links = request.brand.links.seen_by(request.membership)
    people = ("created_by", "marked_as_ad_by")
    links = links.select_related("note__connection", "store", "policy", *people).with_suspension()
    return get_object_or_404(links, pk=link_pk)


def _link_page(
    request: BrandRequest, link: Link, *, errors: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    trial = trial_url(link)
    context = {
        "link": link,
        "note": link.note,
        "events": link.events.select_related("actor").newest_first(),
        "taps": tap_report(link, last=days.today(), by_hour=request.GET.get("by") == HOUR),
        "trial_url": trial,
        "qr": qr_svg(trial, label=_("QR code of the trial link")),
        "behaviour": TABLE,
        "monitor_url": f"{link.short_url}?{MONITOR_QUERY}",
        "health": link.healths.filter(item_id=link.item_id).first(),
        "checks": link.checks.newest_first()[:CHECKS],
        "alike": replacements(link, most=1) if link.status == LinkStatus.BROKEN else [],
        "loss": loss_of(link),
        "pre_checks": checks_of_link(link) if link.status != LinkStatus.ENDED else [],
        "may_move": request.membership.allows(Role.MARKETER),
        "errors": errors,
        "steps": steps_of(link),
        "questions": questions_of(link) if link.status == LinkStatus.IN_REVIEW else (),
    }
    return render_page(request, "campaigns/link_detail.html", context, status=status)
