"""What a share link opens: one question's figures, read-only, without an account."""

import logging
from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from campaigns.forms.results import QuestionForm, StarForm
from campaigns.forms.saved import question_form
from campaigns.forms.shares import OpenForm
from campaigns.models import ViewLine
from campaigns.results import star, star_days, table, trend
from campaigns.results.answers import answer
from campaigns.results.choice import offered
from campaigns.results.funnel import funnel
from campaigns.results.groups import rows_of
from campaigns.results.kpis import kpis
from campaigns.results.metrics import Line
from campaigns.results.shares import Closed, Opened, is_right, opened_by
from campaigns.views.period import Context
from merchants.access_events import record
from merchants.models import AccessKind, Membership
from portal.lib.htmx import HtmxRequest, render_page

logger = logging.getLogger(__name__)

MOST_ROWS = 200


@require_http_methods(["GET", "POST"])
@login_not_required
def shared(request: HtmxRequest, token: str) -> HttpResponse:
    """Whatever closes a link, a wrong password too, gives one and the same answer."""
    try:
        with opened_by(token) as opened:
            response = _answer(request, opened)
    except Closed:
        response = render_page(request, "campaigns/shared_closed.html", {}, status=404)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _answer(request: HtmxRequest, opened: Opened) -> HttpResponse:
    link = opened.link
    seal = f"share:{link.pk}"
    if request.method == "POST":
        form = OpenForm(request.POST)
        if not (
            link.password and form.is_valid() and is_right(link, form.cleaned_data["password"])
        ):
            return render_page(request, "campaigns/shared_closed.html", {}, status=404)
        request.session[seal] = True
        return redirect(request.path)
    if link.password and not request.session.get(seal):
        return render_page(request, "campaigns/shared_locked.html", {"form": OpenForm()})
    return _page(request, opened)


def _page(request: HtmxRequest, opened: Opened) -> HttpResponse:
    link, membership = opened.link, opened.membership
    form = question_form(link.line, link.asked, offered(membership.brand, membership))
    if not form.is_valid():  # it would fall back to more than was shared
        raise Closed
    context: Context = {"link": link, "brand": membership.brand, "words": form.in_words()}
    context |= {"question": form.question()}
    context |= _star(form, membership) if isinstance(form, StarForm) else _direct(form, membership)
    link.count_opening()
    record(request, AccessKind.SHARED, what=f"{link.name} · {link.pk}")
    logger.info("share opened share=%s brand=%s", link.pk, link.brand_id)
    template = "shared_star" if link.line == ViewLine.STAR else "shared_direct"
    return render_page(request, f"campaigns/{template}.html", context)


def _direct(form: QuestionForm, membership: Membership) -> Context:
    found, metrics = answer(membership.brand, membership, form.question()), form.metrics_shown()
    rows = table.ordered(rows_of(found, membership, form.grouped_by()), form.sorted_by())
    return {
        "answer": found,
        "kpis": kpis(found.totals),
        "steps": funnel(found.totals),
        "chart": trend.chart(found),
        "day_heads": trend.day_heads(found.question.window),
        "day_rows": trend.day_rows(found),
        "maturity": found.totals.maturity(found.question.window),
        "metrics": metrics,
        "heads": table.heads(found.question, metrics, form.sorted_by()),
        "total_cells": table.total_cells(found, metrics),
        "group": form.grouped_by(),
        # the places name our own keys and the notes' ids, which nobody needs to read
        "rows": [replace(row, place=f"row:{n}") for n, row in enumerate(rows[:MOST_ROWS])],
        "left_out": max(len(rows) - MOST_ROWS, 0),
    }


def _star(form: StarForm, membership: Membership) -> Context:
    question, metrics = form.question(), form.metrics_shown()
    found = star.star_answer(membership.brand, membership, question, form.asked_task())
    context: Context = {
        "answer": found,
        "metrics": metrics,
        "heads": star_days.heads(metrics, question.window),
        "rows": star.in_order(found.tasks),
        "totals": star.total_cells(found, metrics),
        "contents": star.in_order(found.contents),
    }
    if found.chosen is None:
        return context
    return context | {
        "steps": funnel(found.chosen.figures, Line.STAR, found.chosen.place),
        "chart": star_days.chart(found),
        "day_rows": star_days.day_rows(found, metrics),
    }
