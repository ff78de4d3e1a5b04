"""The metrics: which there are, and what a question about them is answered.

The very questions, answers and groups of the result pages; only the words differ.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.forms import Form
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.beyond import beyond_on_day, beyond_told
from campaigns.api.described import described
from campaigns.api.endpoint import Endpoint, key_of, member_of, needs
from campaigns.api.errors import require_valid
from campaigns.api.figures import Told, coverage_told, figure, figures_told, share
from campaigns.api.questions import (
    DAY,
    OF_THE_PAGE,
    TOTAL,
    USUAL_ROWS,
    DirectQuestion,
    LineForm,
    RowsForm,
    StarQuestion,
    dimension_asked,
    metrics_asked,
    require_askable,
)
from campaigns.api.shapes import AnswerShape, MetricListShape
from campaigns.models import Campaign
from campaigns.results import queries, star, table
from campaigns.results.account import Account, account
from campaigns.results.answers import Answer, answer
from campaigns.results.change import Compared, compare
from campaigns.results.choice import offered
from campaigns.results.groups import Group, GroupRow, group_rows, tie_below
from campaigns.results.metrics import METRICS, OF_PROGRAMME, Line, Metric
from campaigns.results.question import Question
from campaigns.results.shown import cell
from campaigns.results.star import StarAnswer, star_answer
from merchants.models import ApiScope, Store

Row = TypeVar("Row")
QUESTIONS: list[type[Form]] = [LineForm, DirectQuestion, StarQuestion, RowsForm]
AnyRow = queries.NoteFigures | table.Row


class MetricList(Endpoint):
    @described(_("Metrics and what they mean"), MetricListShape)
    @needs(ApiScope.METRICS)
    def get(self, request: Request) -> Response:
        return Response(
            {"data": [_metric(each) for each in METRICS.values() if each.line in OF_PROGRAMME]}
        )


class MetricsQuery(Endpoint):
    @described(_("Figures by dimension"), AnswerShape, asks=QUESTIONS, without=OF_THE_PAGE)
    @needs(ApiScope.METRICS)
    def get(self, request: Request) -> Response:
        if line_asked(request.query_params) is Line.STAR:
            return Response(_star(request))
        return Response(_direct(request))


def line_asked(asked: Mapping[str, Any]) -> Line:
    form = LineForm(asked)
    require_valid(form)
    return Line(form.cleaned_data["line"] or Line.DIRECT)


def direct_form(request: Request, asked: Mapping[str, Any]) -> DirectQuestion:
    form = DirectQuestion(asked, offered(key_of(request).brand, member_of(request)))
    require_askable(form)
    return form


def star_form(request: Request, asked: Mapping[str, Any]) -> StarQuestion:
    member = member_of(request)
    stores = list(Store.objects.seen_by(member).oldest_first())
    campaigns = list(Campaign.objects.seen_by(member).newest_first())
    form = StarQuestion(asked, stores, campaigns)
    require_askable(form)
    return form


def direct_rows(
    request: Request, form: DirectQuestion, found: Answer, beside: Account | None
) -> Sequence[AnyRow]:
    """Return the rows that were asked for, as the page orders them; notes have no titles yet."""
    dimension = dimension_asked(form)
    if dimension == TOTAL:
        return []
    if dimension == Group.NOTE:
        return table.ordered(found.notes, form.sorted_by())
    rows = group_rows(found, key_of(request).brand, member_of(request), Group(dimension), beside)
    return rows if dimension == DAY else table.ordered(rows, form.sorted_by())


def _direct(request: Request) -> Told:
    form = direct_form(request, request.query_params)
    brand, member, question = key_of(request).brand, member_of(request), form.question()
    found, metrics = answer(brand, member, question), metrics_asked(form)
    against = form.compared_with()
    compared = compare(found, brand, member, against) if against else None
    beside, tie = account(brand, member, question), None
    if dimension_asked(form) != TOTAL:
        tie = tie_below(found, brand, member, Group(dimension_asked(form)))
    page, following = _page(request, direct_rows(request, form, found, beside))
    notes = [row for row in page if isinstance(row, queries.NoteFigures)]
    titles = queries.titles(brand, member, [note.key for note in notes]) if notes else {}
    groups = [row for row in page if isinstance(row, GroupRow)]
    total = figures_told(found.totals, metrics, table.TOTAL)
    for metric in metrics:
        total[metric.key]["coverage"] = coverage_told(found.coverage_of(metric))
    return {
        "question": _asked(question, dimension_asked(form)),
        "maturity": share(found.totals.maturity(question.window)),
        "matures_on": found.matures_on,
        "missing_days": found.missing_days,
        "total": total,
        "earlier": _earlier(found, compared, metrics) if compared else None,
        "rows": [
            *(_group(row, metrics, beside) for row in groups),
            *(_note(row, metrics) for row in table.note_rows(notes, titles)),
        ],
        "next_cursor": following,
    } | beyond_told(question, beside, tie, metrics)


def _star(request: Request) -> Told:
    form = star_form(request, request.query_params)
    question = form.question()
    found = star_answer(key_of(request).brand, member_of(request), question, form.asked_task())
    metrics, totals = metrics_asked(form), found.totals
    cells = {each.metric.key: each for each in star.total_cells(found, metrics)}
    page, following = _page(request, _star_rows(found, dimension_asked(form), metrics))
    return {
        "question": _asked(question, dimension_asked(form)) | {"is_scaled": question.is_scaled},
        "maturity": share(totals.maturity(question.window)) if totals else None,
        "missing_days": found.missing_days,
        "total": {
            each.key: figure(cells[each.key], totals) for each in metrics if each.key in cells
        },
        "rows": page,
        "next_cursor": following,
    }


def _star_rows(found: StarAnswer, dimension: str, metrics: Sequence[Metric]) -> list[Told]:
    if dimension == TOTAL:
        return []
    if dimension == DAY:
        return [
            _row(f"day:{day}", day.isoformat(), figures_told(figures, metrics, f"day:{day}"))
            for day, figures in found.days.items()
        ]
    return [
        _row(task.place, task.name, figures_told(task.figures, metrics, task.place))
        | {"sampling": task.sampling.words or None}
        for task in star.in_order(found.tasks)
    ]


def _asked(question: Question, dimension: str) -> Told:
    return {
        "line": question.line.value,
        "dimension": dimension,
        "from": question.first,
        "to": question.last,
        "window": question.window,
        "known_at": question.moment,
        "store": question.store,
    }


def _earlier(found: Answer, compared: Compared, metrics: Sequence[Metric]) -> Told:
    changes = {
        each.key: compared.of(cell(found.totals, each.key, table.TOTAL)).percent for each in metrics
    }
    return {
        "from": compared.question.first,
        "to": compared.question.last,
        "known_at": compared.question.moment,
        "total": figures_told(compared.totals, metrics, "earlier:total"),
        "change_percent": {
            key: None if percent is None else str(percent) for key, percent in changes.items()
        },
    }


def _group(row: GroupRow, metrics: Sequence[Metric], beside: Account | None) -> Told:
    told = _row(row.place, row.named.title, figures_told(row.figures, metrics, row.place))
    if beyond := beyond_on_day(row, beside, metrics):
        told["beyond"] = beyond
    return told | {"notes": row.notes or None}


def _note(row: table.NoteRow, metrics: Sequence[Metric]) -> Told:
    title = row.note.title if row.note else ""
    told = _row(row.place, title, figures_told(row.figures, metrics, row.place))
    return told | {"store": row.note.store_id if row.note else None}


def _row(key: str, name: str, figures: dict[str, Told]) -> Told:
    return {"key": key, "name": name, "figures": figures}


def _metric(metric: Metric) -> Told:
    return {
        "key": metric.key,
        "line": metric.line.value,
        "label": str(metric.label),
        "unit": "yuan" if metric.unit == "fen" else metric.unit.value,
        "definition": str(metric.definition),
        "adding": str(metric.adding),
        "not_returned": str(metric.not_returned) or None,
    }


def _page(request: Request, rows: Sequence[Row]) -> tuple[Sequence[Row], str | None]:
    """Return the rows after the cursor, which counts those before it, and the next cursor."""
    form = RowsForm(request.query_params)
    require_valid(form)
    start = form.cleaned_data["cursor"] or 0
    end = start + (form.cleaned_data["limit"] or USUAL_ROWS)
    return rows[start:end], str(end) if end < len(rows) else None
