"""Comments that ask for a link, the notes that they stand below, and comment links."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_POST, require_safe

from campaigns.forms.sheets import SheetForm
from campaigns.links.asking import ASKS, DOES_NOT, why
from campaigns.links.columns import template_rows
from campaigns.links.comments import EXAMPLE, LAYOUT, Outcome, import_comments
from campaigns.models import Comment, CommentLink, Link
from campaigns.views.obstacles import obstacle_to
from campaigns.views.sheets import approved_stores, file_answer
from merchants.access import BrandRequest, brand_scope, brand_view
from merchants.models import Role
from merchants.standing import policy_in_force
from portal.lib import days
from portal.lib.htmx import render_page
from portal.lib.sheets import BadSheet

NOTES_A_PAGE = 50
COMMENTS_A_PAGE = 50
LINKS = 50
REFUSED = 50

Context = dict[str, Any]  # whatever the template is given


@require_safe
@brand_view(Role.VIEWER)
def link_requests(request: BrandRequest) -> HttpResponse:
    return _page(request, SheetForm(stores=approved_stores(request)))


@require_POST
@brand_view(Role.MARKETER, calls_partner=True)  # reading a file is as slow as a call
def comment_import(request: BrandRequest) -> HttpResponse:
    """Write what the sheet brings, or only show it where the button says so."""
    with brand_scope(request):
        form = SheetForm(request.POST, request.FILES, stores=approved_stores(request))
    is_trial, outcome = "check" in request.POST, None
    if form.is_valid():
        try:
            outcome = import_comments(
                form.chosen_store, form.path, by=request.user, is_trial=is_trial
            )
        except BadSheet as problem:
            form.add_error("file", str(problem))
    if outcome and not is_trial and not outcome.refused:
        messages.success(request, _said(outcome))
        return redirect("campaigns:link_requests", request.brand.slug)
    with brand_scope(request):
        found = {"outcome": outcome, "is_trial": is_trial}
        return _page(request, form, found, status=200 if outcome else 422)


@require_safe
@brand_view(Role.VIEWER)
def comment_template(request: BrandRequest, kind: str) -> HttpResponse:
    chinese = (get_language() or "").startswith("zh")
    rows = template_rows(LAYOUT, EXAMPLE, chinese=chinese)
    return file_answer(rows, kind, f"redcat-comments.{kind}")


@require_safe
@brand_view(Role.VIEWER)
def note_requests(request: BrandRequest, note_pk: int) -> HttpResponse:
    """Show the comments that ask below one note, each with the words that it was found by."""
    notes = request.brand.notes.seen_by(request.membership).select_related("store")
    note = get_object_or_404(notes, pk=note_pk)
    asked = Comment.objects.seen_by(request.membership).filter(note=note).requests()
    page = Paginator(asked.newest_first(), COMMENTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "note": note,
        "link": Link.objects.seen_by(request.membership).not_ended().filter(note=note).first(),
        "obstacle": obstacle_to(note, policy_in_force(days.today())),
        "page": page,
        "comments": [(comment, why(comment.words)) for comment in page],
        "may_attach": request.membership.allows(Role.MARKETER),
    }
    return render_page(request, "campaigns/note_requests.html", context)


def _page(
    request: BrandRequest, form: SheetForm, found: Context | None = None, *, status: int = 200
) -> HttpResponse:
    demand = Comment.objects.seen_by(request.membership).by_note()
    page = Paginator(demand, NOTES_A_PAGE).get_page(request.GET.get("page"))
    mine = request.brand.notes.seen_by(request.membership).select_related("store")
    notes = mine.in_bulk([row["note_id"] for row in page])
    links = Link.objects.seen_by(request.membership).not_ended().filter(note__in=notes)
    open_links = {link.note_id: link for link in links}
    policy = policy_in_force(days.today())
    shown = CommentLink.objects.seen_by(request.membership).newest_first()
    context = {
        "form": form,
        "page": page,
        "rows": [
            (notes[pk], row, open_links.get(pk), obstacle_to(notes[pk], policy))
            for row in page
            for pk in [row["note_id"]]
        ],
        "comment_links": shown.select_related("note")[:LINKS],
        "patterns": ASKS,
        "exceptions": DOES_NOT,
        "may_attach": request.membership.allows(Role.MARKETER),
        "cap": REFUSED,
        **(found or {}),
    }
    return render_page(request, "campaigns/link_requests.html", context, status=status)


def _said(outcome: Outcome) -> str:
    return ngettext(
        "%(number)s row was taken over; rows that were here already were left as they are.",
        "%(number)s rows were taken over; rows that were here already were left as they are.",
        len(outcome.new) + len(outcome.changed),
    ) % {"number": len(outcome.new) + len(outcome.changed)}
