"""蒲公英's ordered notes: which order each was written for, and the star task that it names."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import (
    CampaignNote,
    CreatorOrder,
    Note,
    NoteFound,
    OrderKind,
    SyncWindow,
)
from campaigns.reports import owners
from campaigns.reports.base import (
    Asked,
    BadRow,
    FetchedPage,
    Kept,
    PageContext,
    Report,
    as_sent,
    one_by_one,
)
from merchants.connections import call_pugongying
from merchants.consent_texts import WITH_CREATOR_ORDERS
from merchants.models import Partner
from portal.lib import days, money
from portal.partners.pugongying import LONGEST_SPAN, OrderedNote, PugongyingClient

SPANS = 3  # of 30 days: how far back orders are asked for, each night anew
NOTE_ID = re.compile(r"[0-9a-f]{24}")
ORDER_ID = re.compile(r"[0-9A-Za-z_-]{1,32}")
TASK_ID = re.compile(r"[0-9A-Za-z_-]{4,32}")
KINDS = {"定制": OrderKind.CUSTOM, "招募": OrderKind.RECRUIT}
RENEWED = ["kind", "kind_word", "creator", "fee_fen", "task_id", "ordered_at", "known_at"]


def fetch(client: PugongyingClient, asked: Asked) -> FetchedPage:
    """Ask for the page of this number of every span: together they name each order once.

    Whatever night a window is of, the newest snapshot is asked for: the older ones are kept
    for three days only, and say less.
    """
    return ordered_pages(client, days.yesterday(), asked.number)


def ordered_pages(client: PugongyingClient, snapshot: date, number: int) -> FetchedPage:
    """Return what the snapshot tells of all orders in its reach, its spans' pages as one."""
    pages = [
        client.ordered_notes(last - LONGEST_SPAN + timedelta(days=1), last, snapshot, number)
        for last in (snapshot - LONGEST_SPAN * n for n in range(SPANS))
    ]
    return FetchedPage(
        [row for page in pages for row in page.rows],
        sha256=hashlib.sha256("".join(page.sha256 for page in pages).encode()).hexdigest(),
        more=any(page.more for page in pages),
        total=sum(page.total for page in pages),
    )


def keys(rows: Sequence[OrderedNote]) -> list[str]:
    """Return what tells the rows apart, as short as a note's id, for which there is room."""
    pairs = [f"{row.order_id} {row.note_id}" for row in rows]
    return [hashlib.sha256(pair.encode()).hexdigest()[:24] for pair in pairs]


def strangers(window: SyncWindow, rows: Sequence[OrderedNote]) -> bool:
    return owners.has_others_orders(window, {row.order_id for row in rows})


def keep(context: PageContext, rows: Sequence[OrderedNote]) -> Kept:
    """Write each order once and bind its note; what a later answer says of it is the newer word."""
    window = context.window
    good: dict[tuple[str, str], CreatorOrder] = {}
    told: dict[str, OrderedNote] = {}
    refused = []
    for row in rows:
        try:
            good[row.order_id, row.note_id] = _order(context, row)
            told[row.note_id] = row
        except BadRow as problem:
            refused.append((as_sent(row), str(problem)))
    notes = _notes(window, told)
    for (_order_id, note_id), order in good.items():
        order.note = notes[note_id]
    written = CreatorOrder.objects.bulk_create(
        good.values(),
        update_conflicts=True,
        unique_fields=["brand", "connection", "order_id", "note"],
        update_fields=RENEWED,
    )
    CreatorOrder.objects.bind_star_tasks(window.brand_id)
    CampaignNote.objects.join_by_rules(window.brand_id)
    return Kept(len(written), refused)


def _notes(window: SyncWindow, told: Mapping[str, OrderedNote]) -> dict[str, Note]:
    """Return the store's note of each id; where it has none, the order makes it known.

    Juguang's own row comes first. One that only a person named learns what the order says.
    """
    mine = Note.objects.filter(brand_id=window.brand_id, store_id=window.store_id)
    known = mine.filter(note_id__in=told)
    listed = {note.note_id: note for note in known.exclude(connection=None)}
    said = [
        Note(
            brand_id=window.brand_id,
            store_id=window.store_id,
            found_by=NoteFound.ORDER,
            note_id=row.note_id,
            title=row.title[:200],
            creator=row.creator[:80],
            published_at=_moment(row.published_on),
        )
        for row in told.values()
        if row.note_id not in listed
    ]
    named = {note.note_id: note for note in known.unconfirmed()}
    Note.objects.bulk_create([note for note in said if note.note_id not in named])
    for note in said:
        if row := named.get(note.note_id):
            row.found_by, row.title = note.found_by, note.title
            row.creator, row.published_at = note.creator, note.published_at
    learnt = [row for note_id, row in named.items() if note_id not in listed]
    Note.objects.bulk_update(learnt, ["found_by", "title", "creator", "published_at"])
    return {note.note_id: note for note in said} | named | listed


def check_ids(row: OrderedNote) -> None:
    """Raise BadRow unless note, order and star task can be told by their ids."""
    if not NOTE_ID.fullmatch(row.note_id):
        raise BadRow("The note id is not 24 hexadecimal digits.")
    if not ORDER_ID.fullmatch(row.order_id):
        raise BadRow("The order's number is longer than 32 digits and letters.")
    if row.star_task_id and not TASK_ID.fullmatch(row.star_task_id):
        raise BadRow("The star task's id is not 4 to 32 digits and letters.")


def _order(context: PageContext, row: OrderedNote) -> CreatorOrder:
    window = context.window
    check_ids(row)
    _moment(row.published_on)
    return CreatorOrder(
        brand_id=window.brand_id,
        store_id=window.store_id,
        connection_id=window.connection_id,
        order_id=row.order_id,
        kind=_kind(row.kind),
        kind_word=row.kind[:20],
        creator=row.creator[:80],
        fee_fen=_fee(row.price),
        task_id=row.star_task_id,
        ordered_at=_moment(row.ordered_on),
        known_at=context.known_at,
    )


def _kind(word: str) -> OrderKind:
    return next((kind for part, kind in KINDS.items() if part in word), OrderKind.OTHER)


def _fee(price: object) -> int | None:
    try:
        return money.fen_or_none(price)
    except money.BadMoney as problem:
        raise BadRow(f"price {problem.reason}.") from None


def _moment(text: str) -> datetime:
    """Read 2025-06-18 09:30:00, which the partner writes in China's time."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=days.SHANGHAI)
    except ValueError:
        raise BadRow(f"{text[:30]!r} is no moment such as 2025-06-18 09:30:00.") from None


CREATOR_ORDERS = Report(
    key="pugongying.notes",
    partner=Partner.PUGONGYING,
    label=_("Pugongying orders"),
    short=pgettext_lazy("report", "Creator orders"),
    call=call_pugongying,
    fetch=fetch,
    keys=keys,
    keep=one_by_one(keep),
    repull=1,
    backfill=1,
    text=WITH_CREATOR_ORDERS,
    strangers=strangers,
)
