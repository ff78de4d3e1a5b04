"""The reads behind the result page: one query each, as known at the question's moment.

All notes together are read from the steps that the database keeps, some from the rows themselves.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from campaigns.models import Note, NoteDay, NoteDayStep
from campaigns.models.facts import FactQuerySet
from campaigns.results.choice import EVERY_NOTE, are_of, chosen_notes
from campaigns.results.figures import Figures
from campaigns.results.measures import Row, figures_of, measures, step_measures
from campaigns.results.question import Question
from merchants.models import Brand, Membership


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
    return rows_ever(brand, membership, question).as_of(question.moment)


def rows_ever(brand: Brand, membership: Membership, question: Question) -> FactQuerySet[NoteDay]:
    """Return the same note days with all that was ever told of them, each with its time."""
    rows = NoteDay.objects.filter(brand=brand).seen_by(membership)
    if question.store:
        rows = rows.filter(store_id=question.store)
    if question.notes:
        rows = rows.filter(are_of(chosen_notes(brand, membership, question.notes)))
    return rows.filter(day__range=(question.first, question.last))


def steps_for(brand: Brand, membership: Membership, question: Question) -> QuerySet[NoteDayStep]:
    """Return what the note days asked for add up to, if it is all notes that are asked for."""
    steps = NoteDayStep.objects.filter(brand=brand).seen_by(membership).as_of(question.moment)
    if question.store:
        steps = steps.filter(store_id=question.store)
    return steps.filter(day__range=(question.first, question.last))


def told_days(
    brand: Brand, membership: Membership, question: Question, *, is_part: bool = False
) -> Set[date]:
    """Return the days told of any note; none where all notes are asked for: it is theirs to say."""
    if not question.notes and not is_part:
        return frozenset()
    return by_day(brand, membership, replace(question, notes=EVERY_NOTE)).keys()


def totals(brand: Brand, membership: Membership, question: Question) -> Figures:
    if question.notes:
        return totals_of(rows_for(brand, membership, question), question)
    steps = steps_for(brand, membership, question)
    return figures_of(steps.aggregate(**step_measures(question)), question)


def totals_of(rows: FactQuerySet[NoteDay], question: Question) -> Figures:
    return figures_of(rows.aggregate(**measures(question)), question)


def by_day(brand: Brand, membership: Membership, question: Question) -> dict[date, Figures]:
    rows: QuerySet[NoteDay] | QuerySet[NoteDayStep]
    if question.notes:
        rows, measured = rows_for(brand, membership, question), measures(question)
    else:
        rows, measured = steps_for(brand, membership, question), step_measures(question)
    found: Iterable[Row] = rows.values("day").annotate(**measured).order_by("day")
    return {row["day"]: figures_of(row, question) for row in found if row["rows"]}


def by_note(brand: Brand, membership: Membership, question: Question) -> list[NoteFigures]:
    """Return the notes by their ids."""
    return by_note_of(rows_for(brand, membership, question), question)


def by_note_of(rows: FactQuerySet[NoteDay], question: Question) -> list[NoteFigures]:
    notes = rows.values("connection_id", "note_id").annotate(**measures(question))
    found = notes.order_by("note_id", "connection_id")
    return [
        NoteFigures(NoteKey(row["connection_id"], row["note_id"]), figures_of(row, question))
        for row in found
    ]


def count_notes(brand: Brand, membership: Membership, question: Question) -> int:
    notes = rows_for(brand, membership, question).values("connection_id", "note_id")
    return notes.order_by().distinct().count()


def titles(brand: Brand, membership: Membership, keys: Iterable[NoteKey]) -> dict[NoteKey, Note]:
    """Return the notes behind the keys; one that 聚光's note list does not name is left out."""
    notes = Note.objects.filter(brand=brand, note_id__in={key.note_id for key in keys})
    seen = notes.seen_by(membership).select_related("store")
    return {NoteKey(note.connection_id, note.note_id): note for note in seen if note.connection_id}


def names(
    brand: Brand, membership: Membership, keys: Iterable[NoteKey]
) -> dict[NoteKey, tuple[int, str]]:
    """Return our own key and the title of each note that is listed."""
    notes = Note.objects.filter(brand=brand, note_id__in={key.note_id for key in keys})
    rows = notes.seen_by(membership).exclude(connection=None)
    found = rows.values_list("connection_id", "note_id", "pk", "title")
    return {
        NoteKey(connection or 0, note_id): (pk, title) for connection, note_id, pk, title in found
    }
