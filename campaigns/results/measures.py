"""What a query adds up for a question, and the figures that its rows then are.

Rows are added up by which columns they returned, so that null stays apart from 0 and a ratio is of
the rows that returned both of its sides. People who are too few to be told by their number are
told to nobody here: a row of one to nine of them is added up as nine, whoever they are. So no two
sums differ by what is not shown.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateField,
    DecimalField,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Greatest, Least

from campaigns.models import NoteDayStep, NoteMonth
from campaigns.results.figures import LEAST, MOST, Figures, Part, shape_of
from campaigns.results.metrics import SUMS, Metric
from campaigns.results.question import Question

WHOLE = 10_000  # `sampling` is in hundredths of a per cent
Key = tuple[Any, ...]
_KIND = itemgetter(0)


def figures_of(rows: QuerySet[Any], question: Question) -> Figures:
    """Return the figures of all rows together; one query."""
    return figures_by(rows, question).get((), Figures(shape_of(question.line, question.window), []))


def figures_by(rows: QuerySet[Any], question: Question, *names: str) -> dict[Key, Figures]:
    """Return the figures of the rows by what is named, in its order; one query.

    A step stands for `note_days` that came or went, and a month for those that it has; groups of
    which nothing is left are left out.
    """
    shape = shape_of(question.line, question.window)
    parts = _parts_by(rows, question, *names)
    return {key: Figures(shape, sorted(own, key=_KIND)) for key, own in sorted(parts.items())}


def _parts_by(rows: QuerySet[Any], question: Question, *names: str) -> dict[Key, list[Part]]:
    shape = shape_of(question.line, question.window)
    first = len(names) + 2
    middle = first + len(shape.places)
    last = middle + len(shape.spans)
    found: dict[Key, list[Part]] = defaultdict(list)
    for row in _summed(rows, question, names):
        if row[first - 1]:
            part = Part(
                row[first - 2], row[first - 1], row[first:middle], row[middle:last], row[last:]
            )
            found[row[: len(names)]].append(part)
    return found


def _summed(rows: QuerySet[Any], question: Question, names: Iterable[str]) -> Iterable[Key]:
    """Yield names, kind, rows, sums, days gone, and the same times the spend."""
    metrics = SUMS[question.line]
    columns = [metric.column_for(question.window) for metric in metrics]
    is_step = rows.model in (NoteDayStep, NoteMonth)
    spans = shape_of(question.line, question.window).spans
    gone = [_days_gone(question.known, span, question.line.lag) for span in spans]
    times = [F("note_days") * each if is_step else each for each in gone]
    paid = [F("fee_fen") * each for each in gone] if "fee_fen" in columns else []
    counted = _whole(Sum("note_days")) if is_step else Count("day")
    told = [Sum(_told(metric, question)) for metric in metrics]
    sums = told if question.is_scaled else [_whole(each) for each in told]
    measured = [counted, *sums, *(_whole(Sum(each)) for each in chain(times, paid))]
    groups = rows.annotate(kind=_kind(question)).values_list(*names, "kind")
    numbered = {f"sum_{number}": each for number, each in enumerate(measured)}
    found: Iterable[Key] = groups.annotate(**numbered).order_by()  # else all rows would be sorted
    return found


def _kind(question: Question) -> Combinable:
    """Return a bit for each column that a row does not tell, then for each of too few people."""
    metrics = SUMS[question.line]
    found: Combinable = Value(0)
    for place, metric in enumerate(metrics):
        column = metric.column_for(question.window)
        is_blank = Q(**{f"{column}__isnull": True})
        if question.is_scaled:
            is_blank |= ~Q(sampling__gt=0) | Q(sampling=None)
        marks = [When(is_blank, then=Value(1 << place))]
        if metric.is_of_people:
            marks.append(When(_is_few(column), then=Value(1 << len(metrics) + place)))
        found += Case(*marks, default=Value(0))
    return found


def _told(metric: Metric, question: Question) -> Combinable:
    """Return the column, or what it stands for when its sample is taken for all.

    Too few people stand for the most they may be, before they are scaled: what was counted are
    they.
    """
    column = metric.column_for(question.window)
    told: Combinable = F(column)
    if metric.is_of_people:
        most = When(_is_few(column), then=Value(MOST, BigIntegerField()))
        told = Case(most, default=F(column))
    if not question.is_scaled:
        return told
    exact = DecimalField(max_digits=30, decimal_places=6)
    scaled = Cast(told, exact) * Value(WHOLE) / Cast(F("sampling"), exact)
    return Case(When(sampling__gt=0, then=scaled))


def _is_few(column: str) -> Q:
    return Q(**{f"{column}__range": (LEAST, MOST)})


def _days_gone(known: date, span: int, lag: int) -> Combinable:
    age = Func(
        Cast(Value(known), DateField()),
        F("day"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    return Least(Value(span), Greatest(Value(0), age - Value(lag)))


class _Whole(Cast):
    """A sum as PostgreSQL's bigint, which it else makes numeric.

    It comes as an int: there are thousands of rows, and Django would ask each for it once more.
    """

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []


def _whole(total: Combinable) -> Combinable:
    return _Whole(total, BigIntegerField())
