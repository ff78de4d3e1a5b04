"""效果 · 变动: what the figures said on one day and say on another, and why each day moved."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from campaigns.forms.results import DiffForm
from campaigns.results.choice import offered
from campaigns.results.diff import Difference, diff
from campaigns.results.metrics import METRICS
from campaigns.results.queries import titles
from campaigns.results.table import COLUMNS
from campaigns.views.period import Context
from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from portal.lib.htmx import render_page

OFFERED = [column for column in COLUMNS if not column.not_returned]


@require_GET
@brand_view(Role.VIEWER)
def results_diff(request: BrandRequest) -> HttpResponse:
    metric = METRICS.get(request.GET.get("metric", "gmv"))
    if metric not in OFFERED:
        raise Http404
    form = DiffForm(request.GET, offered(request.brand, request.membership))
    valid = form.is_valid()
    found = diff(request.brand, request.membership, form.question(), metric, form.until_when())
    context: Context = {
        "form": form,
        "stores": form.offered.stores,
        "diff": found,
        "question": found.then,
        "offered": OFFERED,
        "choices": form.choices_made(),
        "until": str(form.cleaned_data.get("until") or "") or None,
        "notes": _titled(request, list(found.notes)),
    }
    status = 200 if valid else 422
    template = "campaigns/results_diff.html"
    return render_page(request, template, context, fragment="diff", status=status)


def _titled(request: BrandRequest, rows: list[Difference]) -> list[tuple[Difference, object]]:
    """Put each note beside its figures, where the list of notes knows it."""
    keys = [each.key for each in rows if each.key]
    notes = titles(request.brand, request.membership, keys)
    return [(each, notes.get(each.key) if each.key else None) for each in rows]
