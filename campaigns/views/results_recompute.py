"""效果 · 凭据: the receipt's figure computed a second time, from what the partner answered."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from campaigns.results.recompute import NotRecomputed, recompute
from campaigns.views.period import Context
from campaigns.views.results_receipt import asked_for
from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from portal.lib.htmx import render_page


@require_POST
@brand_view(Role.VIEWER)
def results_recompute(request: BrandRequest) -> HttpResponse:
    """Answer the question in the address; nothing is written, so it may be sent again."""
    asked = asked_for(request)
    context: Context = {
        "form": asked.form,
        "receipted": asked.receipted,
        "question": asked.receipted.question,
        "store": asked.store,
        "choices": asked.choices,
    }
    try:
        context["recomputed"] = recompute(request.brand, request.membership, asked.receipted)
    except NotRecomputed as why:
        context["refusal"] = why.reason
    status = 200 if "recomputed" in context and asked.form.is_valid() else 422
    template = "campaigns/results_recomputed.html"
    return render_page(request, template, context, fragment="recomputed", status=status)
