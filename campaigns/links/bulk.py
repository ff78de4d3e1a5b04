"""Links by the sheet: kept, judged row by row before anything is written, attached in one go.

A sheet's row says what is owed, so each step may run twice, and a lost one is found again.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from django.db.models import F
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from campaigns.links.columns import lines_of
from campaigns.links.ground import ground_of
from campaigns.links.items_known import known_items
from campaigns.links.review import put_forward
from campaigns.links.sheet_rows import (
    LAYOUT,
    Known,
    KnownItem,
    item_ids,
    judge,
    note_id_of,
    typed_row,
)
from campaigns.models import Link, LinkSheet, SheetRow, Verdict
from campaigns.models.link import new_code
from merchants.models import Store, User
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope
from portal.lib.sheets import REASONS, BadSheet, read_sheet

MOST = 10_000  # rows of a sheet of links
NAME = 100
CELL = 2048  # no note, target or text is longer
BATCH = 1000

Typed = tuple[int, dict[str, str]]


def keep_sheet(store: Store, path: Path, *, name: str, by: User) -> LinkSheet:
    """Read the file and keep its rows, or raise BadSheet; call outside any transaction."""
    cells = [
        (number, {key: text[:CELL] for key, text in row.items()})
        for number, row in lines_of(read_sheet(path, most=MOST + 1), LAYOUT)
    ]
    if not cells:
        raise BadSheet(str(REASONS["empty"]))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with scope(Hat.WEB, brand=store.brand_id, user=by.pk):
        return LinkSheet.objects.create(
            brand_id=store.brand_id,
            store=store,
            name=plain_name(name),
            sha256=digest,
            language=get_language() or "",
            cells=cells,
            row_count=len(cells),
            uploaded_by=by,
        )


def plain_name(name: str) -> str:
    """Return the file's name as it may be shown: one line, nothing that hides or turns text."""
    plain = unicodedata.normalize("NFC", name)
    visible = "".join(c for c in plain if unicodedata.category(c)[0] != "C")
    return visible.strip()[:NAME] or _("sheet")


def work_on(sheet_id: int) -> None:
    """Do what the sheet owes; an attempt that fails is counted before it is begun."""
    with scope(Hat.NIGHT):
        LinkSheet.objects.owing().filter(pk=sheet_id).update(attempts=F("attempts") + 1)
    check_sheet(sheet_id)
    attach_sheet(sheet_id)
    with scope(Hat.NIGHT):
        LinkSheet.objects.filter(pk=sheet_id).update(attempts=0)


def check_sheet(sheet_id: int) -> None:
    """Judge every row and keep the verdicts; nothing is attached. Safe to run twice."""
    sheet = _loaded(sheet_id)
    if not sheet or sheet.checked_at:
        return
    with override(sheet.language):
        rows = _rows_of(sheet)
        known = _known(sheet, rows, known_items(sheet.store, item_ids(rows)))
        for row in rows:
            judge(row, known)
    for start in range(0, len(rows), BATCH):
        with _scope_of(sheet, sheet.uploaded_by):
            SheetRow.objects.bulk_create(rows[start : start + BATCH], ignore_conflicts=True)
    with _scope_of(sheet, sheet.uploaded_by):
        unchecked = LinkSheet.objects.filter(pk=sheet.pk, checked_at=None)
        unchecked.update(checked_at=known_now(), cells=[])


def attach_sheet(sheet_id: int) -> None:
    """Judge the good rows once more and attach those that still are, all or none.

    Call outside any transaction. Safe to run twice, and two at a time.
    """
    sheet = _loaded(sheet_id)
    if not sheet or not sheet.asked_at or sheet.attached_at or not sheet.asked_by:
        return
    with _scope_of(sheet, sheet.asked_by):
        wanted = item_ids(sheet.rows.ready())
    with override(sheet.language):
        items = known_items(sheet.store, wanted)
    with override(sheet.language), _scope_of(sheet, sheet.asked_by):
        waiting = LinkSheet.objects.select_for_update(of=["self"]).filter(attached_at=None)
        if not waiting.filter(pk=sheet.pk).exists():
            return
        rows = list(sheet.rows.ready().in_order().select_related("note"))
        known = _known_of_notes(sheet, rows, items)
        for row in rows:
            judge(row, known)
        _attach(rows, by=sheet.asked_by)
        SheetRow.objects.bulk_update(rows, ["verdict", "reasons", "link"], batch_size=BATCH)
        LinkSheet.objects.filter(pk=sheet.pk).update(attached_at=known_now())


