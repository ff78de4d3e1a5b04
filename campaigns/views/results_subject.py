"""效果 of one note, creator or item: both chains by day, every window, and how each day ripened."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from campaigns.forms.results import SubjectForm
from campaigns.results import back_chain, subject, table, trend
from campaigns.results.answers import Answer, answer
from campaigns.results.cohort import ages, cohort
from campaigns.results.funnel import funnel
from campaigns.results.groups import Group
from campaigns.results.kpis import kpis
from campaigns.results.metrics import METRICS
from campaigns.results.receipts import receipt
from campaigns.results.subject import Subject, Unseen
from campaigns.views.period import Context, period_context, stores_seen
from campaigns.views.results import ROWS_ON_A_PAGE, ROWS_ON_PAPER, titled
from merchants.access import BrandRequest, brand_view
from merchants.models import Role
from portal.lib.htmx import render_page


@require_GET
@brand_view(Role.VIEWER)
def results_note(request: BrandRequest, note_pk: int) -> HttpResponse:
    try:
        found = subject.note_subject(request.brand, request.membership, note_pk)
    except Unseen:
        raise Http404 from None
    return _page(request, SubjectForm(request.GET, stores_seen(request)), found)


@require_GET
@brand_view(Role.VIEWER)
def results_creator(request: BrandRequest) -> HttpResponse:
    form = SubjectForm(request.GET, stores_seen(request))
    form.full_clean()
    name = form.cleaned_data.get("creator")
    if not name:
        return redirect(reverse("campaigns:results", args=[request.brand.slug]) + "?group=creator")
    try:
        found = subject.creator_subject(request.brand, request.membership, name)
    except Unseen:
        raise Http404 from None
    return _page(request, form, found)


@require_GET
@brand_view(Role.VIEWER)
def results_item(request: BrandRequest, item: int) -> HttpResponse:
    try:
        found = subject.item_subject(request.brand, request.membership, str(item))
    except Unseen:
        raise Http404 from None
    return _page(request, SubjectForm(request.GET, stores_seen(request)), found)


def _page(request: BrandRequest, form: SubjectForm, about: Subject) -> HttpResponse:
    valid = form.is_valid()
    found = answer(request.brand, request.membership, form.question_of(about.choice))
    context = period_context(found.question) | {
        "form": form,
        "subject": about,
        "stores": [] if about.note else form.stores,
        "answer": found,
        "kept": form.kept(),
    }
    if not found.is_empty:
        context |= _figures(request, found)
        context |= {} if about.note else _notes(request, form, found)
    if key := form.asked_receipt():
        context["receipt"] = receipt(key, found, request.brand, request.membership)
    wanted = "receipt" if request.htmx.target == "receipt" else "results"
    status = 200 if valid else 422
    template = "campaigns/results_subject.html"
    return render_page(request, template, context, fragment=wanted, status=status)


def _figures(request: BrandRequest, found: Answer) -> Context:
    window = found.question.window
    return {
        "kpis": kpis(found.totals),
        "steps": funnel(found.totals),
        "chart": trend.chart(found),
        "day_heads": trend.day_heads(window, trend.CHAIN),
        "day_rows": trend.day_rows(found, trend.CHAIN),
        "back_heads": back_chain.heads(),
        "back_rows": back_chain.back_rows(found, request.brand, request.membership),
        "ages": ages(window),
        "cohort": cohort(found, request.brand, request.membership),
        "maturity": found.totals.maturity(window),
    }


def _notes(request: BrandRequest, form: SubjectForm, found: Answer) -> Context:
    rows = table.ordered(found.notes, form.sorted_by())
    in_all = ROWS_ON_PAPER if request.GET.get("print") else ROWS_ON_A_PAGE
    page = Paginator(rows, in_all).get_page(form.page_number())
    return {
        "by_note": True,
        "group": Group.NOTE,
        "heads": table.heads(found.question, form.sorted_by()),
        "total_cells": table.total_cells(found),
        "sorted_by": METRICS[form.sorted_by().removeprefix("-")],
        "page": page,
        "rows": titled(request, list(page.object_list)),
    }
