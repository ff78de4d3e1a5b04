"""A year of the note report for as many brands as asked for, the first far larger than the others.

Runs in the portal that is measured, by its `manage.py shell`: rows are made where they lie.
"""

from datetime import date, timedelta

from django.db import connections

from campaigns.models import AdDay, NoteDay, NoteKind, NoteSource
from campaigns.results import months
from merchants.models import Role
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_membership,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope

NOTES = """
INSERT INTO campaigns_note (brand_id, store_id, connection_id, found_by, note_id, title, creator,
    source, kind, cover_url, published_at, first_seen_at)
SELECT brand_id, store_id, id, 'juguang', '68' || lpad(to_hex(id * 10000 + n), 22, '0'),
    '山茶花精华油 ' || n, '达人 ' || n %% 300, {source}, {kind}, '', now(), now()
FROM merchants_connection, generate_series(1, CASE WHEN id = %s THEN %s ELSE %s END) n
"""
# One row of 20 has not returned its orders, and one day of 20 was restated after a week.
FACTS = """
INSERT INTO campaigns_noteday (brand_id, store_id, connection_id, note_id, day, known_from,
    known_to, page_id, fee_fen, impression, click, "like", comment, collect, share, follow,
    interaction, jump_click, order_7, order_15, order_30, gmv_7_fen, gmv_15_fen, gmv_30_fen,
    i_user, ti_user, in_site_goods_visit, in_site_seller_visit, in_site_add_to_cart,
    in_site_order, in_site_gmv_fen)
SELECT brand_id, store_id, connection_id, note_id, day::date,
    day + interval '1 day' + CASE WHEN version = 2 THEN interval '7 days' ELSE interval '0' END,
    CASE WHEN version = 1 AND restated THEN day + interval '8 days' END,
    1, 5000 + k %% 9000, 4000 + k %% 7000, 200 + k %% 400, k %% 90, k %% 9, k %% 40, k %% 7, k %% 5,
    20 + k %% 80, 10 + k %% 60, o * (k %% 4), o * (k %% 5), o * (k %% 6),
    o * (k %% 4) * 7900, o * (k %% 5) * 7900, o * (k %% 6) * 7900, k %% 200, k %% 50,
    k %% 30, k %% 30, k %% 9, k %% 4, k %% 4 * 9900
FROM (
    SELECT note.*, day, (note.id * 31 + extract(doy FROM day)::int * 17) AS k,
        CASE WHEN (note.id + extract(doy FROM day)::int) %% 20 > 0 THEN 1 END AS o,
        extract(doy FROM day)::int %% 20 = 0 AS restated
    FROM campaigns_note note, generate_series(%s::date, %s::date, interval '1 day') day
) AS told, generate_series(1, CASE WHEN restated THEN 2 ELSE 1 END) version
"""
ACCOUNTS = """
INSERT INTO campaigns_adday (brand_id, store_id, connection_id, level, object_id, day, known_from,
    page_id, name, ad_campaign_id, ad_unit_id, note_id, fee_fen)
SELECT brand_id, store_id, connection_id, 'account', connection_id::text, day, max(known_from), 1,
    '', '', '', '', sum(fee_fen) + 70000
FROM campaigns_noteday WHERE known_to IS NULL GROUP BY 1, 2, 3, day
"""
WINDOWS = """
INSERT INTO campaigns_syncwindow (brand_id, store_id, connection_id, report, day, status, owed_on,
    pull, attempts, retries, doubts, fence, lease_owner, not_before, next_page, cursor, closed_on,
    closed_at, error, named, is_released)
SELECT brand_id, store_id, id, report, day::date, 'closed', day + interval '1 day', 1, 0, 0, 0, 1,
    '', now(), 2, '.', day + interval '1 day', now(), '', '', false
FROM merchants_connection, generate_series(%s::date, %s::date, interval '1 day') day,
    (VALUES ('juguang.note_day'), ('juguang.account_day')) AS reports (report)
"""


def fill(brands: int, largest: int, others: int, span: int, people: int) -> int:
    """Return how many rows of the note report there are: `largest` notes of the first brand."""
    last = days.yesterday()
    first = last - timedelta(days=span - 1)
    joined = [_joined(number, people) for number in range(1, brands + 1)]
    with scope(Hat.NIGHT):
        for facts in (NoteDay, AdDay):
            ensure_months(facts.ledger(), days.days_between(first, last))
    with connections["owner"].cursor() as cursor:
        notes = NOTES.format(source=NoteSource.COOPERATION.value, kind=NoteKind.IMAGE.value)
        cursor.execute(notes, [joined[0], largest, others])
        for month in _months(first, last):
            cursor.execute(FACTS, month)
        cursor.execute(ACCOUNTS)
        cursor.execute(WINDOWS, [first, last])
        cursor.execute("ANALYZE")
    months.rebuild()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM campaigns_noteday")
        return int(cursor.fetchone()[0])


def _joined(number: int, people: int) -> int:
    brand = make_brand(f"brand-{number}", f"百货 {number}")
    if number == 1:
        for person in range(people):
            make_membership(brand, make_user(f"bench-{person}@example.test"), Role.MARKETER)
    return make_connection(make_store(brand), subject=f"{660000 + number}").pk


def _months(first: date, last: date) -> list[tuple[date, date]]:
    """Return the spans of the months, so that no transaction is longer than one."""
    starts = sorted({max(day.replace(day=1), first) for day in days.days_between(first, last)})
    ends = [start - timedelta(days=1) for start in starts[1:]]
    return list(zip(starts, [*ends, last], strict=True))