def purge_sheets(now: datetime) -> int:
    """Forget sheets after thirty days; the links stay. Within the night's scope."""
    old = list(LinkSheet.objects.expired(now).values_list("pk", flat=True))
    SheetRow.objects.filter(sheet__in=old).delete()
    LinkSheet.objects.filter(pk__in=old).delete()
    return len(old)


def _loaded(sheet_id: int) -> LinkSheet | None:
    with scope(Hat.NIGHT):
        sheets = LinkSheet.objects.select_related("store", "uploaded_by", "asked_by")
        return sheets.filter(pk=sheet_id).first()


def _scope_of(sheet: LinkSheet, user: User | None) -> AbstractContextManager[None]:
    return scope(Hat.WEB, brand=sheet.brand_id, user=user.pk if user else None)


def _rows_of(sheet: LinkSheet) -> list[SheetRow]:
    """Return the sheet's rows, unsaved, each with the note that it names, if the store has it."""
    typed: list[Typed] = sheet.cells
    rows = [typed_row(number, cells) for number, cells in typed]
    named = [note_id_of(cells, row) for (_number, cells), row in zip(typed, rows, strict=True)]
    with _scope_of(sheet, sheet.uploaded_by):
        found = sheet.store.notes.filter(note_id__in=set(named)).order_by("-pk")
        notes = {note.note_id: note for note in found}  # of two the one that was seen first
    for row, name in zip(rows, named, strict=True):
        row.brand_id, row.store_id, row.sheet = sheet.brand_id, sheet.store_id, sheet
        row.note = notes.get(name)
        if name and not row.note:
            row.reasons.insert(0, _no_such_note(sheet.store))
    return rows


def _no_such_note(store: Store) -> str:
    return _(
        "%(store)s has no such note. Only notes that Juguang lists for the store can carry a link."
    ) % {"store": store.title}


def _known(sheet: LinkSheet, rows: Sequence[SheetRow], items: dict[str, KnownItem]) -> Known:
    with _scope_of(sheet, sheet.uploaded_by):
        return _known_of_notes(sheet, rows, items)


def _known_of_notes(
    sheet: LinkSheet, rows: Sequence[SheetRow], items: dict[str, KnownItem]
) -> Known:
    """Read what the rows are judged by; within a scope of the sheet's brand."""
    notes = [row.note_id for row in rows if row.note_id]
    links = Link.objects.not_ended().filter(brand_id=sheet.brand_id, note__in=notes)
    store = Store.objects.get(pk=sheet.store_id)
    return Known(ground_of(store), {link.note_id: link for link in links}, items)


def _attach(rows: Sequence[SheetRow], *, by: User) -> None:
    """Attach the rows that are good; one that somebody else was faster with is told so.

    In the order of their notes, so that two sheets with the same notes wait for each other once.
    """
    ready = [row for row in rows if row.verdict == Verdict.READY]
    good = {new_code(): row for row in sorted(ready, key=lambda row: row.note_id or 0)}
    Link.objects.bulk_create(
        [_link(code, row, by=by) for code, row in good.items()],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    made = {link.code: link for link in Link.objects.filter(code__in=good)}
    for code, row in good.items():
        row.link = made.get(code)
        row.verdict = Verdict.ATTACHED if row.link else Verdict.REFUSED
        if not row.link:
            row.reasons = [_("Someone else just attached a link to this note.")]
    put_forward(list(made.values()), by=by)


def _link(code: str, row: SheetRow, *, by: User) -> Link:
    return Link(
        brand_id=row.brand_id,
        store_id=row.store_id,
        note=row.note,
        code=code,
        target=row.destination.kind,
        item_id=row.item_id,
        item_title=row.item_title,
        shop=row.shop,
        text=row.text,
        position=row.position,
        buying_mode=row.buying_mode,
        shares_health=row.shares_health,
        marked_as_ad_by=by,
        marked_as_ad_at=known_now(),
        created_by=by,
    )
