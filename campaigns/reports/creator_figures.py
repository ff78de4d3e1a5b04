"""蒲公英's figures of ordered notes, as a daily snapshot tells them: running totals, no day's own.

Of its star block a snapshot knows the day before (T+2): it stands in the row of the snapshot.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import CreatorNoteDay
from campaigns.reports.base import (
    Asked,
    BadRow,
    Column,
    FetchedPage,
    PageContext,
    Refused,
    Report,
    as_sent,
    merged,
    read_columns,
)
from campaigns.reports.creator_orders import check_ids, keys, ordered_pages, strangers
from merchants.connections import call_pugongying
from merchants.consent_texts import WITH_NOTE_FIGURES
from merchants.models import Partner
from portal.lib.money import fen_or_none
from portal.lib.numbers import BadNumber, count, is_blank, percent
from portal.partners.base import UNSTORABLE
from portal.partners.pugongying import OrderedNote, PugongyingClient

SNAPSHOTS = 3  # as many as the platform keeps
WHOLE = 10_000  # hundredths of a per cent
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?: \d{2}:\d{2}:\d{2})?", re.ASCII)


def fetch(client: PugongyingClient, asked: Asked) -> FetchedPage:
    return ordered_pages(client, asked.day, asked.number)


def read(context: PageContext, rows: Sequence[OrderedNote]) -> tuple[list[dict[str, Any]], Refused]:
    """Return the figures that can be believed, by the ledger's columns, and the others."""
    good: dict[tuple[str, str], dict[str, Any]] = {}
    refused = []
    for row in rows:
        try:
            parsed = parse(row, context.window.day)
            if good.setdefault((row.order_id, row.note_id), parsed) != parsed:
                raise BadRow("The page has this order's note twice, with other figures.")
        except BadRow as problem:
            refused.append((as_sent(row.figures), str(problem)))
    return list(good.values()), refused


def parse(row: OrderedNote, day: date) -> dict[str, Any]:
    """Return the row by the ledger's columns, or raise BadRow."""
    check_ids(row)
    return {
        "order_id": row.order_id,
        "note_id": row.note_id,
        "day": day,
        "star_task_id": row.star_task_id,
        "star_task_name": _text(row, "star_task_name")[:80],
        "star_group_id": _text(row, "star_event_group_id")[:32],
        **read_columns(row.figures, FIGURES),
    }


def sampling(value: object) -> int | None:
    """Return 5000 for 50.00, which is 50 %: the share of readers who were matched."""
    told = percent(value)
    if told is None:
        return None
    hundredths = told * 100
    if hundredths % 1 or not 0 < hundredths <= WHOLE:
        raise BadNumber("is no share above 0 and up to 100 %, to the hundredth")
    return int(hundredths)


def _day(value: object) -> date | None:
    if is_blank(value):
        return None
    found = DAY.fullmatch(str(value))
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise BadNumber("is no day such as 2025-06-18") from None


def _text(row: OrderedNote, field: str) -> str:
    value = row.figures.get(field)
    return value.translate(UNSTORABLE) if isinstance(value, str) and not is_blank(value) else ""


FIGURES = (
    Column("impression", "imp_num", count),
    Column("read", "read_num", count),
    Column("interaction", "engage_num", count),
    Column("like", "like_num", count),
    Column("collect", "fav_num", count),
    Column("comment", "cmt_num", count),
    Column("share", "share_num", count),
    # Told of some orders only: what was paid, where the reach came from, and the star block.
    Column("creator_fee_fen", "kol_price", fen_or_none, needed=False),
    Column("service_fee_fen", "total_platform_price", fen_or_none, needed=False),
    Column("impression_origin", "origin_imp_num", count, needed=False),
    Column("impression_promotion", "promotion_imp_num", count, needed=False),
    Column("impression_heat", "heat_imp_num", count, needed=False),
    Column("read_origin", "origin_read_num", count, needed=False),
    Column("read_promotion", "promotion_read_num", count, needed=False),
    Column("read_heat", "heat_read_num", count, needed=False),
    Column("read_uv", "read_uv", count, needed=False),
    Column("interest", "interest_num", count, needed=False),
    Column("star_from", "event_group_start_time", _day, needed=False),
    Column("star_to", "event_group_end_time", _day, needed=False),
    Column("star_total_fen", "star_total_amount", fen_or_none, needed=False),
    Column("star_creator_fen", "star_pgy_total_amount", fen_or_none, needed=False),
    Column("star_ads_fen", "star_ads_total_amount", fen_or_none, needed=False),
    Column("sampling", "star_trans_ratio", sampling, needed=False),
    Column("star_read_uv", "star_read_uv", count, needed=False),
    Column("star_like_uv", "star_like_uv", count, needed=False),
    Column("star_favourite_uv", "star_fav_uv", count, needed=False),
    Column("star_comment_uv", "star_cmt_uv", count, needed=False),
    Column("star_share_uv", "star_share_uv", count, needed=False),
    Column("store_visit_uv", "star_enter_store_uv", count, needed=False),
)


CREATOR_NOTE_DAY = Report(
    key="pugongying.note_day",
    partner=Partner.PUGONGYING,
    label=_("Pugongying note figures"),
    short=pgettext_lazy("report", "Note figures"),
    call=call_pugongying,
    fetch=fetch,
    keys=keys,
    keep=merged(CreatorNoteDay, read),
    repull=SNAPSHOTS,
    backfill=SNAPSHOTS,
    text=WITH_NOTE_FIGURES,
    facts=CreatorNoteDay,
    kept_for=SNAPSHOTS,
    strangers=strangers,
)
