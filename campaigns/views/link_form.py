"""The form of a link: to attach one to a note, and to change what one asks for."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from campaigns.forms.links import AttachForm, filled_in
from campaigns.links.checks import Check, Situation, checks_of
from campaigns.links.ground import NotAttachable, ground_of, has_consents
from campaigns.links.rules import objection_to_note
from campaigns.links.services import attach_link, edit_link
from campaigns.links.shelf import offers_of
from campaigns.models import Item, Link, LinkStatus, Note
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.models import IllegalMove, Role
from merchants.standing import policy_in_force
from portal.lib import days
from portal.lib.htmx import render_page, wants_fragment

# Buttons of the form that only show something, and the part of the page that they renew.
SHOWS = {"find": "shelf", "preview": "preview"}
DRAFT = "draft"  # the button that keeps the link without handing it in


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER, calls_partner=True)
def link_attach(request: BrandRequest, note_pk: int) -> HttpResponse:
    """Show the form; attach on POST, unless a button of it only asks to be shown something."""
    note, link = _load(request, note_pk)
    if link and request.method != "POST":
        return redirect("campaigns:link", request.brand.slug, link.pk)
    return _form(request, note, None)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER, calls_partner=True)
def link_edit(request: BrandRequest, link_pk: int) -> HttpResponse:
    """Show the form as the link fills it in; save on POST, which begins its review anew."""
    with brand_scope(request):
        links = request.brand.links.seen_by(request.membership)
        links = links.select_related("note__store", "note__connection", "store")
        link = get_object_or_404(links, pk=link_pk)
    if link.status == LinkStatus.ENDED:
        return redirect("campaigns:link", request.brand.slug, link.pk)
    return _form(request, link.note, link)


def _form(request: BrandRequest, note: Note, link: Link | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = AttachForm(posted, initial=filled_in(link) if link else None)
    asked = next((part for button, part in SHOWS.items() if button in request.POST), "")
    if form.is_valid() and not asked and (saved := _save(request, note, link, form)):
        return redirect("campaigns:link", request.brand.slug, saved.pk)
    status = 422 if form.errors and asked != "shelf" else 200
    context = {"note": note, "link": link, "form": form, "asked": asked}
    return _page(request, context, status=status)


def _load(request: BrandRequest, note_pk: int) -> tuple[Note, Link | None]:
    with brand_scope(request):
        notes = request.brand.notes.seen_by(request.membership)
        notes = notes.select_related("store", "connection")
        note = get_object_or_404(notes, pk=note_pk)
        return note, note.links.not_ended().first()


def _save(request: BrandRequest, note: Note, link: Link | None, form: AttachForm) -> Link | None:
    """Attach or change the link, or write on the form why not."""
    is_owner = request.membership.allows(Role.OWNER)
    wish = form.wish(by_owner=is_owner, is_draft=DRAFT in request.POST)
    try:
        if link:
            return edit_link(link, wish, by=request.user)
        return attach_link(note, wish, by=request.user)
    except NotAttachable as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
    except IllegalMove as problem:
        form.add_error(None, str(problem))
    return None


def _page(
    request: BrandRequest,
    context: dict[str, Any],  # whatever the template is given
    *,
    status: int,
) -> HttpResponse:
    """Ask Tmall for the items, unless only the preview is renewed; then render."""
    form, asked, note = context["form"], context["asked"], context["note"]
    if asked != "preview" or not wants_fragment(request):
        words = form.cleaned_data.get("q", "") if form.is_bound else ""
        context["shelf"] = offers_of(note.store, q=words, number=request.POST.get("find"))
    context["is_owner"] = request.membership.allows(Role.OWNER)
    with brand_scope(request):
        policy = policy_in_force(days.today())
        context["policy_says"] = objection_to_note(note.source, policy, found_by=note.found_by)
        context["chosen"] = chosen = _chosen(form, context["link"])
        if chosen.is_bound and chosen.cleaned_data.get("destination"):
            context["item"] = item = _item(request, chosen, note)
            context["checks"] = _checks(request, chosen, note, context["link"], item)
        template = "campaigns/link_attach.html"
        return render_page(request, template, context, fragment=asked, status=status)


def _chosen(form: AttachForm, link: Link | None) -> AttachForm:
    """Return what the preview shows: what was sent, else the link as it stands."""
    if form.is_bound or link is None:
        return form
    standing = AttachForm(filled_in(link))
    standing.is_valid()
    return standing


def _item(request: BrandRequest, form: AttachForm, note: Note) -> Item | None:
    """Return the chosen item as the catalogue knows it."""
    item_id = form.cleaned_data["destination"].item_id
    if not item_id:
        return None
    items = request.brand.items.seen_by(request.membership).filter(store=note.store_id)
    return items.filter(num_iid=item_id).first()


def _checks(
    request: BrandRequest, form: AttachForm, note: Note, link: Link | None, item: Item | None
) -> list[Check]:
    if "text" in form.errors:
        return []
    wish = form.wish(by_owner=request.membership.allows(Role.OWNER))
    others = note.links.not_ended().exclude(pk=link.pk if link else 0)
    situation = Situation(
        note=note,
        ground=ground_of(note.store),
        has_open_link=others.exists(),
        has_consent=has_consents(note.store, note.connection),
        item=item,
    )
    return checks_of(wish, situation)
