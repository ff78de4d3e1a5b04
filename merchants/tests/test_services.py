from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection as database
from django.utils import timezone

from merchants import applications, services
from merchants.applications import NotReady
from merchants.connections import Grant, TopConsent
from merchants.consent_texts import agree_now
from merchants.models import (
    Application,
    Connection,
    ConnectionStatus,
    IllegalMove,
    Partner,
    Store,
    StoreStatus,
)
from merchants.seed import seed_policy
from merchants.services import NotTmall, Refused, StatedFacts
from merchants.tests.factories import make_brand, make_connection, make_store, make_user
from portal.lib.scope import Hat, scope
from portal.partners.top import Seller, Shop


def consent(kind="B", seller_id="2200657001", access="t-1"):
    now = datetime.now(UTC)
    grant = Grant(access, now + timedelta(days=1), f"r-{access}", now + timedelta(days=30))
    return TopConsent(Seller(seller_id, "山茶", kind), Shop("318840721", "山茶旗舰店", ""), grant)


def facts(overall="4.8", category="beauty"):
    return StatedFacts(category, Decimal(overall), None, None, None)


def connect(store, advertiser, grant, by):
    agreed = agree_now(Partner.JUGUANG)
    services.connect_account(store, Partner.JUGUANG, advertiser, grant, agreed=agreed, by=by)


@pytest.fixture
def user(db):
    return make_user()


@pytest.fixture
def candidate(brand, user):
    """A store that meets every rule of the policy and has not applied."""
    seed_policy()
    store = make_store(brand, status=StoreStatus.REGISTERED)
    make_connection(store, "top")
    return store


@pytest.fixture
def submitted(brand, candidate, user):
    with scope(Hat.WEB, brand=brand.pk):
        return applications.submit_application(candidate, by=user)


def test_a_tmall_seller_becomes_a_store_with_its_consent(brand, user):
    with scope(Hat.WEB, brand=brand.pk):
        store, is_new = services.register_store(brand, consent(), agreed=agree_now("top"), by=user)
        connection = store.connections.get()

    assert is_new
    assert (store.sid, store.kind, store.status) == ("318840721", "B", "registered")
    assert (connection.subject, connection.access_token) == ("2200657001", "t-1")


def test_a_c_shop_is_turned_away_and_nothing_stored(brand, user):
    with scope(Hat.WEB, brand=brand.pk):
        with pytest.raises(NotTmall, match="山茶"):
            services.register_store(brand, consent(kind="C"), agreed=agree_now("top"), by=user)
        assert not Store.objects.exists()


def test_registering_again_renews_the_consent(brand, user):
    with scope(Hat.WEB, brand=brand.pk):
        store, _ = services.register_store(brand, consent(), agreed=agree_now("top"), by=user)
        store.connections.update(status=ConnectionStatus.NEEDS_CONSENT)

        again, is_new = services.register_store(
            brand, consent(access="t-2"), agreed=agree_now("top"), by=user
        )
        connection = Connection.objects.get()

    assert (again, is_new) == (store, False)
    assert (connection.status, connection.version) == ("connected", 2)
    assert connection.access_token == "t-2"


def test_a_seller_of_another_brand_is_refused_and_nothing_stored(brand, user):
    other = make_brand("yejing", "野径")
    with scope(Hat.WEB, brand=other.pk):
        services.register_store(other, consent(), agreed=agree_now("top"), by=user)

    with scope(Hat.WEB, brand=brand.pk):
        with pytest.raises(Refused):
            services.register_store(
                brand, consent(access="stolen"), agreed=agree_now("top"), by=user
            )
        assert not Store.objects.exists()
    with scope(Hat.ADMIN):
        assert Connection.objects.get().access_token == "t-1"


def test_an_advertiser_belongs_to_one_store(brand, user):
    first, second = make_store(brand, 1), make_store(brand, 2)
    grant = consent().grant
    with scope(Hat.WEB, brand=brand.pk):
        connect(first, ("880001", "山茶"), grant, by=user)
        connect(first, ("880001", "山茶"), grant, by=user)

        with pytest.raises(Refused):
            connect(second, ("880001", "山茶"), grant, by=user)
        assert Connection.objects.count() == 1


def test_another_advertiser_cannot_take_the_place_of_the_stores_own(brand, user):
    """Its figures would go on the history of the first."""
    grant = consent().grant
    with scope(Hat.WEB, brand=brand.pk, user=user.pk):
        store = make_store(brand)
        connect(store, ("880001", "山茶"), grant, by=user)
        with pytest.raises(Refused, match="山茶"):
            connect(store, ("880002", "个护"), grant, by=user)
        assert store.connections.get().subject == "880001"


