"""What a query adds up for a question, and the figures that its rows then are.

Rows are added up by which columns they returned, so that null stays apart from 0 and a ratio is of
the rows that returned both of its sides. People who are too few to be told by their number are
told to nobody here: a row of one to nine of them is added up as nine, whoever they are. So no two
sums differ by what is not shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import chain
from operator import itemgetter
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
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
from django.db.models.functions import Cast, Greatest
from django.db.models.sql.compiler import SQLCompiler

from campaigns.models import NoteDayStep, NoteMonth
from campaigns.results.figures import KIND, LEAST, MOST, ROWS, Figures, Part, shape_of
from campaigns.results.metrics import SUMS, Metric
from campaigns.results.question import Question

WHOLE = 10_000  # `sampling` is in hundredths of a per cent
Key = tuple[Any, ...]
_KIND = itemgetter(KIND)


def figures_of(rows: QuerySet[Any], question: Question) -> Figures:
    """Return the figures of all rows together; one query."""
    return figures_by(rows, question).get((), Figures(shape_of(question.line, question.window), []))


def figures_by(rows: QuerySet[Any], question: Question, *names: str) -> dict[Key, Figures]:
    """Return the figures of the rows by what is named, in its order; one query.

    A step stands for `note_days` that came or went, and a month for those that it has; groups of
    which nothing is left are left out.
    """
    return figures_across([rows], question, *names)


def figures_across(
    several: Iterable[QuerySet[Any]], question: Question, *names: str
) -> dict[Key, Figures]:
    """Return the same of rows and sums that stand in several tables; a query each."""
    width = len(names)
    parts: dict[Key, list[Part]] = defaultdict(list)
    for rows in several:
        for row in _summed(rows, question, names):
            if row[width + ROWS]:
                parts[row[:width]].append(row[width:])
    shape = shape_of(question.line, question.window)
    return {key: Figures(shape, sorted(own, key=_KIND)) for key, own in sorted(parts.items())}


def _summed(rows: QuerySet[Any], question: Question, names: Iterable[str]) -> Iterable[Key]:
    """Yield names, kind, rows, sums, days gone, and the same times the spend."""
    metrics = SUMS[question.line]
    columns = [metric.column_for(question.window) for metric in metrics]
    is_step = rows.model in (NoteDayStep, NoteMonth)
    spans = shape_of(question.line, question.window).gone
    gone = [_days_gone(question.known, span, question.line.lag) for span in spans]
    times = [F("note_days") * each if is_step else each for each in gone]
    paid = [F("fee_fen") * each for each in gone] if "fee_fen" in columns else []
    counted = _whole(Sum("note_days") if is_step else Count("day"))
    told = [Sum(_told(metric, question)) for metric in metrics]
    sums = told if question.is_scaled else [_whole(each) for each in told]
    measured = [counted, *sums, *(_whole(Sum(each)) for each in chain(times, paid))]
    groups = rows.annotate(kind=_kind(question)).values_list(*names, "kind")
    numbered = {f"sum_{number}": each for number, each in enumerate(measured)}
    found: Iterable[Key] = groups.annotate(**numbered).order_by()  # else all rows would be sorted
    return found


def _kind(question: Question) -> Combinable:
    metrics = SUMS[question.line]
    columns = [metric.column_for(question.window) for metric in metrics]
    people = [place for place, metric in enumerate(metrics) if metric.is_of_people]
    return _Kind(*columns, people=people, is_sampled=question.is_scaled)


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
    """Return how many days of the span are gone since the row's day; of most rows it is all."""
    over = When(day__lte=known - timedelta(days=lag + span), then=Value(span))
    age = Func(
        Cast(Value(known), DateField()),
        F("day"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    return Case(over, default=Greatest(Value(0), age - Value(lag)))


class _AsItComes:
    """What comes as an int: there are thousands of rows, and Django would ask each once more."""

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []


class _Whole(_AsItComes, Cast):
    """A sum as PostgreSQL's bigint, which it else makes numeric."""


class _Kind(_AsItComes, Func):
    """A bit for each column that a row does not tell, then for each of too few people.

    `people` are the places of the columns that count them; a row of an unknown share `is_sampled`
    and tells nothing. Most rows tell all, which is seen first. Of a dozen nested expressions
    Django would make the same SQL.
    """

    output_field = IntegerField()

    def __init__(self, *columns: str, people: Sequence[int], is_sampled: bool) -> None:
        super().__init__(*columns, *(["sampling"] if is_sampled else []))
        self.people = people
        self.is_sampled = is_sampled

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **__: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        columns = [compiler.compile(each)[0] for each in self.get_source_expressions()]
        sampling = columns.pop() if self.is_sampled else ""
        unscaled = f" OR NOT coalesce({sampling} > 0, false)" if sampling else ""
        bits = []
        for place, column in enumerate(columns):
            few = f"WHEN {column} BETWEEN {LEAST} AND {MOST} THEN {1 << len(columns) + place}"
            blank = f"WHEN {column} IS NULL{unscaled} THEN {1 << place}"
            bits.append(f"CASE {blank} {few if place in self.people else ''} ELSE 0 END")
        plain = [f"num_nulls({', '.join(columns)}) = 0", *([f"{sampling} > 0"] if sampling else [])]
        plain += [f"{columns[place]} NOT BETWEEN {LEAST} AND {MOST}" for place in self.people]
        return f"CASE WHEN {' AND '.join(plain)} THEN 0 ELSE {' + '.join(bits)} END", ()


def _whole(total: Combinable) -> Combinable:
    return _Whole(total, BigIntegerField())
