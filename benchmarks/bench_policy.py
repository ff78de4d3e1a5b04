"""The impact preview against judging store by store, each with its own queries."""

from datetime import date
from decimal import Decimal

from django.apps import apps

from benchmarks.ground import cost_of, database, say, say_head
from merchants import impact
from merchants.models import (
    Brand,
    Category,
    Connection,
    ConnectionStatus,
    Evidence,
    Membership,
    PolicyVersion,
    Store,
    User,
)
from merchants.standing import stand
from merchants.tests.factories import make_brand, make_connection, make_draft, make_policy
from portal.lib.scope import Hat, scope

STORES, BRANDS, NAIVE = 10_000, 1_000, 1_000
TMALL = {"id": "store_type", "kind": "store_type"}
CONSENT = {"id": "consent", "kind": "connection", "partner": "top"}
LAUNCH = {"id": "category", "kind": "category_allowed", "only": ["consumer_goods"]}
ALL = {"id": "category", "kind": "category_allowed"}
MFA = {"id": "member_mfa", "kind": "member_mfa", "at_least": 1}
LICENCE = {"id": "evidence_licence", "kind": "evidence", "document": "licence"}
FLOOR = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}


def fill() -> None:
    """Make the brands with their members, and their stores with consent and evidence, in bulk."""
    brands, categories = [make_brand("brand", "品牌"), *_brands()], list(Category)
    stores = [
        Store(
            brand=brands[n % BRANDS],
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
                brand=store.brand,
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
    _fill_people_and_evidence(brands, stores)


def _brands() -> list[Brand]:
    with scope(Hat.ADMIN):
        return Brand.objects.bulk_create(
            Brand(slug=f"brand-{n}", name=f"品牌 {n}") for n in range(1, BRANDS)
        )


def _fill_people_and_evidence(brands: list[Brand], stores: list[Store]) -> None:
    """Three members for each brand, some with a second factor; two files for each store."""
    people = User.objects.bulk_create(User(email=f"{n}@example.test") for n in range(3 * BRANDS))
    factor = apps.get_model("mfa", "Authenticator")
    factor.objects.bulk_create(factor(user=each, type="totp", data={}) for each in people[::2])
    with scope(Hat.ADMIN):
        Membership.objects.bulk_create(
            Membership(brand=brands[n // 3], user=each, role="owner")
            for n, each in enumerate(people)
        )
    for n, brand in enumerate(brands):
        with scope(Hat.WEB, brand=brand.pk):
            Evidence.objects.bulk_create(
                Evidence(brand=brand, store=store, kind=kind, sha256="0" * 64, size=1, name="a")
                for store in stores[n::BRANDS]
                for kind in ("licence", "scores")
            )


def judge_one_by_one(draft: PolicyVersion, current: PolicyVersion) -> None:
    """The naive way: each store is loaded and judged as its own page does it, by both versions."""
    with scope(Hat.ADMIN):
        for pk in Store.objects.order_by("pk").values_list("pk", flat=True)[:NAIVE]:
            store = Store.objects.with_standing().get(pk=pk)
            stand(store, current)
            stand(store, draft)


def preview(draft: PolicyVersion, current: PolicyVersion) -> int:
    with scope(Hat.ADMIN):
        return len(impact.preview(draft, current).affected)


def main() -> None:
    asked = [TMALL, CONSENT, FLOOR, MFA, LICENCE]
    current = make_policy(rules=[*asked, LAUNCH])
    draft = make_draft(rules=[*asked, ALL], effective_from=date(2025, 8, 1))
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
