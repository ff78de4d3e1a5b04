"""对账: the store's own orders against attributed ones, by bucket."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from campaigns.exports.files import reconciliation_name, store_named
from campaigns.forms.period import PeriodForm
from campaigns.results.reconcile import reconcile
from campaigns.results.reconcile_days import coverage
from campaigns.results.reconcile_files import summary_file
from campaigns.results.reconcile_table import COLUMNS, TOTAL, bucket_rows, cells, ties
from campaigns.views.period import Context, period_context, stores_seen
from campaigns.views.sheets import file_answer
from merchants.access import BrandRequest, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, Role
from portal.lib.htmx import render_page
from portal.lib.sheets import WRITERS


@require_GET
@brand_view(Role.VIEWER)
def reconciliation(request: BrandRequest) -> HttpResponse:
    stores = stores_seen(request)
    form = PeriodForm(request.GET, stores)
    valid = form.is_valid()
    question = form.question()
    covered = coverage(request.membership, question, stores)
    context: Context = {"form": form, "stores": stores, "coverage": covered}
    context |= period_context(question)
    if covered.stores:
        found = reconcile(request.brand, request.membership, question)
        context |= {
            "heads": [head for head, _unit in COLUMNS.values()],
            "rows": bucket_rows(found, is_whole=covered.is_whole),
            "totals": cells(found.total, TOTAL, is_whole=covered.is_whole),
            "ties": ties(found),
            "may_see_orders": request.membership.allows(Role.FINANCE),
        }
    status = 200 if valid else 422
    template = "campaigns/reconciliation.html"
    return render_page(request, template, context, fragment="reconciliation", status=status)


@require_GET
@brand_view(Role.VIEWER)
def reconciliation_file(request: BrandRequest, kind: str) -> HttpResponse:
    if kind not in WRITERS:
        raise Http404
    stores = stores_seen(request)
    form = PeriodForm(request.GET, stores)
    if not form.is_valid():
        return reconciliation(request, brand=request.brand.slug)
    question = form.question()
    found = reconcile(request.brand, request.membership, question)
    covered = coverage(request.membership, question, stores)
    name = f"{reconciliation_name(request.membership, question, 'orders')}.{kind}"
    record(request, AccessKind.EXPORT, store=question.store, what=name)
    store = store_named(request.membership, question)
    rows = summary_file(found, covered, brand=request.brand.name, store=store)
    return file_answer(rows, kind, name)
