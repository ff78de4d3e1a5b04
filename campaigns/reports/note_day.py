"""聚光's offline note report: one row per note and day of ad clicks, figures as strings."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from campaigns.reports.base import BadRow, FetchedPage, Kept, PageContext, Report, as_sent
from merchants.connections import call_juguang
from merchants.models import Partner
from portal.lib import money, numbers
from portal.lib.merge import Ledger, merge
from portal.partners.base import UNSTORABLE
from portal.partners.juguang import JuguangClient

NOTE_ID_LENGTH = 24
HEX = frozenset("0123456789abcdef")

# our column, the partner's field, how its string is read
FIGURES: tuple[tuple[str, str, Callable[[object], int | None]], ...] = (
    ("fee_fen", "fee", money.fen_or_none),
    ("impression", "impression", numbers.count),
    ("click", "click", numbers.count),
    ("like", "like", numbers.count),
    ("comment", "comment", numbers.count),
    ("collect", "collect", numbers.count),
    ("share", "share", numbers.count),
    ("follow", "follow", numbers.count),
    ("interaction", "interaction", numbers.count),
    ("jump_click", "external_goods_visit_7", numbers.count),
    ("order_7", "external_goods_order_7", numbers.count),
    ("order_15", "external_goods_order_15", numbers.count),
    ("order_30", "external_goods_order_30", numbers.count),
    ("gmv_7_fen", "external_rgmv_7", money.fen_or_none),
    ("gmv_15_fen", "external_rgmv_15", money.fen_or_none),
    ("gmv_30_fen", "external_rgmv_30", money.fen_or_none),
)
LEDGER = Ledger(
    table="campaigns_noteday",
    owner=("brand_id", "connection_id"),
    also=("store_id",),
    key=(("note_id", "text"), ("day", "date")),
    values=tuple((column, "bigint") for column, _field, _read in FIGURES),
    span="day",
)

Row = Mapping[str, object]


def fetch(client: JuguangClient, account: str, day: date, number: int) -> FetchedPage:
    page = client.note_report(account, day, number)
    return FetchedPage(page.rows, page.sha256, more=page.more, total=page.total)


def keys(rows: Sequence[Row]) -> list[str]:
    return [str(row["note_id"]).translate(UNSTORABLE)[:NOTE_ID_LENGTH] for row in rows]


def keep(context: PageContext, rows: Sequence[Row]) -> Kept:
    """Merge the rows that can be believed into the ledger and name the others."""
    window = context.window
    good: dict[str, list[object]] = {}
    refused = []
    for row in rows:
        try:
            parsed = parse(row, window.day)
            if good.setdefault(str(parsed[0]), parsed) != parsed:
                raise BadRow("The page has this note twice, with other figures.")
        except BadRow as problem:
            refused.append((as_sent(row), str(problem)))
    changed = merge(
        LEDGER,
        good.values(),
        fixed={
            "brand_id": window.brand_id,
            "connection_id": window.connection_id,
            "store_id": window.store_id,
        },
        known_at=context.known_at,
        page_id=context.page_id,
    )
    return Kept(changed, refused)


def parse(row: Row, day: date) -> list[object]:
    """Return note id, day and the figures in the ledger's order, or raise BadRow."""
    note_id = str(row.get("note_id"))
    if len(note_id) != NOTE_ID_LENGTH or not HEX.issuperset(note_id):
        raise BadRow("The note id is not 24 hexadecimal digits.")
    if row.get("time") != day.isoformat():
        raise BadRow(f"The row is of another day than {day}.")
    return [note_id, day, *(_figure(row, field, read) for _column, field, read in FIGURES)]


def _figure(row: Row, field: str, read: Callable[[object], int | None]) -> int | None:
    if field not in row:
        raise BadRow(f"The field {field} is missing.")
    try:
        return read(row[field])
    except numbers.BadNumber as problem:
        raise BadRow(f"{field} {problem.reason}.") from None


NOTE_DAY = Report(
    key="juguang.note_day",
    partner=Partner.JUGUANG,
    label=_("Juguang note report"),
    call=call_juguang,
    fetch=fetch,
    keys=keys,
    keep=keep,
)
