"""A month of 195,000 orders against 24,000 attributed ones, as the page asks for it.

Bare SQL is the least that must be read: both sides joined and added up, by the tables' owner, with
no buckets and no row-level security.
"""

from collections.abc import Callable
from datetime import date

from django.db import connection
from django.db import connections as logins

from benchmarks.ground import Cost, cost_of, database, say, say_head
from campaigns.models import AffiliateOrder, StoreOrder, StoreRefund
from campaigns.results.question import Question
from campaigns.results.reconcile import Bucket, reconcile
from campaigns.results.reconcile_orders import orders_in
from campaigns.tests.factories_facts import make_fact
from merchants.models import Membership, Role, Store
from merchants.tests.factories import make_brand, make_membership, make_store, make_user
from portal.lib.days import starts_at
from portal.lib.scope import Hat, scope

ORDERS, EVERY, REFUNDED, TIMES, LIMIT = 195_000, 8, 20, 5, 300
FIRST, LAST = date(2025, 6, 1), date(2025, 6, 30)
QUESTION = Question(FIRST, LAST, 15, starts_at(date(2025, 8, 1)))
COPY = """
INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object(
    '{key}', 'n' || n, 'sub_order_id', 'n' || n, 'day', date '2025-06-01' + n %% 30,
    '{fen}', 5000 + n %% 9000))).*
FROM {table} t, generate_series(1, %s, %s) n
"""
BARE = """
SELECT count(*), sum(s.paid_fen), sum(a.paid_fen) FROM
(SELECT * FROM campaigns_storeorder WHERE day BETWEEN %s AND %s AND known_to IS NULL) s
FULL JOIN
(SELECT * FROM campaigns_affiliateorder WHERE day BETWEEN %s AND %s AND known_to IS NULL) a
USING (brand_id, store_id, sub_order_id)
"""


def make_month(store: Store) -> None:
    """Copy one order of each kind as often as a month has them."""
    known = {"known_from": starts_at(FIRST)}
    make_fact(StoreOrder, store, FIRST, sub_order_id="0", status="TRADE_FINISHED", **known)
    make_fact(AffiliateOrder, store, FIRST, sub_order_id="0", status=12, **known)
    make_fact(StoreRefund, store, FIRST, sub_order_id="0", refund_id="0", status="SUCCESS", **known)
    tables = [
        (StoreOrder, "sub_order_id", "paid_fen", 1),
        (AffiliateOrder, "sub_order_id", "paid_fen", EVERY),
        (StoreRefund, "refund_id", "refund_fen", REFUNDED),
    ]
    with scope(Hat.NIGHT), connection.cursor() as cursor:
        for model, key, fen, step in tables:
            copy = COPY.format(table=model._meta.db_table, key=key, fen=fen)
            cursor.execute(copy, [ORDERS, step])
    with logins["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def best(work: Callable[[], object]) -> Cost:
    """Return the fastest of some runs."""
    return min((cost_of(work) for _time in range(TIMES)), key=lambda cost: cost.wall)


def bare() -> None:
    with logins["owner"].cursor() as cursor:
        cursor.execute(BARE, [FIRST, LAST, FIRST, LAST])
        cursor.fetchall()


def in_scope(membership: Membership, work: Callable[[], object]) -> Callable[[], object]:
    def run() -> None:
        with scope(Hat.WEB, brand=membership.brand_id):
            work()

    return run


def main() -> None:
    brand = make_brand()
    make_month(make_store(brand))
    membership = make_membership(brand, make_user("bench@example.test"), Role.FINANCE)
    membership.narrowed_to = ()
    asked = brand, membership, QUESTION
    least = best(bare)
    say_head(f"{ORDERS:,} orders; limit {LIMIT} ms; against bare SQL")
    say("all buckets and both ties", best(in_scope(membership, lambda: reconcile(*asked))), least)
    page = in_scope(membership, lambda: orders_in(*asked, Bucket.STORE, most=51))
    say("a page of the largest bucket", best(page), least)
    with scope(Hat.WEB, brand=brand.pk):
        found = reconcile(*asked)
    for bucket, sums in found.buckets.items():
        print(f"  {bucket}: {sums.orders:,}")


if __name__ == "__main__":
    with database():
        main()
