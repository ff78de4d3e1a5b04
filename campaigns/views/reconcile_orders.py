"""Down from a bucket to its orders, and to all that was ever told of one."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from campaigns.exports.files import OrdersForm
from campaigns.forms.period import PeriodForm
from campaigns.forms.reconcile import BucketForm
from campaigns.models import ExportKind
from campaigns.results.reconcile import Bucket
from campaigns.results.reconcile_days import coverage
from campaigns.results.reconcile_orders import history, orders_in, state
from campaigns.views.exports import file_or_offer
from campaigns.views.period import Context, period_context, stores_seen
from merchants.access import BrandRequest, brand_view
from merchants.models import Role, Store
from portal.lib.htmx import render_page
from portal.lib.sheets import WRITERS

ROWS_ON_A_PAGE = 50


@require_GET
@brand_view(Role.FINANCE)
def reconciliation_bucket(request: BrandRequest, bucket: str) -> HttpResponse:
    return _bucket_page(request, _bucket(bucket))


@require_GET
@brand_view(Role.FINANCE)
def reconciliation_bucket_file(request: BrandRequest, bucket: str, kind: str) -> HttpResponse:
    asked = _bucket(bucket)
    if kind not in WRITERS:
        raise Http404
    form = OrdersForm(request.GET.dict() | {"bucket": asked}, stores_seen(request))
    if not form.is_valid():
        return _bucket_page(request, asked)
    return file_or_offer(request, ExportKind.ORDERS, form, kind)


@require_GET
@brand_view(Role.FINANCE)
def reconciliation_order(request: BrandRequest, store_pk: int, sub_order: str) -> HttpResponse:
    store = get_object_or_404(Store.objects.seen_by(request.membership), pk=store_pk)
    form = PeriodForm(request.GET, [store])
    form.is_valid()  # what can't be used of the address counts as left empty
    question = form.question()
    found = history(request.brand, request.membership, question, store.pk, sub_order)
    if found.order is None:
        raise Http404
    context: Context = {
        "store": store,
        "order": found.order,
        "why": found.order.why(question),
        "question": question,
        "store_rows": [(row, state(row.status), row.paid_fen) for row in found.store],
        "attributed_rows": [(row, state(row.status), row.paid_fen) for row in found.attributed],
        "refund_rows": [(row, state(row.status), row.refund_fen) for row in found.refunds],
    }
    return render_page(request, "campaigns/reconciliation_order.html", context)


def _bucket_page(request: BrandRequest, bucket: Bucket) -> HttpResponse:
    stores = stores_seen(request)
    form = BucketForm(request.GET, stores)
    valid = form.is_valid()
    question, after = form.question(), form.begins_after()
    most = ROWS_ON_A_PAGE + 1  # the last one only says that there are more
    asked = request.brand, request.membership, question, bucket
    found = orders_in(*asked, most=most, after=after)
    shown, names = found[:ROWS_ON_A_PAGE], {store.pk: store for store in stores}
    context: Context = {
        "form": form,
        "stores": stores,
        "bucket": bucket,
        "coverage": coverage(request.membership, question, stores),
        "orders": [(order, order.why(question), names[order.store_id]) for order in shown],
        "next": {"page": str(shown[-1].place)} if len(found) > len(shown) else None,
        "is_first": after is None,
        "drop": {"page": None},
    }
    context |= period_context(question)
    template = "campaigns/reconciliation_bucket.html"
    status = 200 if valid else 422
    return render_page(request, template, context, fragment="reconciliation", status=status)


def _bucket(name: str) -> Bucket:
    try:
        return Bucket(name)
    except ValueError:
        raise Http404 from None
