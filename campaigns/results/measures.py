"""What a query adds up for a question, and the figures that its rows then are."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import (
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
from django.db.models.functions import Cast, Greatest, Least

from campaigns.results.figures import Figures, Share
from campaigns.results.metrics import METRICS, RATIOS, SUMS, Line
from campaigns.results.question import Question

Row = Mapping[str, Any]  # one row of values(): what each annotation gives
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
        both = _can_tell(question) & Q(**{f"{part}__isnull": False, f"{whole}__isnull": False})
        found[f"{metric.key}_part"] = Sum(_told(part, question), filter=both)
        found[f"{metric.key}_whole"] = Sum(_told(whole, question), filter=both)
        found[f"{metric.key}_rows"] = Count("day", filter=both)
    for window in _spans(question):
        gone = _days_gone(question.known, window, question.line.lag)
        found[f"gone_{window}"] = Sum(gone)
        if question.line is Line.DIRECT:
            found[f"paid_gone_{window}"] = Sum(F("fee_fen") * gone)
    return found


def figures_of(row: Row, question: Question) -> Figures:
    sums, ratios = SUMS[question.line], RATIOS[question.line]
    spans = _spans(question)
    return Figures(
        window=question.window,
        rows=row["rows"],
        sums={metric.key: _whole(row[f"{metric.key}_sum"]) for metric in sums},
        shares={
            metric.key: Share(_whole(row[f"{metric.key}_part"]), _whole(row[f"{metric.key}_whole"]))
            for metric in ratios
        },
        returned={metric.key: row[f"{metric.key}_rows"] for metric in [*sums, *ratios]},
        gone={window: _whole(row[f"gone_{window}"]) for window in spans},
        paid_gone={window: _whole(row.get(f"paid_gone_{window}")) for window in spans},
    )


def _spans(question: Question) -> list[int]:
    metrics = SUMS[question.line]
    return sorted({metric.days(question.window) for metric in metrics} - {0})


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
    """PostgreSQL sums bigint as numeric; an estimate is rounded."""
    return None if value is None else int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))
