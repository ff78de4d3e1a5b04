"""The reads behind the result page: one query each, as known at the question's moment.

All notes together are read from the steps that the database keeps, some from the rows themselves.
"""

from collections.abc import Iterable, Set
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Count, Func, Q, QuerySet, Sum, Value

from campaigns.models import Note, NoteDay, NoteDayStep, NotePlacementDay
from campaigns.models.facts import FactQuerySet
from campaigns.models.note_day_step import NoteDayStepQuerySet
from campaigns.results.choice import EVERY_NOTE, are_of, chosen_notes
from campaigns.results.figures import Figures
from campaigns.results.measures import figures_across, figures_by, figures_of
from campaigns.results.months import last_of, summed_months, sums_of
from campaigns.results.question import Question
from merchants.models import Brand, Membership
from portal.lib.planner import of_many_rows

ONE_DAY = timedelta(days=1)
Rows = FactQuerySet[Any]  # of the note report, or of the one by placement


class NoteKey(NamedTuple):
    """聚光's note ids are unique in an account: two stores may advertise one note."""

    connection_id: int
    note_id: str


class NoteFigures(NamedTuple):
    key: NoteKey
    figures: Figures


def rows_for(brand: Brand, membership: Membership, question: Question) -> Rows:
    """Return the note days asked for that this membership may see, as known then."""
    return rows_ever(brand, membership, question).as_of(question.moment)


def rows_ever(brand: Brand, membership: Membership, question: Question) -> Rows:
    """Return the same note days with all that was ever told of them, each with its time.

    Of one placement they come by a report of its own.
    """
    if question.placement is None:
        return _asked(NoteDay.objects.all(), brand, membership, question)
    placed = NotePlacementDay.objects.filter(placement=question.placement)
    return _asked(placed, brand, membership, question)


def placed_rows(brand: Brand, membership: Membership, question: Question) -> Rows:
    """Return the same note days by placement, at all of them or the one asked for."""
    rows = NotePlacementDay.objects.all()
    if question.placement is not None:
        rows = rows.filter(placement=question.placement)
    return _asked(rows, brand, membership, question).as_of(question.moment)


def _asked(rows: Rows, brand: Brand, membership: Membership, question: Question) -> Rows:
    rows = rows.filter(brand=brand).seen_by(membership)
    if question.store:
        rows = rows.filter(store_id=question.store)
    if question.notes:
        rows = rows.filter(are_of(chosen_notes(brand, membership, question.notes)))
    return rows.filter(day__range=(question.first, question.last))


def steps_for(brand: Brand, membership: Membership, question: Question) -> NoteDayStepQuerySet:
    """Return what the note days asked for add up to, if it is all notes that are asked for."""
    steps = NoteDayStep.objects.filter(brand=brand).seen_by(membership).as_of(question.moment)
    if question.store:
        steps = steps.filter(store_id=question.store)
    return steps.filter(day__range=(question.first, question.last))


def returned_days(rows: Rows) -> set[date]:
    return set(rows.values_list("day", flat=True).distinct())


def told_days(
    brand: Brand, membership: Membership, question: Question, *, is_part: bool = False
) -> Set[date]:
    """Return the days told of any note; none where all notes are asked for: it is theirs to say.

    Of one placement they are those that the report by placement has told of at all.
    """
    if not question.is_of_part and not is_part:
        return frozenset()
    every = replace(question, notes=EVERY_NOTE, placement=None)
    if question.placement is None:
        return {row["day"] for row in steps_for(brand, membership, every).told_by("day")}
    return returned_days(placed_rows(brand, membership, every))


def totals(brand: Brand, membership: Membership, question: Question) -> Figures:
    return figures_of(_rows_or_steps(brand, membership, question), question)


def by_day(brand: Brand, membership: Membership, question: Question) -> dict[date, Figures]:
    found = figures_by(_rows_or_steps(brand, membership, question), question, "day")
    return {day: figures for (day,), figures in found.items()}


