"""对账 · 站内店铺: the brand's shop inside Xiaohongshu beside Tmall, note by note, never summed."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from campaigns.forms.period import PeriodForm
from campaigns.results.in_site import shops_by_note
from campaigns.results.queries import titles
from campaigns.results.reconcile_files import in_site_file
from campaigns.views.period import Context, period_context, stores_seen
from campaigns.views.reconcile import file_name, store_asked
from campaigns.views.sheets import file_answer
from merchants.access import BrandRequest, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, Role
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
    question = form.question()
    total, found = shops_by_note(request.brand, request.membership, question)
    names = titles(request.brand, request.membership, [row.key for row in found if row.key])
    name = file_name(request, question, "in-site", kind)
    record(request, AccessKind.EXPORT, store=question.store, what=name)
    store = store_asked(question, stores)
    rows = in_site_file(total, found, names, question, brand=request.brand.name, store=store)
    return file_answer(rows, kind, name)
