"""What the reports of orders share: asked for by the day of change, kept under that of creation.

So a page touches many days, and tells of each order how it stands now. What changes again leaves
its day for a later one: so the present day is asked for too, as far as it has come, or what was
sold yesterday and sent this morning would be missing until tomorrow.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from campaigns.models import Fact, SyncWindow
from campaigns.reports import owners
from campaigns.reports.base import (
    Asked,
    BadRow,
    FetchedPage,
    Kept,
    PageContext,
    Place,
    as_sent,
    merge_facts,
)
from portal.lib import days, numbers
from portal.lib.ledger_tables import ensure_months
from portal.lib.numbers import BadNumber
from portal.lib.scope import Hat, scope
from portal.partners.base import UNSTORABLE
from portal.partners.top_orders import ROWS_PER_PAGE, ChangedPage

logger = logging.getLogger(__name__)

FIRST_SALE = date(2003, 5, 10)  # Taobao opened
ONE_DAY = timedelta(days=1)
NUMBER = re.compile(r"[1-9][0-9]{0,31}")
WORD = re.compile(r"[A-Z][A-Z_]{0,39}")
NO_TIME = "--"

Row = Mapping[str, object]
Parsed = dict[str, Any]  # by the ledger's columns: what their types take
AskForPage = Callable[..., ChangedPage]  # first, last and page, and whether it is `counted`


def page_backwards(ask: AskForPage, asked: Asked) -> FetchedPage:
    """Ask for a day of changes from its last page to its first.

    The latest change stands first. What changes again meanwhile leaves the day, and all that
    changed before it moves up: on pages that were read already, so that nothing slips away. Of
    a day that has lost rows meanwhile nobody can say any more how many ids had to be seen.
    """
    # Both midnights are asked for: the platform's times are of seconds, what it compares is not.
    span = days.starts_at(asked.day), _until(asked)
    total = asked.total
    if total is None:
        page = ask(*span, 1, counted=True)
        total = page.total or 0
    pages = max(1, -(-total // ROWS_PER_PAGE))
    wanted = pages - asked.number + 1
    if asked.total is not None or pages > 1:
        page = ask(*span, wanted, counted=wanted == 1)
    if page.total is not None:  # the newest count
        total = page.total if page.total >= total else None
    cursor = f"{span[1].isoformat()} {asked.number + 1}" if wanted > 1 else ""
    return FetchedPage(page.rows, sha256_of(page.rows), more=wanted > 1, total=total, cursor=cursor)


def _until(asked: Asked) -> datetime:
    """Return where the day ends, or the present day so far: the same for all pages of a pull."""
    if asked.cursor:
        return datetime.fromisoformat(asked.cursor.split(" ")[0])
    return ends_at(asked.day)


def ends_at(day: date) -> datetime:
    return min(days.starts_at(day + ONE_DAY), days.known_now())


def sha256_of(rows: Sequence[Row]) -> str:
    return hashlib.sha256(repr(rows).encode("utf-8", "backslashreplace")).hexdigest()


def keys_of(rows: Sequence[Row], field: str) -> list[str]:
    return [str(row.get(field)).translate(UNSTORABLE)[:24] for row in rows]


def seller_of(row: Row) -> str:
    """Return the seller's name, which Tmall tells with each order."""
    return str(row.get("seller_nick") or "")


def sold_by_others(item: str, window: SyncWindow, rows: Sequence[Row]) -> bool:
    """Whether the `item` of a row is another brand's."""
    numbers = {str(row[item]) for row in rows if row.get(item)}
    return owners.has_others_items(window, numbers)


def make_months(facts: type[Fact], rows: Sequence[Row], field: str) -> None:
    """Make the ledger's months that these rows were created in, however long ago.

    Before the page is kept, in a transaction of its own: a new month locks the ledger. A night
    has made yesterday's.
    """
    today = days.today()
    found = {_month_of(row.get(field)) for row in rows} - {days.yesterday().replace(day=1)}
    wanted = {month for month in found if month and FIRST_SALE <= month <= today + ONE_DAY}
    if wanted:
        with scope(Hat.NIGHT):
            ensure_months(facts.ledger(), wanted)


