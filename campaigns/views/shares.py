"""Links for people without an account: made from a saved view, listed and revoked in settings."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms.saved import question_form
from campaigns.forms.shares import ShareForm
from campaigns.models import SavedView, ShareLink
from campaigns.results import shares
from campaigns.results.choice import offered
from merchants.access import BrandRequest, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, Role
from portal.lib.htmx import render_page

LISTED = 100


@require_safe
@brand_view(Role.MARKETER)
def share_list(request: BrandRequest) -> HttpResponse:
    links = ShareLink.objects.seen_by(request.membership).select_related("made_by").newest_first()
    return render_page(request, "campaigns/share_list.html", {"links": links[:LISTED]})


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def share_make(request: BrandRequest, view_pk: int) -> HttpResponse:
    """Share a saved view, and show its link this once."""
    view = get_object_or_404(SavedView.objects.seen_by(request.membership), pk=view_pk)
    if request.membership.agency:  # a link answers under its maker's own membership
        raise PermissionDenied
    form = ShareForm(request.POST if request.method == "POST" else None)
    question = question_form(view.line, view.asked, offered(request.brand, request.membership))
    can_be_asked = question.is_valid()
    if can_be_asked and form.is_valid():
        asked = form.cleaned_data
        link, token = shares.share(view, **asked, by=request.user)
        record(request, AccessKind.EXPORT, what=f"{view.name} · /s/")
        address = request.build_absolute_uri(reverse("campaigns:shared", args=[token]))
        return render_page(request, "campaigns/share_made.html", {"link": link, "secret": address})
    status = 422 if form.is_bound or not can_be_asked else 200
    context = {
        "form": form,
        "view": view,
        "words": question.in_words(),
        "is_gone": not can_be_asked,
    }
    return render_page(request, "campaigns/share_form.html", context, status=status)


@require_POST
@brand_view(Role.MARKETER)
def share_revoke(request: BrandRequest, share_pk: int) -> HttpResponse:
    link = get_object_or_404(ShareLink.objects.seen_by(request.membership), pk=share_pk)
    if link.made_by_id != request.user.pk and not request.membership.allows(Role.OWNER):
        raise PermissionDenied
    link.revoke()
    messages.success(request, _("Revoked: the link opens nothing any more."))
    return redirect("campaigns:shares", request.brand.slug)
