"""The review queue with ten thousand applications against the bare SQL of fifty of its rows."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from statistics import median

from django.conf import settings
from django.db import connection, connections
from django.test import Client, override_settings

from benchmarks.ground import Cost, cost_of, database
from merchants import desk
from merchants.models import (
    Application,
    ApplicationEvent,
    Brand,
    Category,
    Margin,
    Store,
    User,
)
from merchants.rules import Facts, freeze
from merchants.tests.factories import give_second_factor, make_user
from portal.lib import days
from portal.lib.scope import Hat, scope

APPLICATIONS, WAITING, TIMES, LIMIT = 10_000, 4_000, 9, 0.2
RULES = [
    {"id": "store_type", "kind": "store_type"},
    {"id": "consent", "kind": "connection", "partner": "top"},
    {"id": "category", "kind": "category_allowed"},
    {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"},
]
PAGES = {
    "first page": "",
    "page 100": "p=100",
    "overdue": "promise=overdue",
    "near miss": "margin__exact=near_miss",
    "category and score": "store__category__exact=beauty&score=high",
    "free, assigned to nobody": "hands=free&assigned=nobody",
    "search by brand": "q=brand 77",
    "search by store": "q=store 4321",
}
BARE = """
SELECT a.*, s.*, b.* FROM merchants_application a
JOIN merchants_store s ON s.id = a.store_id JOIN merchants_brand b ON b.id = a.brand_id
ORDER BY a.due_at ASC NULLS LAST, a.id DESC LIMIT 50
"""


def make_stores() -> list[Store]:
    categories = list(Category)
    with scope(Hat.ADMIN):
        brands = Brand.objects.bulk_create(
            Brand(slug=f"brand-{n}", name=f"brand {n}") for n in range(500)
        )
        return Store.objects.bulk_create(
            Store(
                brand=brands[n % len(brands)],
                seller_id=str(10_000_000 + n),
                nick=f"store {n}",
                sid=str(20_000_000 + n),
                title=f"store {n}",
                kind="B",
                category=categories[n % len(categories)],
                overall_score=Decimal(42 + n % 8) / 10,
            )
            for n in range(APPLICATIONS)
        )


def fill(reviewer: User) -> None:
    now, verdicts = days.known_now(), freeze(RULES, Facts("B"))
    stores, margins = make_stores(), list(Margin)
    with scope(Hat.ADMIN):
        made = Application.objects.bulk_create(
            Application(
                brand_id=store.brand_id,
                store=store,
                status="submitted" if n < WAITING else "approved",
                verdicts=verdicts,
                facts={"category": store.category},
                margin=margins[n % 4],
                submitted_at=now - timedelta(minutes=n),
                due_at=now + timedelta(minutes=2000 - n) if n < WAITING else None,
                assigned_to=reviewer if n % 7 == 0 else None,
            )
            for n, store in enumerate(stores)
        )
        ApplicationEvent.objects.bulk_create(
            ApplicationEvent(
                brand_id=each.brand_id,
                store_id=each.store_id,
                application=each,
                source="in_review",
                target="approved",
                actor=reviewer,
                at=now - timedelta(minutes=n),
                waited=timedelta(minutes=n),
            )
            for n, each in enumerate(made[WAITING:])
        )
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def typical(work: Callable[[], object]) -> Cost:
    """Return the median of several runs, after one that warms the caches."""
    costs = [cost_of(work) for _ in range(TIMES + 1)][1:]
    return Cost(median(each.wall for each in costs), median(each.cpu for each in costs))


def bare() -> None:
    with scope(Hat.ADMIN), connection.cursor() as cursor:
        cursor.execute(BARE)
        cursor.fetchall()


def open_page(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")


def work_out() -> None:
    with scope(Hat.ADMIN):
        desk.figures(days.known_now())


def main() -> None:
    user = make_user("bench@example.test", is_staff=True, is_superuser=True)
    fill(user)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    give_second_factor(client, user)
    rows = typical(bare)
    print(f"review queue, {APPLICATIONS:,} applications, {WAITING:,} waiting; limit {LIMIT} s")
    print(f"{'':<32}{'wall':>9}{'CPU':>9}{'of limit':>10}{'× bare SQL':>12}")
    queue = "/admin/merchants/application/"
    for name, query in PAGES.items():
        say(name, typical(lambda query=query: open_page(client, f"{queue}?{query}")), rows)
    say("review figures, their queries", typical(work_out), rows)
    say("bare SQL of fifty rows", rows, rows)


def say(name: str, cost: Cost, rows: Cost) -> None:
    print(
        f"{name:<32}{cost.wall * 1000:>6.0f} ms{cost.cpu * 1000:>6.0f} ms"
        f"{cost.wall / LIMIT:>9.0%}{cost.wall / rows.wall:>11.0f}×"
    )


if __name__ == "__main__":
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    stored = settings.STORAGES | {"staticfiles": plain}
    with override_settings(STORAGES=stored, SECURE_SSL_REDIRECT=False), database():
        main()
