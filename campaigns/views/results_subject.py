"""效果 of one note, creator or item: both chains by day, every window, and how each day ripened."""

from collections.abc import Mapping

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from campaigns.exports.files import store_named
from campaigns.forms.results import SubjectForm
from campaigns.results import back_chain, subject, table, trend
from campaigns.results.answers import Answer, answer
from campaigns.results.cohort import ages, cohort
from campaigns.results.forecast import Forecast, forecasts
from campaigns.results.funnel import funnel
from campaigns.results.groups import Group
from campaigns.results.kpis import kpis
from campaigns.results.metrics import METRICS
from campaigns.results.receipts import receipt
from campaigns.results.subject import Subject, Unseen
from campaigns.results.subject_files import subject_file
from campaigns.views.period import Context, period_context, stores_seen
from campaigns.views.results import ROWS_ON_A_PAGE, ROWS_ON_PAPER, titled
from campaigns.views.sheets import file_answer
from merchants.access import BrandRequest, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, Role
from portal.lib.htmx import render_page
from portal.lib.sheets import WRITERS


@require_GET
@brand_view(Role.VIEWER)
def results_note(request: BrandRequest, note_pk: int) -> HttpResponse:
    return _page(request, _form(request), _note(request, note_pk))


@require_GET
@brand_view(Role.VIEWER)
def results_note_file(request: BrandRequest, note_pk: int, kind: str) -> HttpResponse:
    return _file(request, _form(request), _note(request, note_pk), kind)


@require_GET
@brand_view(Role.VIEWER)
def results_creator(request: BrandRequest) -> HttpResponse:
    form = _form(request)
    if found := _creator(request, form):
        return _page(request, form, found)
    return redirect(reverse("campaigns:results", args=[request.brand.slug]) + "?group=creator")


@require_GET
@brand_view(Role.VIEWER)
def results_creator_file(request: BrandRequest, kind: str) -> HttpResponse:
    form = _form(request)
    if found := _creator(request, form):
        return _file(request, form, found, kind)
    raise Http404


@require_GET
@brand_view(Role.VIEWER)
def results_item(request: BrandRequest, item: int) -> HttpResponse:
    return _page(request, _form(request), _item(request, item))


@require_GET
@brand_view(Role.VIEWER)
def results_item_file(request: BrandRequest, item: int, kind: str) -> HttpResponse:
    return _file(request, _form(request), _item(request, item), kind)


def _form(request: BrandRequest) -> SubjectForm:
    return SubjectForm(request.GET, stores_seen(request))


def _note(request: BrandRequest, note_pk: int) -> Subject:
    try:
        return subject.note_subject(request.brand, request.membership, note_pk)
    except Unseen:
        raise Http404 from None


def _creator(request: BrandRequest, form: SubjectForm) -> Subject | None:
    """Return the creator that the address names; None where it names nobody."""
    form.full_clean()
    name = form.cleaned_data.get("creator")
    try:
        return name and subject.creator_subject(request.brand, request.membership, name)
    except Unseen:
        raise Http404 from None


def _item(request: BrandRequest, item: int) -> Subject:
    try:
        return subject.item_subject(request.brand, request.membership, str(item))
    except Unseen:
        raise Http404 from None


def _file(request: BrandRequest, form: SubjectForm, about: Subject, kind: str) -> HttpResponse:
    """Answer with the tables of days that the page shows; a question it refuses, with the page."""
    if kind not in WRITERS:
        raise Http404
    if not form.is_valid():
        return _page(request, form, about)
    question = form.question_of(about.choice)
    found = answer(request.brand, request.membership, question)
    store = about.note.store.title if about.note else store_named(request.membership, question)
    period = f"{question.first}-{question.last}-{question.window}d"
    name = f"{request.brand.slug}-{about.kind}-{_plain(about)}-{period}.{kind}"
    record(request, AccessKind.EXPORT, store=question.store, what=name)
    lines = subject_file(found, about, request.membership, store=store)
    return file_answer(lines, kind, name, made=question.moment)


def _page(request: BrandRequest, form: SubjectForm, about: Subject) -> HttpResponse:
    valid = form.is_valid()
    found = answer(request.brand, request.membership, form.question_of(about.choice))
    context = period_context(found.question) | {
        "form": form,
        "subject": about,
        "stores": [] if about.note else form.stores,
        "answer": found,
        "kept": form.kept(),
        "files": [(kind, _file_path(request, about, kind)) for kind in ("xlsx", "csv")],
    }
    keys = {"gmv", form.asked_receipt()}
    ahead = forecasts(request.brand, request.membership, found.question, found.days, keys)
    if not found.is_empty:
        context |= _figures(request, found, ahead)
        context |= {} if about.note else _notes(request, form, found)
    if key := form.asked_receipt():
        context["forecast"] = ahead.get(key)
        context["receipt"] = receipt(key, found, request.brand, request.membership)
    wanted = "receipt" if request.htmx.target == "receipt" else "results"
    status = 200 if valid else 422
    template = "campaigns/results_subject.html"
    return render_page(request, template, context, fragment=wanted, status=status)


def _plain(about: Subject) -> str:
    """Return its id, or of a creator's name what any system takes in the name of a file."""
    return slugify(about.under or about.title, allow_unicode=True) or "-"


def _file_path(request: BrandRequest, about: Subject, kind: str) -> str:
    if about.note:
        return reverse(
            "campaigns:results_note_file", args=[request.brand.slug, about.note.pk, kind]
        )
    if about.choice.item:
        item = int(about.choice.item)
        return reverse("campaigns:results_item_file", args=[request.brand.slug, item, kind])
    return reverse("campaigns:results_creator_file", args=[request.brand.slug, kind])


def _figures(request: BrandRequest, found: Answer, ahead: Mapping[str, Forecast]) -> Context:
    window = found.question.window
    return {
        "kpis": kpis(found.totals, forecasts=ahead),
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
        "metrics": form.metrics_shown(),
        "heads": table.heads(found.question, form.metrics_shown(), form.sorted_by()),
        "total_cells": table.total_cells(found, form.metrics_shown()),
        "sorted_by": METRICS[form.sorted_by().removeprefix("-")],
        "page": page,
        "rows": titled(request, list(page.object_list)),
    }
