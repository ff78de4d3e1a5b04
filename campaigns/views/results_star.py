"""效果 · 星任务: what star tasks brought, apart from the direct links in every way."""

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.forms.results import StarForm
from campaigns.models import StarDay, ViewLine
from campaigns.results import star_days
from campaigns.results.funnel import funnel
from campaigns.results.metrics import METRICS, Line
from campaigns.results.receipted import receipted
from campaigns.results.star import TOTAL, StarAnswer, in_order, star_answer, total_cells
from campaigns.results.star_files import star_file
from campaigns.views.period import Context, period_context, stores_seen
from campaigns.views.saved import saved_context
from campaigns.views.sheets import file_answer
from merchants.access import BrandRequest, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, Role, Store
from portal.lib.htmx import render_page
from portal.lib.sheets import WRITERS


@require_GET
@brand_view(Role.VIEWER)
def results_star(request: BrandRequest) -> HttpResponse:
    stores = stores_seen(request)
    form = StarForm(request.GET, stores)
    valid = form.is_valid()
    found = star_answer(request.brand, request.membership, form.question(), form.asked_task())
    context: Context = {
        "form": form,
        "stores": stores,
        "answer": found,
        "heads": star_days.heads(found.question.window),
        "rows": in_order(found.tasks),
        "totals": total_cells(found),
        "contents": in_order(found.contents),
        "ever": bool(found.tasks) or StarDay.objects.seen_by(request.membership).exists(),
    }
    context |= period_context(found.question) | _days(found)
    if key := form.asked_receipt():
        own = (request.brand, request.membership, METRICS[key], found.question)
        context["receipted"] = receipted(*own, TOTAL)
    wanted = "receipt" if request.htmx.target == "receipt" else "results"
    context |= saved_context(request, ViewLine.STAR)
    status = 200 if valid else 422
    template = "campaigns/results_star.html"
    return render_page(request, template, context, fragment=wanted, status=status)


@require_GET
@brand_view(Role.VIEWER)
def results_star_file(request: BrandRequest, kind: str) -> HttpResponse:
    if kind not in WRITERS:
        raise Http404
    stores = stores_seen(request)
    form = StarForm(request.GET, stores)
    if not form.is_valid():
        return results_star(request, brand=request.brand.slug)
    return star_table_file(request, form, stores, kind)


def star_table_file(
    request: BrandRequest, form: StarForm, stores: Sequence[Store], kind: str
) -> HttpResponse:
    """Answer a valid form with its file, and record who took it."""
    question = form.question()
    found = star_answer(request.brand, request.membership, question, form.asked_task())
    names = {store.pk: store.title for store in stores}
    store = names[question.store] if question.store else _("All stores")
    name = f"{request.brand.slug}-star-{question.first}-{question.last}-{question.window}d.{kind}"
    record(request, AccessKind.EXPORT, store=question.store, what=name)
    return file_answer(star_file(found, brand=request.brand.name, store=store), kind, name)


def _days(found: StarAnswer) -> Context:
    if found.chosen is None:
        return {}
    return {
        "steps": funnel(found.chosen.figures, Line.STAR, found.chosen.place),
        "chart": star_days.chart(found),
        "day_rows": star_days.day_rows(found),
    }
