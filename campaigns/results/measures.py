"""What a query adds up for a question, and the figures that its rows then are."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    DecimalField,
    F,
    Func,
    IntegerField,
    Q,
    Sum,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from campaigns.results.figures import Figures, Share
from campaigns.results.metrics import METRICS, RATIOS, SUMS, Line
from campaigns.results.question import Question

Row = Mapping[str, Any]  # one row of values(): what each annotation gives
NO_SHARE = Share(None, None)
WHOLE = 10_000  # `sampling` is in hundredths of a per cent


def measures(question: Question) -> dict[str, Combinable]:
    """Sums that keep null apart from 0, ratios of what returned both sides, and maturity."""
    found: dict[str, Combinable] = {"rows": Count("day")}
    for metric in SUMS[question.line]:
        column = metric.column_for(question.window)
        found[f"{metric.key}_sum"] = Sum(_told(column, question))
        found[f"{metric.key}_rows"] = Count(column, filter=_can_tell(question))
    for metric in RATIOS[question.line]:
        part, whole = (METRICS[key].column_for(question.window) for key in metric.over)
        both = _can_tell(question) & _returned(part, whole)
        found[f"{metric.key}_part"] = Sum(_told(part, question), filter=both)
        found[f"{metric.key}_whole"] = Sum(_told(whole, question), filter=both)
        found[f"{metric.key}_rows"] = Count("day", filter=both)
    for window in _spans(question):
        gone = _days_gone(question.known, window, question.line.lag)
        found[f"gone_{window}"] = Sum(gone)
        if question.line is Line.DIRECT:
            found[f"paid_gone_{window}"] = Sum(F("fee_fen") * gone)
    return found


def step_measures(question: Question) -> dict[str, Combinable]:
    """Return the same of steps: each stands for `note_days` that came, or went.

    Those of one step returned the same columns: where one is null, none of them returned it.
    """
    found: dict[str, Combinable] = {"rows": counted()}
    for metric in SUMS[Line.DIRECT]:
        column = metric.column_for(question.window)
        found[f"{metric.key}_sum"] = Sum(column)
        found[f"{metric.key}_rows"] = counted(column)
    for metric in RATIOS[Line.DIRECT]:
        part, whole = (METRICS[key].column_for(question.window) for key in metric.over)
        both = _returned(part, whole)
        found[f"{metric.key}_part"] = Sum(part, filter=both)
        found[f"{metric.key}_whole"] = Sum(whole, filter=both)
        found[f"{metric.key}_rows"] = counted(part, whole)
    for window in _spans(question):
        gone = _days_gone(question.known, window, Line.DIRECT.lag)
        found[f"gone_{window}"] = Sum(F("note_days") * gone)
        found[f"paid_gone_{window}"] = Sum(F("fee_fen") * gone)
    return found


def figures_of(row: Row, question: Question) -> Figures:
    """Return the figures of a row; a sum of which nothing is returned any more is none."""
    sums, shares = _names(question.line)
    spans = _spans(question)
    whole = _rounded if question.is_scaled else _whole
    returned = {key: row[rows] for key, *_told, rows in (*sums, *shares)}
    return Figures(
        window=question.window,
        rows=row["rows"],
        sums={key: whole(row[told]) if row[rows] else None for key, told, rows in sums},
        shares={
            key: Share(whole(row[part]), whole(row[over])) if row[rows] else NO_SHARE
            for key, part, over, rows in shares
        },
        returned=returned,
        gone={window: whole(row[f"gone_{window}"]) if row["rows"] else None for window in spans},
        paid_gone={
            window: whole(row.get(f"paid_gone_{window}")) if returned.get("spend") else None
            for window in spans
        },
    )


@cache  # there are thousands of rows
def _names(line: Line) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str, str]]]:
    """Return each sum's key with the names of what it is made of, and each ratio's."""
    sums, ratios = ([metric.key for metric in each[line]] for each in (SUMS, RATIOS))
    return (
        [(key, f"{key}_sum", f"{key}_rows") for key in sums],
        [(key, f"{key}_part", f"{key}_whole", f"{key}_rows") for key in ratios],
    )


def counted(*columns: str) -> Combinable:
    """Add up the note days of steps, of those that returned these columns."""
    returned = _returned(*columns) if columns else None
    return Coalesce(Sum("note_days", filter=returned), 0, output_field=BigIntegerField())


def _returned(*columns: str) -> Q:
    return Q(**{f"{column}__isnull": False for column in columns})


@cache
def _spans_of(line: Line, window: int) -> list[int]:
    return sorted({metric.days(window) for metric in SUMS[line]} - {0})


def _spans(question: Question) -> list[int]:
    return _spans_of(question.line, question.window)


def _told(column: str, question: Question) -> Combinable:
    """Return the column, or what it stands for when its sample is taken for all."""
    if not question.is_scaled:
        return F(column)
    exact = DecimalField(max_digits=30, decimal_places=6)
    return Cast(F(column), exact) * Value(WHOLE) / Cast(F("sampling"), exact)


def _can_tell(question: Question) -> Q:
    return Q(sampling__gt=0) if question.is_scaled else Q()


def _days_gone(known: date, window: int, lag: int) -> Combinable:
    age = Func(
        Cast(Value(known), DateField()),
        F("day"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    return Least(Value(window), Greatest(Value(0), age - Value(lag)))


def _whole(value: Decimal | int | None) -> int | None:
    """PostgreSQL sums bigint as numeric."""
    return None if value is None else int(value)


def _rounded(value: Decimal | int | None) -> int | None:
    """An estimate has a fraction."""
    return None if value is None else int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))
