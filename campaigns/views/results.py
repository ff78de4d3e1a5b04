"""效果: what the direct links brought, as a page and as the file of what it shows."""

from collections.abc import Mapping, Sequence

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from campaigns.forms.results import QuestionForm
from campaigns.models import ExportKind, NoteDay, NotePlacementDay, NoteSource, ViewLine
from campaigns.results import queries, table, trend
from campaigns.results.account import TITLES, Account, account, left_out
from campaigns.results.answers import Answer, answer
from campaigns.results.change import compare
from campaigns.results.choice import offered
from campaigns.results.forecast import Forecast, forecasts
from campaigns.results.funnel import funnel
from campaigns.results.groups import Group, group_rows, tie_below
from campaigns.results.kpis import kpis
from campaigns.results.metrics import METRICS
from campaigns.results.placements import rows_below
from campaigns.results.receipts import receipt
from campaigns.results.scatter import is_worth_drawing
from campaigns.views.exports import file_or_offer
from campaigns.views.period import Context, period_context
from campaigns.views.results_phases import phases_context, phases_file, phases_of
from campaigns.views.results_scatter import scatter_context
from campaigns.views.saved import saved_context
from merchants.access import BrandRequest, brand_view
from merchants.models import Connection, Partner, Role
from portal.lib.htmx import render_page
from portal.lib.sheets import WRITERS

ROWS_ON_A_PAGE, ROWS_ON_PAPER = 50, 1000
DAYS_IN_PLACE = 92  # below the chart


@require_GET
@brand_view(Role.VIEWER)
def results(request: BrandRequest) -> HttpResponse:
    form = QuestionForm(request.GET, offered(request.brand, request.membership))
    valid = form.is_valid()
    found = answer(request.brand, request.membership, form.question())
    context = {"form": form, "stores": form.offered.stores}
    keys = {"gmv", form.asked_receipt()}
    ahead = forecasts(request.brand, request.membership, found.question, found.days, keys)
    context |= _frame(form, found) | _totals(request, form, found, ahead)
    context |= phases_context(phases_of(request, form, found.question))
    context |= _scatter(request, form, found)
    context |= _table(request, form, found) | saved_context(request, ViewLine.DIRECT)
    if key := form.asked_receipt():
        context["forecast"] = ahead.get(key)
        context["receipt"] = receipt(key, found, request.brand, request.membership)
    if found.is_empty:
        context["lack"] = _lack(request, form)
    wanted = "receipt" if request.htmx.target == "receipt" else "results"
    status = 200 if valid else 422
    return render_page(request, "campaigns/results.html", context, fragment=wanted, status=status)


@require_GET
@brand_view(Role.VIEWER)
def results_file(request: BrandRequest, kind: str) -> HttpResponse:
    """Answer with the table as the page would show it, all of its pages."""
    if kind not in WRITERS:
        raise Http404
    form = QuestionForm(request.GET, offered(request.brand, request.membership))
    if not form.is_valid():
        return results(request, brand=request.brand.slug)
    return file_or_offer(request, ExportKind.RESULTS, form, kind)


@require_GET
@brand_view(Role.VIEWER)
def results_phases_file(request: BrandRequest, kind: str) -> HttpResponse:
    if kind not in WRITERS:
        raise Http404
    form = QuestionForm(request.GET, offered(request.brand, request.membership))
    if not form.is_valid():
        return results(request, brand=request.brand.slug)
    choices = [(each.word, each.value) for each in form.choices_made()]
    return phases_file(request, phases_of(request, form, form.question()), choices, kind)


def _frame(form: QuestionForm, found: Answer) -> Context:
    return period_context(found.question) | {
        "answer": found,
        "sources": NoteSource.choices,
        "groups": list(Group),
        "group": form.grouped_by(),
        "by_note": form.grouped_by() is Group.NOTE,
        "choices": form.choices_made(),
        "sort": form.sorted_by(),
        "metrics": form.metrics_shown(),
        "kept": form.kept(),
        "sorted_by": METRICS[form.sorted_by().removeprefix("-")],
    }


def _scatter(request: BrandRequest, form: QuestionForm, found: Answer) -> Context:
    """On paper nothing can be fetched any more."""
    if is_worth_drawing(found) and request.GET.get("print"):
        return scatter_context(request, form, found)
    return {"has_scatter": is_worth_drawing(found)}


def _totals(
    request: BrandRequest, form: QuestionForm, found: Answer, ahead: Mapping[str, Forecast]
) -> Context:
    against = form.compared_with()
    compared = compare(found, request.brand, request.membership, against) if against else None
    return {
        "compared": compared,
        "kpis": kpis(found.totals, compared, ahead),
        "steps": funnel(found.totals),
        "chart": trend.chart(found),
        "day_heads": trend.day_heads(found.question.window),
        "day_rows": trend.day_rows(found) if _has_days_in_place(request, found) else [],
        "heads": table.heads(found.question, form.metrics_shown(), form.sorted_by()),
        "total_cells": table.total_cells(found, form.metrics_shown()),
        "maturity": found.totals.maturity(found.question.window),
    }


def _has_days_in_place(request: BrandRequest, found: Answer) -> bool:
    """Of a longer period the days are a group of their own, by which the notes' table is paged."""
    return len(found.days) <= DAYS_IN_PLACE or bool(request.GET.get("print"))


def _table(request: BrandRequest, form: QuestionForm, found: Answer) -> Context:
    beyond = account(request.brand, request.membership, found.question)
    rows = table.ordered(_rows(request, form, found, beyond), form.sorted_by())
    in_all = ROWS_ON_PAPER if request.GET.get("print") else ROWS_ON_A_PAGE
    page = Paginator(rows, in_all).get_page(form.page_number())
    by_day = beyond if form.grouped_by() is Group.DAY else None
    tie = tie_below(found, request.brand, request.membership, form.grouped_by())
    return {
        "page": page,
        "rows": titled(request, list(page.object_list)),
        "account": beyond,
        "left_out": left_out(found.question),
        "tie": tie,
        "rows_below": rows_below(form.metrics_shown(), tie, None if by_day else beyond),
        "titles_beside": TITLES.values() if by_day else [],
        "total_beside": by_day.beside() if by_day else [],
    }


def _rows(
    request: BrandRequest, form: QuestionForm, found: Answer, beyond: Account | None
) -> Sequence[queries.NoteFigures | table.Row]:
    """Return the rows that were asked for; notes have no titles yet."""
    if form.grouped_by() is Group.NOTE:
        return found.notes
    return group_rows(found, request.brand, request.membership, form.grouped_by(), beyond)


def titled(
    request: BrandRequest, rows: Sequence[queries.NoteFigures | table.Row]
) -> list[table.Row]:
    notes = [row for row in rows if isinstance(row, queries.NoteFigures)]
    keys = [note.key for note in notes]
    titles = queries.titles(request.brand, request.membership, keys) if keys else {}
    groups = [row for row in rows if isinstance(row, table.Row)]
    return [*groups, *table.note_rows(notes, titles)]


def _lack(request: BrandRequest, form: QuestionForm) -> str:
    """Say why there is nothing: `connection`, `pull`, these `choices`, or in this `period`.

    `placements` are pulled of stores whose brand asked for it.
    """
    connections = Connection.objects.seen_by(request.membership)
    if not connections.filter(partner=Partner.JUGUANG).exists():
        return "connection"
    if not NoteDay.objects.seen_by(request.membership).exists():
        return "pull"
    placed = NotePlacementDay.objects.seen_by(request.membership)
    if form.question().placement is not None and not placed.exists():
        return "placements"
    return "choices" if form.choices_made() else "period"
