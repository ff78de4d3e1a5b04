"""The impact preview against judging store by store, each with its own queries."""

from datetime import date
from decimal import Decimal

from benchmarks.ground import cost_of, database, say, say_head
from merchants import impact
from merchants.models import Category, Connection, ConnectionStatus, PolicyVersion, Store
from merchants.standing import stand
from merchants.tests.factories import make_brand, make_connection, make_draft, make_policy
from portal.lib.scope import Hat, scope

STORES, NAIVE = 10_000, 1_000
TMALL = {"id": "store_type", "kind": "store_type"}
CONSENT = {"id": "consent", "kind": "connection", "partner": "top"}
LAUNCH = {"id": "category", "kind": "category_allowed", "only": ["consumer_goods"]}
ALL = {"id": "category", "kind": "category_allowed"}
FLOOR = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}


def fill() -> None:
    """Make the stores, each with a consent, in two statements."""
    brand, categories = make_brand(), list(Category)
    stores = [
        Store(
            brand=brand,
            seller_id=str(10_000_000 + n),
            nick=f"store {n}",
            sid=str(20_000_000 + n),
            title=f"store {n}",
            kind="B",
            status="approved" if n % 3 else "registered",
            category=categories[n % len(categories)],
            overall_score=Decimal(40 + n % 10) / 10,
        )
        for n in range(STORES)
    ]
    with scope(Hat.ADMIN):
        Store.objects.bulk_create(stores)
    sample = make_connection(stores[0], "top")
    with scope(Hat.NIGHT):
        Connection.objects.bulk_create(
            Connection(
                brand=brand,
                store=store,
                partner="top",
                status=ConnectionStatus.CONNECTED,
                subject=store.seller_id,
                subject_name=store.title,
                access_sealed=sample.access_sealed,
                refresh_sealed=sample.refresh_sealed,
                access_expires_at=sample.access_expires_at,
                refresh_expires_at=sample.refresh_expires_at,
            )
            for store in stores[1:]
        )


def judge_one_by_one(draft: PolicyVersion, current: PolicyVersion) -> None:
    """The naive way: each store is loaded and judged as its own page does it, by both versions."""
    with scope(Hat.ADMIN):
        for pk in Store.objects.order_by("pk").values_list("pk", flat=True)[:NAIVE]:
            store = Store.objects.get(pk=pk)
            stand(store, current)
            stand(store, draft)


def preview(draft: PolicyVersion, current: PolicyVersion) -> int:
    with scope(Hat.ADMIN):
        return len(impact.preview(draft, current).affected)


def main() -> None:
    current = make_policy(rules=[TMALL, CONSENT, LAUNCH, FLOOR])
    draft = make_draft(rules=[TMALL, CONSENT, ALL, FLOOR], effective_from=date(2025, 8, 1))
    fill()
    ours = cost_of(lambda: preview(draft, current))
    naive = cost_of(lambda: judge_one_by_one(draft, current))
    say_head("impact preview of a policy draft")
    say(f"{STORES:,} stores; naive: {NAIVE:,} of them", ours, naive)
    each = (naive.wall / NAIVE) / (ours.wall / STORES)
    print(f"for each store: {each:.0f}×; concerned: {preview(draft, current):,} stores")


if __name__ == "__main__":
    with database():
        main()