def sort_out(
    rows: Iterable[Row], context: PageContext, parse: Callable[[Row], Parsed]
) -> tuple[list[Parsed], list[tuple[str, str]]]:
    """Return the rows that can be believed by the ledger's columns, and the others' reasons.

    Each keeps what was `sent`, for whoever refuses it later.
    """
    good, refused = [], []
    last = days.starts_at(days.business_day(context.known_at) + 2 * ONE_DAY)
    for row in rows:
        try:
            parsed = parse(row)
            _refuse_absurd(parsed, last)
            parsed["day"] = days.business_day(parsed.get("ordered_at") or parsed["asked_at"])
        except BadRow as problem:
            refused.append((as_sent(row), str(problem)))
        else:
            good.append(parsed | {"sent": row})
    return good, refused


def keep_newest(
    facts: type[Fact],
    context: PageContext,
    rows: Iterable[Parsed],
    refused: Sequence[tuple[str, str]],
) -> Kept:
    newest = newest_words(facts, rows)
    return Kept(
        merge_facts(facts, context.place, not_outdated(facts, context.place, newest)), refused
    )


def newest_words(facts: type[Fact], rows: Iterable[Parsed]) -> list[Parsed]:
    """Return one row for each fact: what was changed last.

    Two that differ at the same moment are a conflict: one wins, the same one each time.
    """
    newest: dict[tuple[Any, ...], Parsed] = {}
    for row in rows:
        key = tuple(row[name] for name in facts.KEY)
        known = newest.setdefault(key, row)
        if known != row and known["modified_at"] == row["modified_at"]:
            logger.warning("two words of one moment on %s %s", facts.__name__, key)
        newest[key] = max(known, row, key=lambda each: (each["modified_at"], repr(each)))
    return list(newest.values())


def not_outdated(facts: type[Fact], place: Place, rows: Sequence[Parsed]) -> list[Parsed]:
    """Leave out what the ledger has a later word on, in whatever order they came."""
    known = facts._default_manager.filter(
        brand_id=place.brand_id,
        store_id=place.store_id,
        known_to=None,
        day__in={row["day"] for row in rows},
        **{f"{facts.KEY[0]}__in": {row[facts.KEY[0]] for row in rows}},
    )
    since = {tuple(key): at for *key, at in known.values_list(*facts.KEY, "modified_at") if at}
    fresh = []
    for row in rows:
        later = since.get(tuple(row[name] for name in facts.KEY))
        if later is None or row["modified_at"] >= later:
            fresh.append(row)
    return fresh


def order_number(value: object) -> str:
    """Return a number of the platform's, which it sends as a number or as a text."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not NUMBER.fullmatch(text):
        raise BadNumber("is no number of at most 32 digits")
    return text


def item_number(value: object) -> str:
    if len(text := order_number(value)) > 15:
        raise BadNumber("is longer than 15 digits")
    return text


def moment(value: object) -> datetime | None:
    """Read 2025-06-18 23:59:59, which the platform writes in China's time."""
    if numbers.is_blank(value) or value == NO_TIME:
        return None
    try:
        return datetime.strptime(str(value), "%Y-%m-%d %H:%M:%S").replace(tzinfo=days.SHANGHAI)
    except ValueError:
        raise BadNumber("is no moment such as 2025-06-18 09:30:00") from None


def needed_moment(value: object) -> datetime:
    if (at := moment(value)) is None:
        raise BadNumber("is blank")
    return at


def word(value: object) -> str:
    """Return a state in the platform's own words; one that is new is believed."""
    if not isinstance(value, str) or not WORD.fullmatch(value):
        raise BadNumber("is no word in capitals")
    return value


def title(value: object) -> str:
    if not isinstance(value, str):
        raise BadNumber(f"is of type {type(value).__name__}")
    return value.translate(UNSTORABLE)[:120]


def _refuse_absurd(parsed: Parsed, last: datetime) -> None:
    first = days.starts_at(FIRST_SALE)
    for name, value in parsed.items():
        if isinstance(value, datetime) and not first <= value < last:
            raise BadRow(f"{name} is {value:%Y-%m-%d}: before 2003, or still to come.")


def _month_of(written: object) -> date | None:
    try:
        return date.fromisoformat(str(written)[:10]).replace(day=1)
    except ValueError:
        return None
