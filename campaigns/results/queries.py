"""The reads behind the result page: one query each, as known at the question's moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, F, Func, IntegerField, Q, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Greatest, Least

from campaigns.models import Note, NoteDay
from campaigns.models.facts import FactQuerySet
from campaigns.results.choice import are_of, chosen_notes
from campaigns.results.figures import Figures, Share
from campaigns.results.metrics import LAG, METRICS, RATIOS, SUMS
from campaigns.results.question import Question
from merchants.models import Brand, Membership

Row = Mapping[str, Any]  # one row of values(): what each annotation gives


@dataclass(frozen=True, slots=True)
class NoteKey:
    """聚光's note ids are unique in an account: two stores may advertise one note."""

    connection_id: int
    note_id: str


@dataclass(frozen=True, slots=True)
class NoteFigures:
    key: NoteKey
    figures: Figures


def rows_for(brand: Brand, membership: Membership, question: Question) -> FactQuerySet[NoteDay]:
    """Return the note days asked for that this membership may see, as known then."""
    rows = NoteDay.objects.filter(brand=brand).seen_by(membership).as_of(question.moment)
    if question.store:
        rows = rows.filter(store_id=question.store)
    if question.notes:
        rows = rows.filter(are_of(chosen_notes(brand, membership, question.notes)))
    return rows.filter(day__range=(question.first, question.last))


def returned_days(rows: FactQuerySet[NoteDay]) -> set[date]:
    return set(rows.values_list("day", flat=True).distinct())


def totals(rows: FactQuerySet[NoteDay], question: Question) -> Figures:
    return _figures(rows.aggregate(**_measures(question)), question)


def by_day(rows: FactQuerySet[NoteDay], question: Question) -> dict[date, Figures]:
    found = rows.values("day").annotate(**_measures(question)).order_by("day")
    return {row["day"]: _figures(row, question) for row in found}


def by_note(rows: FactQuerySet[NoteDay], question: Question) -> list[NoteFigures]:
    """Return the notes by their ids."""
    notes = rows.values("connection_id", "note_id").annotate(**_measures(question))
    found = notes.order_by("note_id", "connection_id")
    return [
        NoteFigures(NoteKey(row["connection_id"], row["note_id"]), _figures(row, question))
        for row in found
    ]


def titles(brand: Brand, membership: Membership, keys: Iterable[NoteKey]) -> dict[NoteKey, Note]:
    """Return the notes behind the keys; one that 聚光's note list does not name is left out."""
    notes = Note.objects.filter(brand=brand, note_id__in={key.note_id for key in keys})
    seen = notes.seen_by(membership).select_related("store")
    return {NoteKey(note.connection_id, note.note_id): note for note in seen if note.connection_id}


def _measures(question: Question) -> dict[str, Combinable]:
    """Sums that keep null apart from 0, ratios of what returned both sides, and maturity."""
    found: dict[str, Combinable] = {"rows": Count("day")}
    for metric in SUMS:
        column = metric.column_for(question.window)
        found[f"{metric.key}_sum"] = Sum(column)
        found[f"{metric.key}_rows"] = Count(column)
    for metric in RATIOS:
        part, whole = (METRICS[key].column_for(question.window) for key in metric.over)
        both = Q(**{f"{part}__isnull": False, f"{whole}__isnull": False})
        found[f"{metric.key}_part"] = Sum(part, filter=both)
        found[f"{metric.key}_whole"] = Sum(whole, filter=both)
        found[f"{metric.key}_rows"] = Count("day", filter=both)
    for window in sorted({7, question.window}):
        gone = _days_gone(question.known, window)
        found[f"gone_{window}"] = Sum(gone)
        found[f"paid_gone_{window}"] = Sum(F("fee_fen") * gone)
    return found


def _days_gone(known: date, window: int) -> Combinable:
    age = Func(
        Cast(Value(known), DateField()),
        F("day"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    return Least(Value(window), Greatest(Value(0), age - Value(LAG)))


def _figures(row: Row, question: Question) -> Figures:
    return Figures(
        window=question.window,
        rows=row["rows"],
        sums={metric.key: _whole(row[f"{metric.key}_sum"]) for metric in SUMS},
        shares={
            metric.key: Share(_whole(row[f"{metric.key}_part"]), _whole(row[f"{metric.key}_whole"]))
            for metric in RATIOS
        },
        returned={metric.key: row[f"{metric.key}_rows"] for metric in [*SUMS, *RATIOS]},
        gone={window: _whole(row[f"gone_{window}"]) for window in {7, question.window}},
        paid_gone={window: _whole(row[f"paid_gone_{window}"]) for window in {7, question.window}},
    )


def _whole(value: Decimal | int | None) -> int | None:
    """PostgreSQL sums bigint as numeric."""
    return None if value is None else int(value)
