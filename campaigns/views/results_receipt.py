"""效果 · 凭据: one figure whole, with the pages and files that it is added up from."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.forms.receipt import ReceiptForm, receipt_form
from campaigns.models import ExportKind
from campaigns.results import receipts
from campaigns.results.choice import offered
from campaigns.results.forecast import forecast_of
from campaigns.results.metrics import Line
from campaigns.results.origins import holdings, origins
from campaigns.results.question import Question
from campaigns.results.receipted import NoSuchPlace, Receipted, figure_at, receipted
from campaigns.results.recompute import why_not_recomputed
from campaigns.results.shown import Cell
from campaigns.views.exports import file_or_offer
from campaigns.views.period import Context
from merchants.access import BrandRequest, brand_view
from merchants.models import Role, Store
from portal.lib.htmx import render_page

ROWS_A_PAGE, NIGHTS = 50, 7


@dataclass(frozen=True, slots=True)
class Asked:
    form: ReceiptForm
    receipted: Receipted
    stores: Sequence[Store]
    choices: Sequence[tuple[str, str]]

    @property
    def store(self) -> str:
        """Return the name of the store that was asked for, or that all were."""
        names = {store.pk: store.title for store in self.stores}
        return names.get(self.receipted.question.store or 0) or _("All stores")


@require_GET
@brand_view(Role.VIEWER)
def results_receipt(request: BrandRequest) -> HttpResponse:
    asked = asked_for(request)
    found = asked.receipted
    page = Paginator(holdings(found), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context: Context = {
        "form": asked.form,
        "receipted": found,
        "question": found.question,
        "choices": asked.choices,
        "store": asked.store,
        "revisions": _revisions(request, found),
        "forecast": forecast_of(found, request.brand, request.membership),
        "page": page,
        "origins": origins(request.brand, request.membership, list(page.object_list)),
        "is_star": found.metric.line is Line.STAR,
        "refusal": why_not_recomputed(found.metric, found.question),
    }
    status = 200 if asked.form.is_valid() else 422
    template = "campaigns/results_receipt_page.html"
    return render_page(request, template, context, fragment="receipt", status=status)


@require_GET
@brand_view(Role.VIEWER)
def results_receipt_file(request: BrandRequest, kind: str) -> HttpResponse:
    """Answer with the whole receipt, all of its pages."""
    form = receipt_form(request.GET, offered(request.brand, request.membership))
    if not form.is_valid():
        return results_receipt(request, brand=request.brand.slug)
    return file_or_offer(request, ExportKind.RECEIPT, form, kind)


def asked_for(request: BrandRequest) -> Asked:
    """Read which figure is asked for, the GMV unless said; an unknown one is not found."""
    form = receipt_form(request.GET, offered(request.brand, request.membership))
    form.is_valid()
    if "metric" in form.errors:
        raise Http404
    asked = form.asked_metric(), form.question(), form.asked_place()
    try:
        found = receipted(request.brand, request.membership, *asked)
    except NoSuchPlace:
        raise Http404 from None
    return Asked(form, found, form.stores, form.chosen())


def _revisions(request: BrandRequest, found: Receipted) -> list[receipts.Word]:
    def figure(question: Question) -> Cell | None:
        try:
            return figure_at(request.brand, request.membership, found.metric, question, found.place)
        except NoSuchPlace:
            return None

    return receipts.words(found.question, figure, NIGHTS)
