"""对账 · 站内店铺: the brand's shop inside Xiaohongshu beside Tmall, note by note, never summed."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from campaigns.forms.period import PeriodForm
from campaigns.models import ExportKind
from campaigns.results.in_site import shops_by_note
from campaigns.results.queries import titles
from campaigns.views.exports import file_or_offer
from campaigns.views.period import Context, period_context, stores_seen
from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from portal.lib.htmx import render_page
from portal.lib.sheets import WRITERS

ROWS_ON_A_PAGE = 50


@require_GET
@brand_view(Role.VIEWER)
def reconciliation_in_site(request: BrandRequest) -> HttpResponse:
    stores = stores_seen(request)
    form = PeriodForm(request.GET, stores)
    valid = form.is_valid()
    question = form.question()
    total, found = shops_by_note(request.brand, request.membership, question)
    page = Paginator(found, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    names = titles(request.brand, request.membership, [row.key for row in page if row.key])
    context: Context = {"form": form, "stores": stores, "total": total, "page": page}
    context |= period_context(question) | {
        "windows": (),  # the in-site figures have one alone
        "rows": [(row, names.get(row.key) if row.key else None) for row in page],
    }
    status = 200 if valid else 422
    template = "campaigns/reconciliation_in_site.html"
    return render_page(request, template, context, fragment="reconciliation", status=status)


@require_GET
@brand_view(Role.VIEWER)
def reconciliation_in_site_file(request: BrandRequest, kind: str) -> HttpResponse:
    if kind not in WRITERS:
        raise Http404
    stores = stores_seen(request)
    form = PeriodForm(request.GET, stores)
    if not form.is_valid():
        return reconciliation_in_site(request, brand=request.brand.slug)
    return file_or_offer(request, ExportKind.IN_SITE, form, kind)
