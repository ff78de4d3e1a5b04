"""A person's notices of one brand: what happened, what is unread, and what comes by mail."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from merchants.access import BrandRequest, brand_view
from merchants.forms import NoticePreferencesForm
from merchants.models import Role
from merchants.models.notices import NoticeQuerySet
from merchants.notice_kinds import in_words
from merchants.notices import keep_wishes, wishes_of
from portal.lib.htmx import render_page

PER_PAGE = 30


@require_GET
@brand_view(Role.VIEWER)
def notice_list(request: BrandRequest) -> HttpResponse:
    page = Paginator(_own(request).newest_first(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "told": [in_words(notice) for notice in page]}
    return render_page(request, "merchants/notice_list.html", context)


@require_POST
@brand_view(Role.VIEWER)
def notice_open(request: BrandRequest, notice_id: int) -> HttpResponse:
    """Mark one notice read and go to what it is about."""
    notice = get_object_or_404(_own(request), pk=notice_id)
    _own(request).filter(pk=notice.pk).mark_read()
    return redirect(notice.link)


@require_POST
@brand_view(Role.VIEWER)
def notices_read(request: BrandRequest) -> HttpResponse:
    _own(request).mark_read()
    return redirect("merchants:notices", request.brand.slug)


@require_http_methods(["GET", "POST"])
@brand_view(Role.VIEWER)
def notice_preferences(request: BrandRequest) -> HttpResponse:
    if request.method == "GET":
        form = NoticePreferencesForm(initial=wishes_of(request.brand, request.user))
        return render_page(request, "merchants/notice_preferences.html", {"form": form})
    form = NoticePreferencesForm(request.POST)
    form.is_valid()  # any boxes are: none ticked is an answer too
    keep_wishes(request.brand, request.user, form.cleaned_data)
    messages.success(request, _("Saved. It holds for notices from now on."))
    return redirect("merchants:notice_preferences", request.brand.slug)


def _own(request: BrandRequest) -> NoticeQuerySet:
    return request.brand.notices.seen_by(request.membership).told_to(request.user)
