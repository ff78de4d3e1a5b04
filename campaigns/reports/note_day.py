"""聚光's offline note report: one row per note and day of ad clicks, figures as strings."""

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import NoteDay, SyncWindow
from campaigns.reports import owners
from campaigns.reports.ad_figures import FIGURES, FURTHER_FIGURES, RATIOS
from campaigns.reports.base import (
    Asked,
    BadRow,
    FetchedPage,
    PageContext,
    Raw,
    Refused,
    Report,
    as_sent,
    merged,
    one_of_each,
    read_columns,
)
from campaigns.reports.note_list import NOTE_LIST
from merchants.connections import call_juguang
from merchants.consent_records import agreed_since
from merchants.consent_texts import WITH_AD_LEVELS
from merchants.models import Partner
from portal.partners.base import key_of
from portal.partners.juguang import JuguangClient, Level, report_rows

NOTE_ID_LENGTH = 24
HEX = frozenset("0123456789abcdef")
FURTHER = frozenset(column.field for column in FURTHER_FIGURES)
FIELDS = frozenset({"note_id", "time", "advertiser_id", *RATIOS}) | {
    column.field for column in FIGURES
}

Row = Mapping[str, object]


def fetch(client: JuguangClient, asked: Asked) -> FetchedPage:
    page = client.day_report(Level.NOTE, asked.account, asked.day, asked.number)
    return FetchedPage(
        page.rows,
        page.sha256,
        more=page.more,
        total=page.total,
        answered_at=page.answered_at,
        body=page.body,
    )


def keys(rows: Sequence[Row]) -> list[str]:
    return [key_of(row, "note_id")[:NOTE_ID_LENGTH] for row in rows]


def owner(row: Row) -> str:
    """Return the advertiser, which the platform tells of some accounts only."""
    return str(row.get("advertiser_id") or "")


def strangers(window: SyncWindow, rows: Sequence[Row]) -> bool:
    return owners.has_others_notes(window, keys(rows), listed_by=NOTE_LIST.key)


def read(context: PageContext, rows: Sequence[Row]) -> tuple[list[dict[str, Any]], Refused]:
    """Return the rows that can be believed, by the ledger's columns, and the others.

    Of an older consent's account the further figures are left out, as if they were not told.
    """
    return read_rows(rows, context.window.day, left_out=_not_agreed(context.window, rows))


def read_rows(
    rows: Sequence[Row], day: date, *, left_out: Set[str] = frozenset()
) -> tuple[list[dict[str, Any]], Refused]:
    """Return the same, whatever was agreed to, without the fields that are `left_out`."""
    believed, refused = [], []
    for row in rows:
        try:
            believed.append((parse(_without(left_out, row), day), row))
        except BadRow as problem:
            refused.append((as_sent(row), str(problem)))
    good, lost = one_of_each(believed, "note_id")
    refused += [(as_sent(row), "The page has this note twice, with other figures.") for row in lost]
    return good, refused


def may_be_kept(window: SyncWindow, rows: Sequence[Row]) -> bool:
    return not _not_agreed(window, rows)


def _not_agreed(window: SyncWindow, rows: Sequence[Row]) -> Set[str]:
    if all(FURTHER.isdisjoint(row) for row in rows):
        return frozenset()
    return frozenset() if agreed_since(window.connection, WITH_AD_LEVELS) else FURTHER


def _without(names: Set[str], row: Row) -> Row:
    if names.isdisjoint(row):
        return row
    return {name: value for name, value in row.items() if name not in names}


def parse(row: Row, day: date) -> dict[str, Any]:
    """Return the row by the ledger's columns, or raise BadRow."""
    note_id = str(row.get("note_id"))
    if len(note_id) != NOTE_ID_LENGTH or not HEX.issuperset(note_id):
        raise BadRow("The note id is not 24 hexadecimal digits.")
    if row.get("time") != day.isoformat():
        raise BadRow(f"The row is of another day than {day}.")
    return {"note_id": note_id, "day": day, **read_columns(row, FIGURES)}


NOTE_DAY = Report(
    key="juguang.note_day",
    partner=Partner.JUGUANG,
    label=_("Juguang note report"),
    short=pgettext_lazy("report", "Note level"),
    call=call_juguang,
    fetch=fetch,
    keys=keys,
    keep=merged(NoteDay, read),
    facts=NoteDay,
    names="note_id",
    guarded=("fee_fen", "gmv_30_fen"),
    owner=owner,
    strangers=strangers,
    fields=FIELDS,
    raw=Raw(rows=report_rows, read=read_rows, may_be_kept=may_be_kept),
)
