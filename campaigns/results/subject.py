"""One note, creator or item that a page of results is about."""

from dataclasses import dataclass

from campaigns.models import Link, Note
from campaigns.results.choice import NoteChoice, chosen_notes
from campaigns.results.groups import Group
from merchants.models import Brand, Membership


@dataclass(frozen=True, slots=True)
class Subject:
    """`title` is empty where nobody has told us yet."""

    kind: Group
    choice: NoteChoice
    title: str
    under: str = ""
    note: Note | None = None


class Unseen(Exception):
    """There is no such note, or none that this membership may see."""


def note_subject(brand: Brand, membership: Membership, note_pk: int) -> Subject:
    choice = NoteChoice(note=note_pk)
    note = _first_note(brand, membership, choice)
    return Subject(Group.NOTE, choice, note.title, note.note_id, note)


def creator_subject(brand: Brand, membership: Membership, creator: str) -> Subject:
    choice = NoteChoice(creator=creator)
    _first_note(brand, membership, choice)
    return Subject(Group.CREATOR, choice, creator)


def item_subject(brand: Brand, membership: Membership, item: str) -> Subject:
    """Of the notes whose newest link leads to the item; it is called as the newest calls it."""
    choice = NoteChoice(item=item)
    _first_note(brand, membership, choice)
    links = Link.objects.filter(brand=brand, item_id=item).seen_by(membership).order_by("-pk")
    return Subject(Group.ITEM, choice, links.values_list("item_title", flat=True)[0], item)


def _first_note(brand: Brand, membership: Membership, choice: NoteChoice) -> Note:
    notes = chosen_notes(brand, membership, choice).select_related("store")
    note = notes.order_by("pk").first()
    if note is None:
        raise Unseen
    return note
