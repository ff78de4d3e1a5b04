"""效果: what the direct links brought, as a page and as the file of what it shows."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.forms.results import QuestionForm
from campaigns.models import NoteDay
from campaigns.results import queries, table, trend
from campaigns.results.answers import Answer, answer
from campaigns.results.calendar import PRESETS, last_days, seasons_begun
from campaigns.results.funnel import funnel
from campaigns.results.kpis import kpis
from campaigns.results.metrics import METRICS, WINDOWS
from campaigns.results.receipts import receipt
from campaigns.results.table import NoteRow
from merchants.access import BrandRequest, brand_view
from merchants.access_events import record
from merchants.models import AccessKind, Connection, Partner, Role, Store
from portal.lib.htmx import render_page
from portal.lib.sheets import csv_file

NOTES_ON_A_PAGE = 50

Context = dict[str, Any]  # whatever the template is given


@require_GET
@brand_view(Role.VIEWER)
def results(request: BrandRequest) -> HttpResponse:
    stores = _stores(request)
    form = QuestionForm(request.GET, stores)
    valid = form.is_valid()
    found = answer(request.brand, request.membership, form.question())
    context = {"form": form, "stores": stores} | _frame(form, found) | _tables(request, form, found)
    if key := form.asked_receipt():
        context["receipt"] = receipt(key, found, request.brand, request.membership)
    if found.is_empty:
        context["lack"] = _lack(request)
    wanted = "receipt" if request.htmx.target == "receipt" else "results"
    status = 200 if valid else 422
    return render_page(request, "campaigns/results.html", context, fragment=wanted, status=status)


@require_GET
@brand_view(Role.VIEWER)
def results_csv(request: BrandRequest) -> HttpResponse:
    """Answer with the note table as the page would show it, all of its pages."""
    stores = _stores(request)
    form = QuestionForm(request.GET, stores)
    if not form.is_valid():
        return results(request, brand=request.brand.slug)
    question = form.question()
    found = answer(request.brand, request.membership, question)
    names = {store.pk: store.title for store in stores}
    lines = table.file_rows(
        found,
        _rows(request, table.ordered(found.notes, form.sorted_by())),
        brand=request.brand.name,
        store=names[question.store] if question.store else _("All stores"),
    )
    name = f"{request.brand.slug}-{question.first}-{question.last}-{question.window}d.csv"
    record(request, AccessKind.EXPORT, store=question.store, what=name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(csv_file(lines), content_type="text/csv; charset=utf-8", headers=headers)


def _stores(request: BrandRequest) -> list[Store]:
    return list(Store.objects.seen_by(request.membership).oldest_first())


def _rows(request: BrandRequest, notes: list[queries.NoteFigures]) -> list[NoteRow]:
    keys = [note.key for note in notes]
    return table.note_rows(notes, queries.titles(request.brand, request.membership, keys))


def _frame(form: QuestionForm, found: Answer) -> Context:
    newest = found.question.newest
    return {
        "answer": found,
        "question": found.question,
        "windows": WINDOWS,
        "presets": [(n, *last_days(n, newest)) for n in PRESETS],
        "seasons": seasons_begun(newest),
        "sort": form.sorted_by(),
        "sorted_by": METRICS[form.sorted_by().removeprefix("-")],
    }


def _tables(request: BrandRequest, form: QuestionForm, found: Answer) -> Context:
    page = Paginator(table.ordered(found.notes, form.sorted_by()), NOTES_ON_A_PAGE).get_page(
        form.page_number()
    )
    window = found.question.window
    return {
        "kpis": kpis(found.totals),
        "steps": funnel(found.totals),
        "chart": trend.chart(found),
        "day_heads": trend.day_heads(window),
        "day_rows": trend.day_rows(found),
        "heads": table.heads(found.question, form.sorted_by()),
        "total_cells": table.total_cells(found),
        "maturity": found.totals.maturity(window),
        "page": page,
        "rows": _rows(request, list(page.object_list)),
    }


def _lack(request: BrandRequest) -> str:
    """Say why there is nothing: `connection`, `pull`, or nothing in this `period`."""
    connections = Connection.objects.seen_by(request.membership)
    if not connections.filter(partner=Partner.JUGUANG).exists():
        return "connection"
    pulled = NoteDay.objects.seen_by(request.membership).exists()
    return "period" if pulled else "pull"