def test_stated_facts_say_who_and_when(brand, candidate, user):
    with scope(Hat.WEB, brand=brand.pk):
        services.state_facts(candidate, facts("4.6"), by=user)
        candidate.refresh_from_db()

    assert candidate.overall_score == Decimal("4.6")
    assert candidate.facts_stated_by_id == user.pk
    assert candidate.facts_stated_at is not None


def test_facts_under_review_cannot_change(brand, submitted, user):
    with scope(Hat.WEB, brand=brand.pk), pytest.raises(Refused):
        services.state_facts(submitted.store, facts("5.0"), by=user)


def test_an_application_freezes_its_policy_and_verdicts(brand, submitted, user):
    with scope(Hat.WEB, brand=brand.pk):
        kept = Application.objects.get()
        assert (kept.status, kept.policy.code) == ("submitted", "2025-06")
        results = [verdict["result"] for verdict in kept.verdicts]
        assert results == ["met"] * 4 + ["no_requirement"] * 2
        assert list(kept.events.values_list("source", "target", "actor")) == [
            ("draft", "submitted", user.pk)
        ]


@pytest.mark.parametrize(
    "fields", [{"overall_score": "4.4"}, {"overall_score": None}, {"category": ""}]
)
def test_an_application_with_a_rule_not_met_or_unknown_is_refused(brand, user, fields):
    seed_policy()
    store = make_store(brand, **fields)
    make_connection(store, "top")

    with scope(Hat.WEB, brand=brand.pk):
        with pytest.raises(NotReady) as refusal:
            applications.submit_application(store, by=user)
        assert not Application.objects.exists()
    assert len(refusal.value.gaps) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"status": ConnectionStatus.NEEDS_CONSENT},
        {"refresh_expires_at": timezone.now() - timedelta(seconds=1)},
    ],
)
def test_a_consent_that_ended_is_lacking(brand, candidate, user, fields):
    with scope(Hat.NIGHT):
        candidate.connections.update(**fields)

    with scope(Hat.WEB, brand=brand.pk), pytest.raises(NotReady):
        applications.submit_application(candidate, by=user)


def test_without_a_policy_nothing_is_judged(brand, user):
    store = make_store(brand)
    with scope(Hat.WEB, brand=brand.pk), pytest.raises(Refused):
        applications.submit_application(store, by=user)


def test_handing_in_twice_makes_one_application(brand, submitted, user):
    with scope(Hat.WEB, brand=brand.pk):
        with pytest.raises(IllegalMove):
            applications.submit_application(submitted.store, by=user)
        assert Application.objects.get().events.count() == 1


def test_an_approved_application_opens_the_store(brand, submitted, user):
    with scope(Hat.ADMIN):
        applications.claim_application(submitted, by=user)
        applications.approve_application(submitted, by=user)
        store = Store.objects.get()

    assert store.status == StoreStatus.APPROVED


def test_a_partners_longest_names_are_cut_to_what_we_keep(brand, user):
    long = consent()
    long = replace(long, seller=replace(long.seller, nick="山" * 300))
    long = replace(long, shop=replace(long.shop, title="茶" * 300))
    with scope(Hat.WEB, brand=brand.pk):
        store, _ = services.register_store(brand, long, agreed=agree_now("top"), by=user)
        grant = replace(long.grant, scope="report " * 100)
        connect(store, ("880001", "花" * 300), grant, by=user)

        assert (store.title, store.nick) == ("茶" * 80, "山" * 80)
        assert store.connections.filter(partner="juguang", subject_name="花" * 80).exists()


def test_an_advertiser_of_a_store_that_is_out_of_sight_is_refused(brand, user):
    seen, unseen = make_store(brand, 1), make_store(brand, 2)
    make_connection(unseen, "juguang", subject="880001", subject_name="山茶")

    with (
        scope(Hat.WEB, brand=brand.pk, stores=[seen.pk]),
        pytest.raises(Refused, match="山茶") as refusal,
    ):
        connect(seen, ("880001", "山茶"), consent().grant, by=user)

    assert unseen.title not in str(refusal.value)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_two_brands_that_register_one_seller_at_once_one_gets_it():
    together, user = Barrier(2), make_user()

    def register(brand):
        try:
            with scope(Hat.WEB, brand=brand.pk):
                together.wait()
                services.register_store(brand, consent(), agreed=agree_now("top"), by=user)
                return "registered"
        except Refused:
            return "refused"
        finally:
            database.close()

    with ThreadPoolExecutor(2) as owners:
        outcomes = sorted(owners.map(register, [make_brand("one"), make_brand("two")]))

    assert outcomes == ["refused", "registered"]
    with scope(Hat.ADMIN):
        assert Connection.objects.get().brand_id == Store.objects.get().brand_id
