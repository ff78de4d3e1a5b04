"""效果 · 变动: what the figures said on one day and say on another, and why each day moved.

Each line has a page and a file of its own; how they are shown is the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.forms.results import DiffForm, StarDiffForm
from campaigns.results import star_diff
from campaigns.results.choice import offered
from campaigns.results.columns import usual
from campaigns.results.diff import Diff, diff
from campaigns.results.diff_files import diff_file
from campaigns.results.metrics import METRICS, Line, Metric
from campaigns.views.period import Context, campaigns_seen, stores_seen
from campaigns.views.sheets import file_answer
from merchants.access import BrandRequest, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, Role
from portal.lib.htmx import render_page
from portal.lib.sheets import WRITERS

OFFERED = [column for column in usual(Line.DIRECT) if not column.not_returned]


class Pages(NamedTuple):
    """The names of the addresses that belong together."""

    results: str
    diff: str
    file: str


class Found(NamedTuple):
    form: DiffForm | StarDiffForm
    diff: Diff


DIRECT = Pages("campaigns:results", "campaigns:results_diff", "campaigns:results_diff_file")
STAR = Pages(
    "campaigns:results_star", "campaigns:results_star_diff", "campaigns:results_star_diff_file"
)


@require_GET
@brand_view(Role.VIEWER)
def results_diff(request: BrandRequest) -> HttpResponse:
    return _page(request, _direct(request), OFFERED, DIRECT)


@require_GET
@brand_view(Role.VIEWER)
def results_diff_file(request: BrandRequest, kind: str) -> HttpResponse:
    found = _direct(request)
    if not found.form.is_valid():
        return _page(request, found, OFFERED, DIRECT)
    return _file(request, found, kind)


@require_GET
@brand_view(Role.VIEWER)
def results_star_diff(request: BrandRequest) -> HttpResponse:
    return _page(request, _star(request), star_diff.OFFERED, STAR)


@require_GET
@brand_view(Role.VIEWER)
def results_star_diff_file(request: BrandRequest, kind: str) -> HttpResponse:
    found = _star(request)
    if not found.form.is_valid():
        return _page(request, found, star_diff.OFFERED, STAR)
    return _file(request, found, kind)


def _direct(request: BrandRequest) -> Found:
    metric = _asked_metric(request, OFFERED, "gmv")
    form = DiffForm(request.GET, offered(request.brand, request.membership))
    form.is_valid()
    own = (request.brand, request.membership, form.question(), metric)
    return Found(form, diff(*own, form.until_when()))


def _star(request: BrandRequest) -> Found:
    metric = _asked_metric(request, star_diff.OFFERED, "store_gmv")
    form = StarDiffForm(request.GET, stores_seen(request), campaigns_seen(request))
    form.is_valid()
    own = (request.brand, request.membership, form.question(), metric)
    return Found(form, star_diff.star_diff(*own, form.until_when(), task=form.asked_task()))


def _asked_metric(request: BrandRequest, metrics: Sequence[Metric], usual: str) -> Metric:
    metric = METRICS.get(request.GET.get("metric", usual))
    if metric is None or metric not in metrics:
        raise Http404
    return metric


def _page(
    request: BrandRequest, found: Found, metrics: Sequence[Metric], pages: Pages
) -> HttpResponse:
    form = found.form
    context: Context = {
        "form": form,
        "stores": form.stores,
        "diff": found.diff,
        "question": found.diff.then,
        "offered": metrics,
        "choices": form.choices_made(),
        "until": str(form.cleaned_data.get("until") or "") or None,
        "place": found.diff.place or None,
        "pages": pages,
    }
    status = 200 if form.is_valid() else 422
    template = "campaigns/results_diff.html"
    return render_page(request, template, context, fragment="diff", status=status)


def _file(request: BrandRequest, found: Found, kind: str) -> HttpResponse:
    if kind not in WRITERS:
        raise Http404
    question = found.diff.then
    names = {store.pk: store.title for store in found.form.stores}
    lines = diff_file(
        found.diff,
        brand=request.brand.name,
        store=names.get(question.store or 0) or _("All stores"),
        choices=[(made.word, made.value) for made in found.form.choices_made()],
    )
    period = f"{question.first}-{question.last}-{question.window}d"
    name = f"{request.brand.slug}-{question.line}-{found.diff.metric.key}-{period}-moved.{kind}"
    record(request, AccessKind.EXPORT, store=question.store, what=name)
    return file_answer(lines, kind, name, made=found.diff.now.moment)
