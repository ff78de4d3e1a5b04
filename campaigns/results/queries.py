"""The reads behind the result page: one query each, as known at the question's moment."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import date

from campaigns.models import Note, NoteDay
from campaigns.models.facts import FactQuerySet
from campaigns.results.choice import EVERY_NOTE, are_of, chosen_notes
from campaigns.results.figures import Figures
from campaigns.results.measures import figures_of, measures
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


def returned_days(rows: FactQuerySet[NoteDay]) -> set[date]:
    return set(rows.values_list("day", flat=True).distinct())


def told_days(
    brand: Brand, membership: Membership, question: Question, *, is_part: bool = False
) -> Set[date]:
    """Return the days told of any note; none where all notes are asked for: it is theirs to say."""
    if not question.notes and not is_part:
        return frozenset()
    return returned_days(rows_for(brand, membership, replace(question, notes=EVERY_NOTE)))


def totals(rows: FactQuerySet[NoteDay], question: Question) -> Figures:
    return figures_of(rows.aggregate(**measures(question)), question)


def by_day(rows: FactQuerySet[NoteDay], question: Question) -> dict[date, Figures]:
    found = rows.values("day").annotate(**measures(question)).order_by("day")
    return {row["day"]: figures_of(row, question) for row in found}


def by_note(rows: FactQuerySet[NoteDay], question: Question) -> list[NoteFigures]:
    """Return the notes by their ids."""
    notes = rows.values("connection_id", "note_id").annotate(**measures(question))
    found = notes.order_by("note_id", "connection_id")
    return [
        NoteFigures(NoteKey(row["connection_id"], row["note_id"]), figures_of(row, question))
        for row in found
    ]


def titles(brand: Brand, membership: Membership, keys: Iterable[NoteKey]) -> dict[NoteKey, Note]:
    """Return the notes behind the keys; one that 聚光's note list does not name is left out."""
    notes = Note.objects.filter(brand=brand, note_id__in={key.note_id for key in keys})
    seen = notes.seen_by(membership).select_related("store")
    return {NoteKey(note.connection_id, note.note_id): note for note in seen if note.connection_id}
