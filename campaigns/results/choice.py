"""Which notes an answer is about: those of a campaign, a creator, a source, a tag or an item."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from campaigns.models import Campaign, CampaignNote, Link, Note, NoteTag
from merchants.models import Brand, Membership, Store

MOST_OFFERED = 500  # of a kind


@dataclass(frozen=True, slots=True)
class NoteChoice:
    """What is left empty leaves all in; several of them must all fit.

    `item` is the one that the note's newest link leads to; `note` is our own key of one note.
    """

    note: int | None = None
    campaign: int | None = None
    creator: str = ""
    source: int | None = None
    tag: str = ""
    item: str = ""

    def __bool__(self) -> bool:
        return self != EVERY_NOTE


EVERY_NOTE = NoteChoice()


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be chosen: the brand's own words, as far as the membership sees them."""

    stores: Sequence[Store]
    campaigns: Sequence[Campaign]
    creators: Sequence[str]
    tags: Sequence[str]


def offered(brand: Brand, membership: Membership) -> Offered:
    notes = Note.objects.filter(brand=brand).seen_by(membership)
    named = notes.exclude(creator="").order_by("creator").values_list("creator", flat=True)
    tags = NoteTag.objects.filter(brand=brand).seen_by(membership).order_by("word")
    return Offered(
        stores=list(Store.objects.seen_by(membership).oldest_first()),
        campaigns=list(Campaign.objects.seen_by(membership).newest_first()),
        creators=list(named.distinct()[:MOST_OFFERED]),
        tags=list(tags.values_list("word", flat=True).distinct()[:MOST_OFFERED]),
    )


def newest_links(note: OuterRef) -> QuerySet[Link]:
    return Link.objects.filter(brand=OuterRef("brand_id"), note=note).order_by("-pk")


def chosen_notes(brand: Brand, membership: Membership, choice: NoteChoice) -> QuerySet[Note]:
    """Return the notes that fit and that this membership may see."""
    notes: QuerySet[Note] = Note.objects.filter(brand=brand).seen_by(membership)
    if choice.note is not None:
        notes = notes.filter(pk=choice.note)
    if choice.campaign:
        joined = CampaignNote.objects.present().filter(brand=brand, campaign=choice.campaign)
        notes = notes.filter(Exists(joined.filter(note=OuterRef("pk"))))
    if choice.creator:
        notes = notes.filter(creator=choice.creator)
    if choice.source:
        notes = notes.filter(source=choice.source)
    if choice.tag:
        notes = notes.filter(tags__word=choice.tag)
    if choice.item:
        newest = newest_links(OuterRef("pk")).values("item_id")[:1]
        notes = notes.annotate(leads_to=Subquery(newest)).filter(leads_to=choice.item)
    return notes


def are_of(notes: QuerySet[Note]) -> Exists:
    """Return whether a row of the note report is of one of the notes."""
    return Exists(notes.filter(connection=OuterRef("connection"), note_id=OuterRef("note_id")))
