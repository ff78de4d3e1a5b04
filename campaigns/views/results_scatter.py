"""效果 · 花费与成交: notes by what they cost and brought, fetched when it comes into view.

Thousands of dots are more than the rest of the results weighs, and many never look so far down.
"""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from campaigns.forms.results import QuestionForm
from campaigns.results import queries
from campaigns.results.answers import Answer, answer
from campaigns.results.choice import offered
from campaigns.results.scatter import is_worth_drawing, scatter, scatter_chart
from campaigns.views.period import Context
from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from portal.lib.htmx import render_page


@require_GET
@brand_view(Role.VIEWER)
def results_scatter(request: BrandRequest) -> HttpResponse:
    form = QuestionForm(request.GET, offered(request.brand, request.membership))
    valid = form.is_valid()
    found = answer(request.brand, request.membership, form.question())
    context: Context = {"form": form, "answer": found, "question": found.question}
    context |= {"choices": form.choices_made(), "has_scatter": is_worth_drawing(found)}
    context |= scatter_context(request, form, found)
    status = 200 if valid else 422
    template = "campaigns/results_scatter_page.html"
    return render_page(request, template, context, fragment="scatter", status=status)


def scatter_context(request: BrandRequest, form: QuestionForm, found: Answer) -> Context:
    drawn = scatter(found)
    keys = [spot.note.key for spot in drawn.drawn]
    notes = queries.listed(request.brand, request.membership, keys)
    page = reverse("campaigns:results_note", args=[request.brand.slug, 0])
    address = f"{page.removesuffix('0/')}{{note}}/?{form.kept().urlencode()}"
    return {"scatter": drawn, "scatter_chart": scatter_chart(drawn, found, notes, address)}
