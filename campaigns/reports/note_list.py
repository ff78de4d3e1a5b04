"""聚光's list of the notes that an advertiser may promote: who wrote what, and its state."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import CampaignNote, Note, NoteKind, NoteSource, SyncWindow
from campaigns.reports.base import (
    Asked,
    FetchedPage,
    Kept,
    PageContext,
    Report,
    as_sent,
    one_by_one,
)
from merchants.connections import call_juguang
from merchants.models import Partner
from portal.lib import days
from portal.partners.juguang import JuguangClient, NoteCard

NOTE_ID = re.compile(r"[0-9a-f]{24}")
LARGEST_CODE = 2**15 - 1
OLDEST = datetime(2013, 6, 1, tzinfo=days.SHANGHAI)  # when Xiaohongshu was founded
KINDS = {"image": NoteKind.IMAGE, "video": NoteKind.VIDEO, "other": NoteKind.OTHER}
RENEWED = [
    *("title", "creator", "source", "kind", "cover_url", "status", "published_at"),
    "found_by",
]


def fetch(client: JuguangClient, asked: Asked) -> FetchedPage:
    page = client.notes(asked.account, asked.number)
    digest = hashlib.sha256(repr(page.notes).encode()).hexdigest()
    return FetchedPage(
        page.notes, digest, more=page.more, answered_at=page.answered_at, unread=page.unread
    )


def keys(cards: Sequence[NoteCard]) -> list[str]:
    return [card.note_id[:24] for card in cards]


def keep(context: PageContext, cards: Sequence[NoteCard]) -> Kept:
    """Write each note once; a later list renews what it says of it."""
    window = context.window
    refused = [(as_sent(card), reason) for card in cards if (reason := _why_not(card))]
    good = {card.note_id: card for card in cards if not _why_not(card)}
    notes = [_note(window, card) for card in good.values()]
    _confirm(window, notes)
    written = Note.objects.bulk_create(
        notes,
        update_conflicts=True,
        unique_fields=["brand", "connection", "note_id"],
        update_fields=RENEWED,
    )
    CampaignNote.objects.join_by_rules(window.brand_id)
    return Kept(len(written), refused)


def _note(window: SyncWindow, card: NoteCard) -> Note:
    return Note(
        brand_id=window.brand_id,
        store_id=window.store_id,
        connection_id=window.connection_id,
        note_id=card.note_id,
        title=card.title[:200],
        creator=card.author[:80],
        source=card.source,
        kind=KINDS[card.content_type],
        cover_url=card.image[:500],
        status=card.status,
        published_at=card.created_at,
    )


def _confirm(window: SyncWindow, notes: Sequence[Note]) -> None:
    """Make the notes that a person named before this account listed them the account's own.

    Where the account's row is there already, the person's stays beside it.
    """
    told = {note.note_id: note for note in notes}
    listed = Note.objects.filter(connection_id=window.connection_id, note_id__in=told)
    named = Note.objects.unconfirmed().filter(
        brand_id=window.brand_id, store_id=window.store_id, note_id__in=told
    )
    confirmed = list(named.exclude(note_id__in=listed.values("note_id")))
    for row in confirmed:
        for field in [*RENEWED, "connection_id"]:
            setattr(row, field, getattr(told[row.note_id], field))
    Note.objects.bulk_update(confirmed, [*RENEWED, "connection"])


def _why_not(card: NoteCard) -> str:
    """Return why the note can't be kept; nothing when it can."""
    if not NOTE_ID.fullmatch(card.note_id):
        return "The note id is not 24 hexadecimal digits."
    if max(card.source, card.status) > LARGEST_CODE:
        return f"The note's source {card.source} or status {card.status} is out of range."
    if not OLDEST <= card.created_at <= days.known_now() + timedelta(days=1):
        return f"The note cannot have been written on {card.created_at:%F}."
    return ""


def unknown(card: NoteCard) -> list[tuple[str, str]]:
    """Name what there is no word for: the note is kept with the platform's own number."""
    found = []
    if card.source not in NoteSource.values:
        found.append(("note_type", str(card.source)))
    if card.content_type == "other":
        found.append(("note_content_type", card.content_type))
    return found


NOTE_LIST = Report(
    key="juguang.note_list",
    partner=Partner.JUGUANG,
    label=_("Juguang notes"),
    short=pgettext_lazy("report", "List of notes"),
    call=call_juguang,
    fetch=fetch,
    keys=keys,
    keep=one_by_one(keep),
    unknown=unknown,
    repull=1,
    backfill=1,
)