def _rows_or_steps(
    brand: Brand, membership: Membership, question: Question
) -> Rows | NoteDayStepQuerySet:
    """Return what adds up to the answer: of all notes the steps, which are fewer."""
    read = rows_for if question.is_of_part else steps_for
    return read(brand, membership, question)


def by_note(brand: Brand, membership: Membership, question: Question) -> list[NoteFigures]:
    """Return the notes by their ids; whole months that are summed stand for their rows."""
    rows = rows_for(brand, membership, question)
    if question.is_of_part or not (months := summed_months(brand, membership, question)):
        return by_note_of([rows], question)
    sums = sums_of(brand, membership, question, months)
    found = by_note_of([sums, rows.filter(_outside(months, question))], question)
    if summed_months(brand, membership, question) != months:  # a row changed in between
        return by_note_of([rows], question)
    return found


def by_note_of(several: Iterable[QuerySet[Any]], question: Question) -> list[NoteFigures]:
    with of_many_rows():
        found = figures_across(several, question, "note_id", "connection_id")
    return [
        NoteFigures(NoteKey(connection, note), figures)
        for (note, connection), figures in found.items()
    ]


def _outside(months: Iterable[date], question: Question) -> Q:
    """Return whether a row lies in the period and in none of the months, as spans of days."""
    starts = [question.first, *(last_of(month) + ONE_DAY for month in months)]
    ends = [*(month - ONE_DAY for month in months), question.last]
    spans = [Q(day__range=span) for span in zip(starts, ends, strict=True) if span[0] <= span[1]]
    return reduce(or_, spans, Q(day=None))


def count_notes(brand: Brand, membership: Membership, question: Question) -> int:
    notes = rows_for(brand, membership, question).values("connection_id", "note_id")
    return notes.order_by().distinct().count()


def by_placement(rows: Rows, question: Question) -> dict[int, list[tuple[Figures, int]]]:
    """Return what each account told of each placement, with how many notes were shown there."""
    places = rows.values_list("placement", "connection_id").order_by()
    counted = places.annotate(notes=Count("note_id", distinct=True))
    notes = {(placement, connection): number for placement, connection, number in counted}
    found: dict[int, list[tuple[Figures, int]]] = {}
    for key, figures in figures_by(rows, question, "placement", "connection_id").items():
        found.setdefault(key[0], []).append((figures, notes[key[0], key[1]]))
    return found


def spend_by_account_day(rows: Rows) -> dict[tuple[int, date], int | None]:
    """Return each day's sum of each account, or None where a row's spending is not returned."""
    days = rows.values("connection_id", "day")
    blank = Count("day", filter=Q(fee_fen=None))
    return {
        (row["connection_id"], row["day"]): None if row["blank"] else int(row["fen"])
        for row in days.annotate(fen=Sum("fee_fen"), blank=blank)
    }


class Listed(NamedTuple):
    """What is told of a note where there are thousands; `pk` is our own key of it."""

    pk: int
    title: str
    creator: str


def titles(brand: Brand, membership: Membership, keys: Iterable[NoteKey]) -> dict[NoteKey, Note]:
    """Return the notes behind the keys; one that 聚光's note list does not name is left out."""
    seen = _behind(brand, membership, keys).select_related("store")
    return {NoteKey(note.connection_id, note.note_id): note for note in seen if note.connection_id}


def listed(brand: Brand, membership: Membership, keys: Iterable[NoteKey]) -> dict[NoteKey, Listed]:
    """Return the same, of each note only what it is called and by whom it is."""
    notes = _behind(brand, membership, keys).exclude(connection=None)
    found = notes.values_list("connection_id", "note_id", "pk", "title", "creator")
    return {NoteKey(row[0] or 0, row[1]): Listed(*row[2:]) for row in found}


def _behind(brand: Brand, membership: Membership, keys: Iterable[NoteKey]) -> QuerySet[Note]:
    """Return the notes with these ids, given as one array: as a list each is a parameter."""
    ids = Value([key.note_id for key in keys], ArrayField(CharField()))
    each = Func(ids, template="(SELECT unnest(%(expressions)s))", output_field=CharField())
    return Note.objects.filter(brand=brand, note_id__in=each).seen_by(membership)
