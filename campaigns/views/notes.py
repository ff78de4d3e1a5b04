"""The brand's notes and the link below each: the list, a note, and naming notes by hand."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max, Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms.campaigns import NotesForm, TagForm
from campaigns.forms.notes import NoteFilter
from campaigns.models import (
    AdCreative,
    Campaign,
    CampaignNote,
    JoinedBy,
    Link,
    Note,
    NoteDay,
    NoteFound,
)
from campaigns.models.creative import AdCreativeQuerySet
from campaigns.notes import services
from campaigns.notes.states import state_of
from campaigns.views.obstacles import objection_of, with_obstacles
from merchants.access import BrandRequest, brand_view
from merchants.models import Participation, Partner, Role, Store
from merchants.standing import policy_in_force
from portal.lib import days
from portal.lib.htmx import render_page

NOTES_A_PAGE = 50


@require_safe
@brand_view(Role.VIEWER)
def note_list(request: BrandRequest) -> HttpResponse:
    campaigns = request.brand.campaigns.seen_by(request.membership).newest_first()
    form = NoteFilter(request.GET, campaigns=campaigns)
    mine = request.brand.notes.seen_by(request.membership)
    open_links = Prefetch(
        "links", Link.objects.not_ended().with_suspension().with_taps(), to_attr="open_links"
    )
    notes = form.apply(mine).newest_first().select_related("store").prefetch_related(open_links)
    page = Paginator(notes, NOTES_A_PAGE).get_page(request.GET.get("page"))
    connections = request.brand.connections.seen_by(request.membership)
    held_back = Participation.objects.seen_by(request.membership).without_new_links()
    context = {
        "form": form,
        "page": page,
        "rows": with_obstacles(page, policy_in_force(days.today())),
        "campaigns": campaigns,
        "may_attach": request.membership.allows(Role.MARKETER),
        "without_new_links": set(held_back.values_list("store_id", flat=True)),
        "is_connected": connections.connected().filter(partner=Partner.JUGUANG).exists(),
    }
    return render_page(request, "campaigns/note_list.html", context, fragment="notes")


@require_safe
@brand_view(Role.VIEWER)
def note_detail(request: BrandRequest, note_pk: int) -> HttpResponse:
    return _note_page(request, _note(request, note_pk))


@require_POST
@brand_view(Role.MARKETER)
def note_tag(request: BrandRequest, note_pk: int) -> HttpResponse:
    note = _note(request, note_pk)
    form = TagForm(request.POST)
    if not form.is_valid():
        return _note_page(request, note, form, status=422)
    services.tag_note(note, form.cleaned_data["words"])
    messages.success(request, _("The tags are saved, and the campaigns' rules were asked anew."))
    return redirect("campaigns:note", request.brand.slug, note.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def notes_add(request: BrandRequest) -> HttpResponse:
    """Take notes by their addresses or ids, from text or a sheet, and into a campaign if asked."""
    form = NotesForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        stores=Store.objects.seen_by(request.membership).present().oldest_first(),
        campaigns=request.brand.campaigns.seen_by(request.membership).newest_first(),
        initial={"campaign": request.GET.get("campaign")},
    )
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        context |= {"named": _name_notes(request, form), "unread": form.reading.unread}
    status = 422 if form.errors else 200
    return render_page(request, "campaigns/notes_add.html", context, status=status)


def _name_notes(request: BrandRequest, form: NotesForm) -> dict[str, object]:
    """Keep and join the notes that were read; return what became of them."""
    cleaned = form.cleaned_data
    from_sheet = bool(cleaned["sheet"])
    found_by = NoteFound.SHEET if from_sheet else NoteFound.PASTED
    named = services.name_notes(cleaned["store"], form.reading.ids, found_by)
    campaign: Campaign | None = cleaned["campaign"]
    joined_by = JoinedBy.SHEET if from_sheet else JoinedBy.HAND
    joined = 0
    if campaign:
        joined = services.join_notes(campaign, named.notes, by=request.user, joined_by=joined_by)
    services.apply_rules(request.brand.pk)
    return {
        "read": len(form.reading.ids),
        "new": named.new,
        "campaign": campaign,
        "joined": joined,
    }


def _note(request: BrandRequest, pk: int) -> Note:
    notes = request.brand.notes.seen_by(request.membership).select_related("store")
    return get_object_or_404(notes, pk=pk)


def _note_page(
    request: BrandRequest, note: Note, form: TagForm | None = None, *, status: int = 200
) -> HttpResponse:
    words = note.tags.order_by("word").values_list("word", flat=True)
    campaigns = CampaignNote.objects.seen_by(request.membership).present()
    links = note.links.with_suspension().with_taps().newest_first()
    context = {
        "note": note,
        "state": state_of(note.status),
        "objection": objection_of(note, policy_in_force(days.today())),
        "links": links,
        "has_open_link": any(link.status != "ended" for link in links),
        "star_row": note.star_rows.select_related("star_task").first(),
        "orders": note.creator_orders.newest_first(),
        "ads": _ads(request, note),
        "campaign_rows": campaigns.filter(note=note).select_related("campaign", "rule"),
        "last_ad_day": _last_ad_day(request, note),
        "tag_form": form or TagForm(initial={"words": ", ".join(words)}),
        "may_edit": request.membership.allows(Role.MARKETER),
    }
    return render_page(request, "campaigns/note_detail.html", context, status=status)


def _ads(request: BrandRequest, note: Note) -> AdCreativeQuerySet:
    """Return the ads by which the note's own account promotes it."""
    mine = AdCreative.objects.filter(brand=request.brand).seen_by(request.membership)
    promoting = mine.filter(note_id=note.note_id, connection_id=note.connection_id or 0)
    return promoting.running_first()


def _last_ad_day(request: BrandRequest, note: Note) -> date | None:
    """Return the last day on which 聚光 reports spending for the note, as known now."""
    if note.connection_id is None:
        return None
    rows = NoteDay.objects.filter(brand=request.brand).seen_by(request.membership)
    paid = rows.as_of(days.known_now()).filter(
        note_id=note.note_id, connection_id=note.connection_id, fee_fen__gt=0
    )
    last: date | None = paid.aggregate(last=Max("day"))["last"]
    return last
