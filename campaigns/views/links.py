"""Attaching a link to a note, and what becomes of it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms.links import AttachForm
from campaigns.jump.macros import MONITOR_QUERY
from campaigns.jump.taps import taps_by_day, total
from campaigns.links.loss import loss_of
from campaigns.links.replace import replacements
from campaigns.links.rules import objection_to_note
from campaigns.links.services import NotAttachable, attach_link
from campaigns.links.shelf import offers_of
from campaigns.models import Link, LinkStatus, Note
from campaigns.models.link import VERBS
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.models import IllegalMove, Role
from merchants.standing import policy_in_force
from portal.lib import days
from portal.lib.htmx import render_page, wants_fragment

CHECKS = 20
# Buttons of the form that only show something, and the part of the page that they renew.
SHOWS = {"find": "shelf", "preview": "preview"}


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER, calls_partner=True)
def link_attach(request: BrandRequest, note_pk: int) -> HttpResponse:
    """Show the form; attach on POST, unless a button of it only asks to be shown something."""
    note, link = _load(request, note_pk)
    if link and request.method != "POST":
        return redirect("campaigns:link", request.brand.slug, link.pk)
    form = AttachForm(request.POST if request.method == "POST" else None)
    asked = next((part for button, part in SHOWS.items() if button in request.POST), "")
    if form.is_valid() and not asked and (link := _attach(request, note, form)):
        return redirect("campaigns:link", request.brand.slug, link.pk)
    status = 422 if form.errors and asked != "shelf" else 200
    context = {"note": note, "form": form, "asked": asked}
    return _attach_page(request, context, status=status)


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
        link.move_to(VERBS[move], by=request.user)
    except IllegalMove as problem:
        link.refresh_from_db(fields=["status"])
        return _link_page(request, link, error=str(problem), status=422)
    return redirect("campaigns:link", request.brand.slug, link.pk)


def _load(request: BrandRequest, note_pk: int) -> tuple[Note, Link | None]:
    with brand_scope(request):
        notes = request.brand.notes.seen_by(request.membership).select_related("store")
        note = get_object_or_404(notes, pk=note_pk)
        return note, note.links.not_ended().first()


def _attach(request: BrandRequest, note: Note, form: AttachForm) -> Link | None:
    """Attach, or write on the form why not."""
    wish = form.wish(by_owner=request.membership.allows(Role.OWNER))
    try:
        return attach_link(note, wish, by=request.user)
    except NotAttachable as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
    return None


def _attach_page(
    request: BrandRequest,
    context: dict[str, Any],  # whatever the template is given
    *,
    status: int,
) -> HttpResponse:
    """Ask Tmall for the items, unless only the preview is renewed; then render."""
    form, asked = context["form"], context["asked"]
    if asked != "preview" or not wants_fragment(request):
        words = form.cleaned_data.get("q", "") if form.is_bound else ""
        number = request.POST.get("find")
        context["shelf"] = offers_of(context["note"].store, q=words, number=number)
    context["is_owner"] = request.membership.allows(Role.OWNER)
    template = "campaigns/link_attach.html"
    with brand_scope(request):
        policy = policy_in_force(days.today())
        context["policy_says"] = objection_to_note(context["note"].source, policy)
        return render_page(request, template, context, fragment=asked, status=status)


def _link(request: BrandRequest, link_pk: int) -> Link:
    links = request.brand.links.seen_by(request.membership)
    links = links.select_related("note", "store", "created_by").with_suspension()
    return get_object_or_404(links, pk=link_pk)


def _link_page(
    request: BrandRequest, link: Link, *, error: str = "", status: int = 200
) -> HttpResponse:
    taps = taps_by_day(link, last=days.today())
    context = {
        "link": link,
        "note": link.note,
        "events": link.events.select_related("actor").newest_first(),
        "taps": taps,
        "total": total(taps),
        "total_head": _("14 days"),
        "monitor_url": f"{link.short_url}?{MONITOR_QUERY}",
        "health": link.healths.filter(item_id=link.item_id).first(),
        "checks": link.checks.newest_first()[:CHECKS],
        "alike": replacements(link, most=1) if link.status == LinkStatus.BROKEN else [],
        "loss": loss_of(link),
        "may_move": request.membership.allows(Role.MARKETER),
        "error": error,
    }
    return render_page(request, "campaigns/link_detail.html", context, status=status)
