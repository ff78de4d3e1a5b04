"""聚光's offline reports of an account, its campaigns, units and creatives: a row each a day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import AdDay, SyncWindow
from campaigns.reports import owners
from campaigns.reports.ad_figures import FIGURES
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
    read_columns,
)
from campaigns.reports.note_day import HEX, NOTE_ID_LENGTH, owner
from merchants.connections import call_juguang
from merchants.consent_texts import WITH_AD_LEVELS
from merchants.models import Partner
from portal.lib.numbers import is_blank
from portal.partners.base import IDENTITY, UNSTORABLE, key_of
from portal.partners.juguang import JuguangClient, Level

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

BACKFILL = 34  # days: as far as they are asked for again; of a day long closed nothing is owed
LONGEST_ID, LONGEST_NAME = 32, 80

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Above:
    """Which fields of a level's rows name what stands over them; empty where nothing does."""

    campaign: str = ""
    unit: str = ""


ABOVE = {
    Level.ACCOUNT: Above(),
    Level.CAMPAIGN: Above("campaign_id"),
    Level.UNIT: Above("campaign_id", "unit_id"),
    Level.CREATIVITY: Above("campaign_id", "unit_id"),
}


LISTED_AS = {
    Level.CAMPAIGN: "ad_campaign_id",
    Level.UNIT: "ad_unit_id",
    Level.CREATIVITY: "creativity_id",
}


def fetch(level: Level, client: JuguangClient, asked: Asked) -> FetchedPage:
    page = client.day_report(level, asked.account, asked.day, asked.number)
    return FetchedPage(
        page.rows, page.sha256, more=page.more, total=page.total, answered_at=page.answered_at
    )


def keys(level: Level, rows: Sequence[Row]) -> list[str]:
    return [key_of(row, level.id_field)[:NOTE_ID_LENGTH] for row in rows]


def strangers(level: Level, window: SyncWindow, rows: Sequence[Row]) -> bool:
    return owners.has_others_ads(window, keys(level, rows), field=LISTED_AS[level])


def read(
    level: Level, context: PageContext, rows: Sequence[Row]
) -> tuple[list[dict[str, Any]], Refused]:
    """Return the rows that can be believed, by the ledger's columns, and the others."""
    day = context.window.day
    believed, refused = [], []
    for row in rows:
        try:
            believed.append((parse(level, row, day), row))
        except BadRow as problem:
            refused.append((as_sent(row), str(problem)))
    good, lost = one_of_each(believed, "object_id")
    refused += [(as_sent(row), "The page has this id twice, with other figures.") for row in lost]
    return good, refused


def parse(level: Level, row: Row, day: date) -> dict[str, Any]:
    """Return the row by the ledger's columns, or raise BadRow."""
    if row.get("time") != day.isoformat():
        raise BadRow(f"The row is of another day than {day}.")
    above = ABOVE[level]
    return {
        "level": level.value,
        "object_id": _identity(row, level.id_field),
        "day": day,
        "name": _name(row, level),
        "ad_campaign_id": _identity(row, above.campaign) if above.campaign else "",
        "ad_unit_id": _identity(row, above.unit) if above.unit else "",
        "note_id": _note_id(row) if level is Level.CREATIVITY else "",
        **read_columns(row, FIGURES),
    }


def _identity(row: Row, field: str) -> str:
    value = row.get(field)
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not IDENTITY.fullmatch(text) or len(text) > LONGEST_ID:
        raise BadRow(f"The field {field} is no id.")
    return text


def _name(row: Row, level: Level) -> str:
    name = row.get(level.name_field)
    return name.translate(UNSTORABLE)[:LONGEST_NAME] if isinstance(name, str) else ""


def _note_id(row: Row) -> str:
    """Return the note that a creative promotes; the brand zone's and a splash's promote none."""
    note_id = row.get("note_id")
    if is_blank(note_id):
        return ""
    if len(str(note_id)) != NOTE_ID_LENGTH or not HEX.issuperset(str(note_id)):
        raise BadRow("The note id is not 24 hexadecimal digits.")
    return str(note_id)


def _declared(level: Level, label: "StrPromise", short: "StrPromise") -> Report:
    fetch_level: Callable[[JuguangClient, Asked], FetchedPage] = partial(fetch, level)
    return Report(
        key=f"juguang.{level.value}_day",
        partner=Partner.JUGUANG,
        label=label,
        short=short,
        call=call_juguang,
        fetch=fetch_level,
        keys=partial(keys, level),
        keep=merged(AdDay, partial(read, level)),
        backfill=BACKFILL,
        text=WITH_AD_LEVELS,
        facts=AdDay,
        owner=owner,
        strangers=partial(strangers, level) if level in LISTED_AS else None,
    )


ACCOUNT_DAY = _declared(
    Level.ACCOUNT, _("Juguang account report"), pgettext_lazy("report", "Account level")
)
CAMPAIGN_DAY = _declared(
    Level.CAMPAIGN, _("Juguang campaign report"), pgettext_lazy("report", "Campaign level")
)
UNIT_DAY = _declared(Level.UNIT, _("Juguang unit report"), pgettext_lazy("report", "Unit"))
CREATIVITY_DAY = _declared(
    Level.CREATIVITY, _("Juguang creative report"), pgettext_lazy("report", "Creative")
)
AD_DAYS = (ACCOUNT_DAY, CAMPAIGN_DAY, UNIT_DAY, CREATIVITY_DAY)
