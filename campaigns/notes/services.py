"""Notes that people name: kept without a partner's word, tagged, put into campaigns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from campaigns.models import (
    Campaign,
    CampaignNote,
    CampaignPhase,
    CampaignRule,
    CampaignStore,
    JoinedBy,
    Note,
    NoteFound,
    NoteTag,
    Phase,
)
from campaigns.models.note import NoteQuerySet
from merchants.models import Store, User
from portal.lib.days import known_now

Stretch = tuple[Phase, date, date]


@dataclass(frozen=True, slots=True)
class Named:
    """The notes that were named: how many of them are new to the brand."""

    notes: Sequence[Note]
    new: int


@transaction.atomic
def name_notes(store: Store, note_ids: Sequence[str], found_by: NoteFound) -> Named:
    """Keep the notes that the brand does not have yet, without a word on what they are.

    A note that is known, in this store or in another of the brand, is not kept again.
    """
    known = set(_named(store, note_ids).values_list("note_id", flat=True))
    Note.objects.bulk_create(
        [
            Note(brand_id=store.brand_id, store=store, note_id=each, found_by=found_by)
            for each in note_ids
            if each not in known
        ],
        ignore_conflicts=True,
    )
    notes = list(_named(store, note_ids))
    return Named(notes, new=len(set(note_ids) - known))


@transaction.atomic
def join_notes(
    campaign: Campaign, notes: Sequence[Note], *, by: User, joined_by: JoinedBy = JoinedBy.HAND
) -> int:
    """Put the notes of the campaign's stores into it; return how many are new there.

    A note that was taken out comes back, for the person's word is the newer one.
    """
    stores = set(campaign.store_rows.values_list("store_id", flat=True))
    mine = [note for note in notes if note.store_id in stores]
    before = campaign.note_rows.present().count()
    campaign.note_rows.filter(note__in=mine).exclude(removed_at=None).update(
        removed_at=None, removed_by=None, joined_by=joined_by, rule=None, added_by=by
    )
    CampaignNote.objects.bulk_create(
        [
            CampaignNote(
                brand_id=campaign.brand_id,
                store_id=note.store_id,
                campaign=campaign,
                note=note,
                joined_by=joined_by,
                added_by=by,
            )
            for note in mine
        ],
        ignore_conflicts=True,
    )
    return campaign.note_rows.present().count() - before


def take_out(campaign: Campaign, note_pks: Sequence[int], *, by: User) -> int:
    """Take notes out for good: no rule brings one back, only a person."""
    rows = campaign.note_rows.present().filter(note_id__in=note_pks)
    return rows.update(removed_at=known_now(), removed_by=by)


@transaction.atomic
def tag_note(note: Note, words: Iterable[str]) -> None:
    """Let the note have just these tags; rules that ask for a tag are asked anew."""
    wanted = list(dict.fromkeys(words))
    note.tags.exclude(word__in=wanted).delete()
    NoteTag.objects.bulk_create(
        [
            NoteTag(brand_id=note.brand_id, store_id=note.store_id, note=note, word=word)
            for word in wanted
        ],
        ignore_conflicts=True,
    )
    apply_rules(note.brand_id)


@transaction.atomic
def save_campaign(
    campaign: Campaign,
    *,
    stores: Sequence[Store],
    offered: Sequence[Store],
    stretches: Sequence[Stretch],
) -> None:
    """Save the campaign with its phases, and with these of the stores that were offered.

    Stores that the person was not offered, being narrowed to others, stay as they were. The
    notes of a store that is dropped leave with it.
    """
    campaign.save()
    own = {"brand_id": campaign.brand_id, "campaign": campaign}
    dropped = {store.pk for store in offered} - {store.pk for store in stores}
    campaign.note_rows.filter(store_id__in=dropped).delete()
    campaign.store_rows.filter(store_id__in=dropped).delete()
    CampaignStore.objects.bulk_create(
        [CampaignStore(**own, store=store) for store in stores], ignore_conflicts=True
    )
    campaign.phases.all().delete()
    CampaignPhase.objects.bulk_create(
        [
            CampaignPhase(**own, phase=phase, starts_on=first, ends_on=last)
            for phase, first, last in stretches
        ]
    )
    apply_rules(campaign.brand_id)


@transaction.atomic
def add_rule(campaign: Campaign, kind: str, value: str, *, by: User) -> None:
    CampaignRule.objects.get_or_create(
        brand_id=campaign.brand_id,
        campaign=campaign,
        kind=kind,
        value=value,
        defaults={"created_by": by},
    )
    apply_rules(campaign.brand_id)


class NotAllHere(Exception):
    """The person sees only some of the stores that this would change; the message says so."""


@transaction.atomic
def remove_rule(rule: CampaignRule) -> None:
    """Remove the rule and the notes that only it let join; another rule may let them join."""
    rule.note_rows.filter(joined_by=JoinedBy.RULE, removed_at=None).delete()
    try:
        rule.delete()
        connection.check_constraints()  # rows of stores that the person doesn't see still name it
    except IntegrityError as clash:
        raise NotAllHere(
            _("The rule let notes of other stores join too. Ask somebody who sees all of them.")
        ) from clash
    apply_rules(rule.brand_id)


def apply_rules(brand_id: int) -> None:
    CampaignNote.objects.all().leave_by_rules(brand_id)
    CampaignNote.objects.all().join_by_rules(brand_id)


def _named(store: Store, note_ids: Sequence[str]) -> NoteQuerySet:
    return Note.objects.filter(brand_id=store.brand_id, note_id__in=note_ids)
