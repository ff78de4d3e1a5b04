"""效果 · 星任务: what star tasks brought, apart from the direct links in every way."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.forms.results import StarForm
from campaigns.models import ExportKind, StarDay, ViewLine
from campaigns.results import star_days
from campaigns.results.funnel import funnel
from campaigns.results.metrics import METRICS, Line, Metric
from campaigns.results.receipted import receipted
from campaigns.results.star import TOTAL, StarAnswer, in_order, star_answer, total_cells
from campaigns.results.star_files import told_how
from campaigns.results.star_scatter import star_scatter, star_scatter_chart
from campaigns.views.exports import file_or_offer
from campaigns.views.period import Context, campaigns_seen, period_context, stores_seen
from campaigns.views.results_phases import phases_context, phases_file, star_phases_of
from campaigns.views.saved import saved_context
from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from portal.lib.htmx import render_page
from portal.lib.sheets import WRITERS


@require_GET
@brand_view(Role.VIEWER)
def results_star(request: BrandRequest) -> HttpResponse:
    stores = stores_seen(request)
    form = StarForm(request.GET, stores, campaigns_seen(request))
    valid = form.is_valid()
    metrics = form.metrics_shown()
    found = star_answer(request.brand, request.membership, form.question(), form.asked_task())
    context: Context = {
        "form": form,
        "stores": stores,
        "answer": found,
        "metrics": metrics,
        "heads": star_days.heads(metrics, found.question.window),
        "rows": in_order(found.tasks),
        "totals": total_cells(found, metrics),
        "contents": in_order(found.contents),
        "ever": bool(found.tasks) or StarDay.objects.seen_by(request.membership).exists(),
    }
    context |= (
        period_context(found.question) | _days(found, metrics) | _scatter(request, form, found)
    )
    context |= phases_context(star_phases_of(request, form, found))
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
    form = StarForm(request.GET, stores, campaigns_seen(request))
    if not form.is_valid():
        return results_star(request, brand=request.brand.slug)
    return file_or_offer(request, ExportKind.STAR, form, kind)


def _scatter(request: BrandRequest, form: StarForm, found: StarAnswer) -> Context:
    drawn = star_scatter(request.brand, request.membership, found)
    if not drawn.is_worth_drawing:
        return {"scatter": drawn}
    page = reverse("campaigns:results_star", args=[request.brand.slug])
    asked = urlencode({name: value for name, value in form.address().items() if name != "task"})
    return {
        "scatter": drawn,
        "scatter_chart": star_scatter_chart(drawn, f"{page}?{asked}&task={{note}}"),
    }


@require_GET
@brand_view(Role.VIEWER)
def results_star_phases_file(request: BrandRequest, kind: str) -> HttpResponse:
    if kind not in WRITERS:
        raise Http404
    form = StarForm(request.GET, stores_seen(request), campaigns_seen(request))
    if not form.is_valid():
        return results_star(request, brand=request.brand.slug)
    found = star_answer(request.brand, request.membership, form.question(), form.asked_task())
    campaign = form.chosen_campaign()
    choices = [(_("Campaign"), campaign.name)] if campaign else []
    if found.chosen and form.asked_task():
        choices.append((_("Star task"), found.chosen.name or found.chosen.object_id))
    choices.append((_("Sampling"), told_how(found.question)))
    return phases_file(request, star_phases_of(request, form, found), choices, kind)


def _days(found: StarAnswer, metrics: Sequence[Metric]) -> Context:
    if found.chosen is None:
        return {}
    return {
        "steps": funnel(found.chosen.figures, Line.STAR, found.chosen.place),
        "chart": star_days.chart(found),
        "day_rows": star_days.day_rows(found, metrics),
    }
