"""Why no link is offered below a note, in the few words that a row of a list has room for."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.links.rules import objection_to_note, objection_to_note_status
from campaigns.models import Note
from campaigns.notes.states import state_of
from merchants.models import PolicyVersion


@dataclass(frozen=True, slots=True)
class Obstacle:
    """`colour` is that of the status chip; the note's page says the rest."""

    colour: str
    word: str


def with_obstacles(
    notes: Iterable[Note], policy: PolicyVersion | None
) -> list[tuple[Note, Obstacle | None]]:
    return [(note, obstacle_to(note, policy)) for note in notes]


def obstacle_to(note: Note, policy: PolicyVersion | None) -> Obstacle | None:
    """Return what the note itself has against a link; its store is another matter."""
    if not note.is_confirmed:
        return Obstacle("", _("Can't carry a link yet"))
    if objection_to_note_status(note.status):
        state = state_of(note.status)
        return Obstacle(state.colour, str(state.word))
    if objection_to_note(note.source, policy):
        return Obstacle("warn", _("The policy rules out its source"))
    return None


def objection_of(note: Note, policy: PolicyVersion | None) -> str:
    """Return the same in a sentence, for the note's page."""
    return objection_to_note_status(note.status) or objection_to_note(
        note.source, policy, found_by=note.found_by
    )
