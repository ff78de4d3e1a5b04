"""聚光's offline note report: one row per note and day of ad clicks, figures as strings."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.models import NoteDay
from campaigns.reports.ad_figures import FIGURES, FURTHER_FIGURES
from campaigns.reports.base import (
    Asked,
    BadRow,
    FetchedPage,
    Kept,
    PageContext,
    Report,
    as_sent,
    merge_facts,
    read_columns,
)
from merchants.connections import call_juguang
from merchants.consent_records import agreed_since
from merchants.consent_texts import WITH_AD_LEVELS
from merchants.models import Partner
from portal.partners.base import UNSTORABLE
from portal.partners.juguang import JuguangClient, Level

NOTE_ID_LENGTH = 24
HEX = frozenset("0123456789abcdef")
FURTHER = {column.field for column in FURTHER_FIGURES}

Row = Mapping[str, object]


def fetch(client: JuguangClient, asked: Asked) -> FetchedPage:
    page = client.day_report(Level.NOTE, asked.account, asked.day, asked.number)
    return FetchedPage(page.rows, page.sha256, more=page.more, total=page.total)


def keys(rows: Sequence[Row]) -> list[str]:
    return [str(row["note_id"]).translate(UNSTORABLE)[:NOTE_ID_LENGTH] for row in rows]


def keep(context: PageContext, rows: Sequence[Row]) -> Kept:
    """Merge the rows that can be believed into the ledger and name the others.

    Of an older consent's account the further figures are left out, as if they were not told.
    """
    good: dict[str, dict[str, Any]] = {}
    refused = []
    left_out = set() if agreed_since(context.window.connection, WITH_AD_LEVELS) else FURTHER
    for row in rows:
        try:
            told = {name: value for name, value in row.items() if name not in left_out}
            parsed = parse(told, context.window.day)
            if good.setdefault(parsed["note_id"], parsed) != parsed:
                raise BadRow("The page has this note twice, with other figures.")
        except BadRow as problem:
            refused.append((as_sent(row), str(problem)))
    return Kept(merge_facts(NoteDay, context.place, good.values()), refused)


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
    call=call_juguang,
    fetch=fetch,
    keys=keys,
    keep=keep,
    facts=NoteDay,
)
