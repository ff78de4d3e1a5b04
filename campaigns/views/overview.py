"""总览: what needs somebody today, whether the data is there, and what the period brought."""

from dataclasses import replace

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.forms.period import PeriodForm
from campaigns.results import queries, trend
from campaigns.results.answers import Answer, answer
from campaigns.results.funnel import funnel
from campaigns.results.metrics import Line
from campaigns.results.shown import cell
from campaigns.results.standing import Ranking, ranking, whiskers
from campaigns.results.star import in_order, star_answer
from campaigns.results.table import TOTAL
from campaigns.views.calendar import recent
from campaigns.views.period import Context, period_context, stores_seen
from campaigns.views.today import todos
from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from portal.lib.htmx import render_page

MOST_TODOS = 8


@require_GET
@brand_view(Role.VIEWER)
def overview(request: BrandRequest) -> HttpResponse:
    stores = stores_seen(request)
    form = PeriodForm(request.GET, stores)
    valid = form.is_valid()
    found = answer(request.brand, request.membership, form.question())
    asked = todos(request, found)
    context: Context = {
        "form": form,
        "stores": stores,
        "answer": found,
        "todos": asked[:MOST_TODOS],
        "more": len(asked) - MOST_TODOS,
    }
    context |= period_context(found.question) | recent(request)
    context |= _direct(request, found) | _star(request, found)
    status = 200 if valid else 422
    template = "campaigns/overview.html"
    return render_page(request, template, context, fragment="overview", status=status)


def _direct(request: BrandRequest, found: Answer) -> Context:
    ranked = ranking(found)
    return {
        "tops": [cell(found.totals, key, TOTAL) for key in ("spend", "gmv", "roi")],
        "steps": funnel(found.totals),
        "maturity": found.totals.maturity(found.question.window),
        "chart": trend.chart(found),
        "day_heads": trend.day_heads(found.question.window),
        "day_rows": trend.day_rows(found),
        "ranking": ranked,
        "groups": _groups(request, ranked),
    }


def _groups(request: BrandRequest, ranked: Ranking) -> list[Context]:
    """Return what is worth more, what is worth less, and what can't be judged, each drawn."""
    keys = [each.note.key for each in ranked.shown]
    titles = queries.titles(request.brand, request.membership, keys)
    named = [
        (_("Above the total, and so is its interval"), _("worth more"), ranked.above),
        (_("Below the total, and so is its interval"), _("may be stopped"), ranked.below),
        (_("Can't be judged yet"), _("under 30 orders, or half of the window"), ranked.open),
    ]
    return [
        {"title": title, "under": under, "whiskers": whiskers(ranked, each, titles)}
        for title, under, each in named
        if each
    ]


def _star(request: BrandRequest, found: Answer) -> Context:
    """Return the star task asked for, or that with the most GMV, in the same days."""
    asked = request.GET.get("task", "")[:60]
    window = found.question.window if found.question.window in Line.STAR.windows else 15
    question = replace(found.question, line=Line.STAR, window=window)
    star = star_answer(request.brand, request.membership, question, asked)
    rows = in_order(star.tasks)
    if not rows:
        return {"star": star}
    chosen = star.chosen or rows[0]
    return {
        "star": star,
        "star_task": chosen,
        "star_tasks": rows,
        "star_gmv": cell(chosen.figures, "store_gmv", chosen.place),
        "star_steps": funnel(chosen.figures, Line.STAR, chosen.place),
        "star_maturity": chosen.maturity,
    }
