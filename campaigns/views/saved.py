"""效果 · 保存的视图: questions that somebody gave a name; each link asks one anew."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms.saved import SavedViewForm, question_form
from campaigns.models import SavedView, ViewLine
from campaigns.results.choice import Offered, offered
from campaigns.views.period import Context
from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from portal.lib.htmx import render_page

PAGES = {ViewLine.DIRECT: "campaigns:results", ViewLine.STAR: "campaigns:results_star"}
BESIDE_RESULTS = 8


@dataclass(frozen=True, slots=True)
class Shown:
    """A saved view in words; `is_gone` where it asks for what is not there any more."""

    view: SavedView
    words: list[tuple[str, str]]
    is_gone: bool
    may_change: bool


@require_safe
@brand_view(Role.VIEWER)
def saved_views(request: BrandRequest) -> HttpResponse:
    offer = offered(request.brand, request.membership)
    views = SavedView.objects.seen_by(request.membership).select_related("made_by").by_name()
    shown = [_shown(request, view, offer) for view in views]
    member = request.membership
    may_share = member.allows(Role.MARKETER) and not member.agency
    context = {"shown": shown, "may_share": may_share, "may_mail": not member.agency}
    return render_page(request, "campaigns/saved_views.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.VIEWER)
def saved_view_add(request: BrandRequest, line: str) -> HttpResponse:
    """Name the question in the address; one that can't be asked goes back to its page."""
    if line not in ViewLine.values:
        raise Http404
    question = question_form(line, request.GET, offered(request.brand, request.membership))
    if not question.is_valid():
        query = request.GET.urlencode()
        return redirect(f"{_page_of(request, ViewLine(line))}?{query}")
    asked = question.address()
    view = SavedView(brand=request.brand, made_by=request.user, line=line, asked=asked)
    view.store_id = question.question().store
    return _name(request, view, question.in_words())


@require_safe
@brand_view(Role.VIEWER)
def saved_view(request: BrandRequest, view_pk: int) -> HttpResponse:
    view = _view(request, view_pk)
    return redirect(_page_of(request, ViewLine(view.line)) + view.query)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.VIEWER)
def saved_view_edit(request: BrandRequest, view_pk: int) -> HttpResponse:
    view = _own_view(request, view_pk)
    shown = _shown(request, view, offered(request.brand, request.membership))
    return _name(request, view, shown.words)


@require_POST
@brand_view(Role.VIEWER)
def saved_view_delete(request: BrandRequest, view_pk: int) -> HttpResponse:
    view = _own_view(request, view_pk)
    view.delete()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": view.name})
    return redirect("campaigns:saved_views", request.brand.slug)


def saved_context(request: BrandRequest, line: ViewLine) -> Context:
    """Return the views that stand beside the results of that line."""
    views = SavedView.objects.seen_by(request.membership).of_line(line).by_name()
    return {"saved": list(views[: BESIDE_RESULTS + 1]), "saved_shown": f":{BESIDE_RESULTS}"}


def _name(request: BrandRequest, view: SavedView, words: list[tuple[str, str]]) -> HttpResponse:
    """Ask what the view is called, and save it."""
    posted = request.POST if request.method == "POST" else None  # an empty form is a bad one
    form = SavedViewForm(request.membership, posted, instance=view)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
        return redirect("campaigns:saved_views", request.brand.slug)
    status = 422 if form.is_bound else 200
    context = {"form": form, "view": view, "words": words}
    return render_page(request, "campaigns/saved_view_form.html", context, status=status)


def _shown(request: BrandRequest, view: SavedView, offer: Offered) -> Shown:
    form = question_form(view.line, view.asked, offer)
    valid = form.is_valid()
    return Shown(view, form.in_words(), not valid, _may_change(request, view))


def _may_change(request: BrandRequest, view: SavedView) -> bool:
    return view.made_by_id == request.user.pk or request.membership.allows(Role.OWNER)


def _view(request: BrandRequest, view_pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.seen_by(request.membership), pk=view_pk)


def _own_view(request: BrandRequest, view_pk: int) -> SavedView:
    view = _view(request, view_pk)
    if not _may_change(request, view):
        raise PermissionDenied
    return view


def _page_of(request: BrandRequest, line: ViewLine) -> str:
    return reverse(PAGES[line], args=[request.brand.slug])
