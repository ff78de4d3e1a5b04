"""The nightly merge against bulk_create(update_conflicts): new rows, restated ones, unchanged."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import connection

from benchmarks.ground import cost_of, database, say, say_head
from campaigns.models import NoteDay
from campaigns.reports.ad_figures import FIGURES
from merchants.models import Connection
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.days import SHANGHAI, days_between
from portal.lib.merge import merge
from portal.lib.scope import Hat, scope

NOTES, FIRST, LAST, PAGE = 1000, date(2025, 6, 1), date(2025, 6, 30), 500
MORNING = datetime(2025, 7, 1, 6, 10, tzinfo=SHANGHAI)
RESTATED = 20  # one row in so many
COLUMNS = [column for column, *_ in FIGURES]
Row = list[object]


def pages(*, restated: bool = False) -> Iterator[list[Row]]:
    """Yield the pages of a month of nights, 500 rows each, as a partner sends them."""
    for day in days_between(FIRST, LAST):
        rows = [row_of(n, day, restated=restated) for n in range(NOTES)]
        yield from (rows[start : start + PAGE] for start in range(0, NOTES, PAGE))


def row_of(n: int, day: date, *, restated: bool) -> Row:
    more = 1 if restated and (n + day.day) % RESTATED == 0 else 0
    return [f"{n:024x}", day, *(n * 7 + k + more for k in range(len(COLUMNS)))]


def merge_all(joined: Connection, at: datetime, *, restated: bool = False) -> int:
    fixed = {
        "brand_id": joined.brand_id,
        "connection_id": joined.pk,
        "store_id": joined.store_id,
        "source": "api",
    }
    written = 0
    for page in pages(restated=restated):
        with scope(Hat.NIGHT, brand=joined.brand_id):
            written += merge(NoteDay.ledger(), page, fixed=fixed, known_at=at, page_id=1)
    return written


def upsert_all(joined: Connection, *, restated: bool = False) -> None:
    """The naive way: the same table and indexes, history lost."""
    for page in pages(restated=restated):
        with scope(Hat.NIGHT, brand=joined.brand_id):
            NoteDay.objects.bulk_create(
                [
                    NoteDay(
                        brand_id=joined.brand_id,
                        connection_id=joined.pk,
                        store_id=joined.store_id,
                        note_id=row[0],
                        day=row[1],
                        known_from=MORNING,
                        page_id=1,
                        **dict(zip(COLUMNS, row[2:], strict=True)),
                    )
                    for row in page
                ],
                update_conflicts=True,
                unique_fields=["brand", "connection", "note_id", "day", "known_from"],
                update_fields=COLUMNS,
            )


def main() -> None:
    brand = make_brand()
    ours, naive = make_connection(make_store(brand, 1)), make_connection(make_store(brand, 2))
    with scope(Hat.NIGHT), connection.cursor() as cursor:
        cursor.execute("SELECT ensure_fact_month('campaigns_noteday', %s)", [FIRST])
    later = MORNING + timedelta(days=1)
    rows = NOTES * ((LAST - FIRST).days + 1)
    say_head(f"merge, {rows:,} rows in pages of {PAGE}")
    say(
        "new rows",
        cost_of(lambda: merge_all(ours, MORNING)),
        cost_of(lambda: upsert_all(naive)),
    )
    say(
        f"one row in {RESTATED} restated",
        cost_of(lambda: merge_all(ours, later, restated=True)),
        cost_of(lambda: upsert_all(naive, restated=True)),
    )
    written = merge_all(ours, later + timedelta(days=1), restated=True)
    print(f"repeated without a change: {written} rows written")


if __name__ == "__main__":
    with database():
        main()
