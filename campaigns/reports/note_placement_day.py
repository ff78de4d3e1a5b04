"""聚光's note report split by placement: one row per note, placement and day of ad clicks."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import NotePlacementDay, Placement, SyncWindow
from campaigns.reports import note_day, owners
from campaigns.reports.ad_days import BACKFILL
from campaigns.reports.base import (
    Asked,
    BadRow,
    FetchedPage,
    PageContext,
    Refused,
    Report,
    as_sent,
    merged,
    one_of_each,
)
from campaigns.reports.note_day import NOTE_ID_LENGTH, owner
from campaigns.reports.note_list import NOTE_LIST
from merchants.connections import call_juguang
from merchants.consent_texts import WITH_AD_LEVELS
from merchants.models import Partner
from portal.partners.base import key_of
from portal.partners.juguang import JuguangClient, Level, Split

HEX_ID = re.compile(r"[0-9a-f]{24}")
CODE = re.compile(r"0|[1-9][0-9]{0,4}", re.ASCII)
LARGEST_CODE = 32_767  # a smallint
KNOWN = frozenset(str(code) for code in Placement.values)
TWICE = "The page has this note and placement twice, with other figures."

Row = Mapping[str, object]


def fetch(client: JuguangClient, asked: Asked) -> FetchedPage:
    page = client.day_report(
        Level.NOTE, asked.account, asked.day, asked.number, split=Split.PLACEMENT
    )
    return FetchedPage(
        page.rows, page.sha256, more=page.more, total=page.total, answered_at=page.answered_at
    )


def keys(rows: Sequence[Row]) -> list[str]:
    return [row_name(key_of(row, "note_id"), key_of(row, "placement")) for row in rows]


def row_name(note_id: str, placement: str) -> str:
    """Return note and placement as one word, as short as an id; of each pair another.

    It is read back nowhere. What is no id, or no code, is named by a hash of both.
    """
    if HEX_ID.fullmatch(note_id) and CODE.fullmatch(placement):
        return f"{urlsafe_b64encode(bytes.fromhex(note_id)).decode()}-{placement}"
    return sha256(f"{note_id}/{placement}".encode()).hexdigest()[:NOTE_ID_LENGTH]


def strangers(window: SyncWindow, rows: Sequence[Row]) -> bool:
    return owners.has_others_notes(window, note_day.keys(rows), listed_by=NOTE_LIST.key)


def read(context: PageContext, rows: Sequence[Row]) -> tuple[list[dict[str, Any]], Refused]:
    """Return the rows that can be believed, by the ledger's columns, and the others."""
    believed, refused = [], []
    for row in rows:
        try:
            believed.append((parse(row, context.window.day), row))
        except BadRow as problem:
            refused.append((as_sent(row), str(problem)))
    good, lost = one_of_each(believed, "row_name")
    refused += [(as_sent(row), TWICE) for row in lost]
    return good, refused


def parse(row: Row, day: date) -> dict[str, Any]:
    """Return the row by the ledger's columns, or raise BadRow."""
    code = str(row.get("placement"))
    if not CODE.fullmatch(code) or int(code) > LARGEST_CODE:
        raise BadRow("The field placement is no code.")
    figures = note_day.parse(row, day)
    return figures | {"placement": int(code), "row_name": row_name(figures["note_id"], code)}


def unknown(row: Row) -> list[tuple[str, str]]:
    """Name a placement that there is no word for: the row is kept with the platform's code."""
    code = str(row.get("placement"))
    return [] if code in KNOWN else [("placement", code)]


NOTE_PLACEMENT_DAY = Report(
    key="juguang.note_placement_day",
    partner=Partner.JUGUANG,
    label=_("Juguang note report by placement"),
    short=pgettext_lazy("report", "By placement"),
    call=call_juguang,
    fetch=fetch,
    keys=keys,
    keep=merged(NotePlacementDay, read),
    backfill=BACKFILL,
    text=WITH_AD_LEVELS,
    on_request=True,
    facts=NotePlacementDay,
    names="row_name",
    guarded=("fee_fen", "gmv_30_fen"),
    owner=owner,
    strangers=strangers,
    fields=note_day.FIELDS | {"placement"},
    unknown=unknown,
)
