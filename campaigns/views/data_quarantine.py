"""数据 · 隔离区: the rows that cannot be believed, why, and asking for them again."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from campaigns.forms.data import QuarantineFilter
from campaigns.models import ExportKind, FileImport, QuarantinedRow
from campaigns.sync.quarantine import ask_for_quarantined_again, label_of, reasons
from campaigns.sync.refusals import reason_shown
from campaigns.views.exports import file_or_offer
from merchants.access import BrandRequest, brand_view
from merchants.models import Role, Store
from portal.lib.htmx import render_page

ROWS_A_PAGE = 50


@require_GET
@brand_view(Role.VIEWER)
def data_quarantine(request: BrandRequest) -> HttpResponse:
    all_rows = QuarantinedRow.objects.pulled().seen_by(request.membership)
    form = QuarantineFilter(request.GET, stores_of(request))
    rows = form.apply(all_rows)
    shown = rows.newest_first().select_related("store", "window")
    page = Paginator(shown, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [
            (row, label_of(row.pulled_window.report), reason_shown(row.reason)) for row in page
        ],
        "reasons": reasons(rows),
        "window_count": rows.values("window").distinct().count(),
        "ever": page.paginator.count or all_rows.exists(),
        "of_files": FileImport.objects.seen_by(request.membership).with_refusals().count(),
        "may_ask": request.membership.allows(Role.MARKETER),
    }
    return render_page(request, "campaigns/data_quarantine.html", context, fragment="quarantine")


@require_GET
@brand_view(Role.VIEWER)
def data_quarantine_file(request: BrandRequest, kind: str) -> HttpResponse:
    """Answer with the rows as filtered; what a spreadsheet would run is made text."""
    form = QuarantineFilter(request.GET, stores_of(request))
    return file_or_offer(request, ExportKind.QUARANTINE, form, kind)


@require_POST
@brand_view(Role.MARKETER)
def data_quarantine_again(request: BrandRequest) -> HttpResponse:
    form = QuarantineFilter(request.POST, stores_of(request))
    rows = form.apply(QuarantinedRow.objects.pulled().seen_by(request.membership))
    count = ask_for_quarantined_again(rows, request.brand, by=request.user)
    if count:
        told = ngettext(
            "%(n)s day is asked for again. Rows that are good by now leave this page.",
            "%(n)s days are asked for again. Rows that are good by now leave this page.",
            count,
        )
        messages.success(request, told % {"n": count})
    else:
        messages.info(request, _("Nothing was asked for: these days are being pulled already."))
    return redirect(reverse("campaigns:data_quarantine", args=[request.brand.slug]))


def stores_of(request: BrandRequest) -> list[Store]:
    return list(Store.objects.seen_by(request.membership).oldest_first())
