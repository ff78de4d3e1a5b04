"""The brand's notes and the link below each."""

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from campaigns.forms.notes import NoteFilter
from campaigns.models import Link
from merchants.access import BrandRequest, brand_view
from merchants.models import Participation, Partner, Role
from portal.lib.htmx import render_page

NOTES_A_PAGE = 50


@require_safe
@brand_view(Role.VIEWER)
def note_list(request: BrandRequest) -> HttpResponse:
    form = NoteFilter(request.GET)
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
        "may_attach": request.membership.allows(Role.MARKETER),
        "without_new_links": set(held_back.values_list("store_id", flat=True)),
        "is_connected": connections.connected().filter(partner=Partner.JUGUANG).exists(),
    }
    return render_page(request, "campaigns/note_list.html", context, fragment="notes")
