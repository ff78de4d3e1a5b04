"""A store goes to another brand: what each side, the platform and time can do about it."""

from datetime import UTC, datetime, timedelta

import pghistory
import pytest
from django.db import ProgrammingError, transaction
from django.db import connection as database
from django.utils import translation

from merchants import applications, requalify, services, tasks, transfers
from merchants.connections import Grant, TopConsent
from merchants.consent_texts import agree_now
from merchants.impact import preview
from merchants.models import (
    Application,
    Change,
    Connection,
    ConsentRecord,
    IllegalMove,
    Notice,
    ReleaseStatus,
    Store,
    StoreRelease,
    StoreStatus,
    StoreTransfer,
    TransferStatus,
)
from merchants.services import HeldElsewhere, Refused
from merchants.tests.factories import (
    make_application,
    make_brand,
    make_connection,
    make_draft,
    make_evidence,
    make_membership,
    make_policy,
    make_store,
    make_transfer,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.partners.top import Seller, Shop

pytestmark = pytest.mark.usefixtures("own_files")
WHY = "The trademark has moved."


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def holder(db):
    """Who has the store; a brand with an owner of all its stores."""
    holder = make_brand("yejing", "野径")
    make_membership(holder, make_user("holder@example.test"))
    return holder


@pytest.fixture
def store(holder):
    store = make_store(holder, domain="yejing")
    make_connection(store, "top", subject=store.seller_id)
    make_connection(store, "juguang")
    return store


@pytest.fixture
def asked(brand, store):
    make_membership(brand, make_user("asker@example.test"))
    return make_transfer(brand, store)


@pytest.fixture
def transfer(asked):
    return asked[0]


@pytest.fixture
def release(asked):
    return asked[1]


@pytest.fixture
def admin(db):
    return make_user("admin@example.test", is_staff=True)


def answer(release, *, agrees, text="They are our distributor."):
    by = make_user(f"{agrees}-{release.pk}@example.test")
    with scope(Hat.WEB, brand=release.brand_id, user=by.pk):
        transfers.answer_release(release, agrees=agrees, text=text, by=by)


def approve(transfer, admin):
    with scope(Hat.ADMIN, user=admin.pk):
        transfers.approve_transfer(transfer, reason=WHY, by=admin)


def reject(transfer, admin):
    with scope(Hat.ADMIN, user=admin.pk):
        transfers.reject_transfer(transfer, reason=WHY, by=admin)


def withdraw(transfer):
    by = make_user(f"withdraws-{transfer.pk}@example.test")
    with scope(Hat.WEB, brand=transfer.brand_id, user=by.pk):
        transfers.withdraw_transfer(transfer, by=by)


def expire():
    with scope(Hat.NIGHT):
        return transfers.expire_transfers()


def register(brand, store):
    """Register the store's seller anew, as a consent at Tmall does."""
    now = datetime.now(UTC)
    grant = Grant("a", now + timedelta(days=1), "r", now + timedelta(days=30))
    shop = Shop(store.sid, store.title, "")
    consent = TopConsent(Seller(store.seller_id, store.nick, "B"), shop, grant)
    by = make_user(f"registers-{brand.pk}@example.test")
    with scope(Hat.WEB, brand=brand.pk, user=by.pk):
        return services.register_store(brand, consent, agreed=agree_now("top"), by=by)[0]


def fresh(row):
    with scope(Hat.ADMIN):
        return type(row).objects.get(pk=row.pk)


def told(email):
    with scope(Hat.ADMIN):
        return list(
            Notice.objects.filter(user__email=email).order_by("pk").values_list("kind", flat=True)
        )


def test_the_present_brand_is_asked_and_its_owners_are_told(release, store, holder):
    assert (release.brand, release.store, release.asker) == (holder, store, "山茶")
    assert release.status == ReleaseStatus.ASKED
    assert release.answer_by == days.today() + timedelta(days=7)
    assert told("holder@example.test") == ["transfer_asked"]


def test_a_brand_asks_for_a_store_once_at_a_time(brand, store, transfer):
    with pytest.raises(Refused, match="under way already"):
        make_transfer(brand, store, by=make_user("again@example.test"))


def test_the_asker_learns_nothing_of_the_present_brand(brand, transfer):
    with scope(Hat.WEB, brand=brand.pk):
        assert not StoreRelease.objects.exists()
        with pytest.raises(ProgrammingError, match="No such transfer"), transaction.atomic():
            database.cursor().execute("SELECT ask_release(0, now())")


def test_the_present_brands_history_tells_neither_who_asked_nor_from_where(brand, holder, store):
    with pghistory.context(user=4711, ip="203.0.113.9"):
        transfer, release = make_transfer(brand, store)
        with scope(Hat.WEB, brand=brand.pk):
            transfers.withdraw_transfer(transfer, by=make_user())

    with scope(Hat.WEB, brand=holder.pk):
        changes = Change.objects.filter(subject="storerelease", row_id=release.pk)
        assert [(c.label, c.actor_id, c.context) for c in changes.order_by("pgh_id")] == [
            ("insert", None, None),
            ("update", None, None),
        ]


def test_no_brand_approves_its_own_request(brand, transfer):
    changes = {"decided_at": days.known_now(), "decision": WHY, "register_by": days.today()}
    for values in ({"status": "approved"}, changes):
        with (
            pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
            scope(Hat.WEB, brand=brand.pk),
        ):
            StoreTransfer.objects.filter(pk=transfer.pk).update(**values)


def test_no_brand_lets_its_store_go_by_itself(holder, store, release):
    for rows, values in (
        (Store.objects.filter(pk=store.pk), {"released_at": days.known_now()}),
        (StoreRelease.objects.filter(pk=release.pk), {"status": "released"}),
    ):
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            scope(Hat.WEB, brand=holder.pk),
        ):
            rows.update(**values)


def test_approval_needs_the_present_brands_word_or_the_end_of_its_time(transfer, release, admin):
    with pytest.raises(Refused, match="only the present brand's consent"):
        approve(transfer, admin)

    answer(release, agrees=False)
    with pytest.raises(Refused, match="only the present brand's consent"):
        approve(fresh(transfer), admin)

    answer(fresh(release), agrees=True)
    approve(fresh(transfer), admin)
    assert fresh(transfer).status == TransferStatus.APPROVED


def test_an_objection_says_why(release):
    with pytest.raises(Refused, match="Say why"):
        answer(release, agrees=False, text=" ")
    assert fresh(release).status == ReleaseStatus.ASKED


def test_after_the_time_for_an_answer_the_platform_decides_alone(
    transfer, release, admin, monkeypatch
):
    answer(release, agrees=False)
    monkeypatch.setattr(days, "today", lambda: release.answer_by + timedelta(days=1))

    with pytest.raises(Refused, match="over"):
        answer(fresh(release), agrees=True)
    approve(fresh(transfer), admin)

    assert fresh(release).status == ReleaseStatus.RELEASED


def test_a_released_store_ends_its_consents_and_keeps_everything_else(
    store, transfer, release, admin
):
    kept = make_evidence(store)
    answer(release, agrees=True)

    approve(transfer, admin)

    with scope(Hat.ADMIN):
        consents = list(Connection.objects.filter(store=store).order_by("partner"))
        ends = ConsentRecord.objects.filter(store=store, step="withdrawn", actor=admin)
        assert ends.count() == 2
    assert {each.status for each in consents} == {"revoked"}
    assert {bytes(each.access_sealed) + bytes(each.refresh_sealed) for each in consents} == {b""}
    assert fresh(store).released_at is not None
    assert (fresh(kept).brand_id, fresh(kept).store_id) == (store.brand_id, store.pk)
    assert told("holder@example.test") == ["transfer_asked", "store_moved"]
    assert told("asker@example.test") == ["transfer_approved"]


def test_what_waits_for_a_review_lapses_with_the_release(store, transfer, release, admin):
    with scope(Hat.WEB, brand=store.brand_id):
        Store.objects.filter(pk=store.pk).update(status=StoreStatus.REGISTERED)
    application = make_application(store, status="submitted", due_at=days.known_now())
    answer(release, agrees=True)

    approve(transfer, admin)

    application = fresh(application)
    assert (application.status, application.due_at) == ("expired", None)
    with scope(Hat.ADMIN):
        assert not Application.objects.waiting().exists()


def test_nothing_of_a_released_store_changes_any_more(store, transfer, release, admin):
    answer(release, agrees=True)
    approve(transfer, admin)

    with scope(Hat.WEB, brand=store.brand_id):
        for step in (
            lambda: services.keep_draft(store, {}),
            lambda: applications.submit_application(store, by=admin),
        ):
            with pytest.raises(Refused, match="released to another brand"):
                step()


def test_a_released_store_does_not_come_back(store, transfer, release, admin):
    answer(release, agrees=True)
    approve(transfer, admin)

    with pytest.raises(Exception, match="does not come back"), scope(Hat.ADMIN):
        Store.objects.filter(pk=store.pk).update(released_at=None)


def test_neither_the_nightly_judgement_nor_a_preview_counts_a_released_store(
    store, transfer, release, admin
):
    make_policy()
    draft = make_draft()
    with scope(Hat.ADMIN):
        assert (requalify.due(), preview(draft, None).stores) == ([store.pk], 1)
    answer(release, agrees=True)

    approve(transfer, admin)

    with scope(Hat.ADMIN):
        assert (requalify.due(), preview(draft, None).stores) == ([], 0)


def test_only_the_asking_brand_registers_the_store_then(brand, store, transfer, release, admin):
    answer(release, agrees=True)
    approve(transfer, admin)

    for other in (make_brand("third", "别家"), store.brand):
        with pytest.raises(Refused, match="just transferred to another brand"):
            register(other, store)
    made = register(brand, store)

    assert (made.brand_id, made.status, made.domain) == (brand.pk, "registered", "")
    assert fresh(transfer).status == TransferStatus.COMPLETED
    assert fresh(store).brand_id == release.brand_id


def test_a_store_may_go_there_and_back_again(brand, holder, store, transfer, release, admin):
    answer(release, agrees=True)
    approve(transfer, admin)
    moved = register(brand, store)

    back, asked = make_transfer(holder, moved)
    answer(asked, agrees=True)
    approve(back, admin)
    home = register(holder, store)

    assert home.pk not in (store.pk, moved.pk)
    with scope(Hat.ADMIN):
        assert Store.objects.present().get(seller_id=store.seller_id) == home


def test_until_it_is_approved_the_store_stays_where_it_is(brand, store, transfer):
    with pytest.raises(HeldElsewhere):
        register(brand, store)


def test_a_rejection_leaves_the_store_as_it_was_and_tells_both(store, transfer, release, admin):
    answer(release, agrees=True)

    reject(transfer, admin)

    assert (fresh(transfer).status, fresh(release).status) == ("rejected", "kept")
    assert fresh(store).released_at is None
    assert told("holder@example.test") == ["transfer_asked", "store_kept"]
    assert told("asker@example.test") == ["transfer_rejected"]


def test_a_decision_needs_a_reason(transfer, admin):
    with pytest.raises(Refused, match="Say why"), scope(Hat.ADMIN):
        transfers.reject_transfer(transfer, reason=" ", by=admin)


def test_a_withdrawn_request_is_over_on_both_sides(transfer, release, admin):
    withdraw(transfer)

    assert (fresh(transfer).status, fresh(release).status) == ("withdrawn", "kept")
    assert told("holder@example.test") == ["transfer_asked", "store_kept"]
    with pytest.raises(IllegalMove):
        approve(fresh(transfer), admin)


def test_another_brands_request_is_not_withdrawn(transfer, release):
    stranger = make_brand("third", "别家")
    with scope(Hat.WEB, brand=stranger.pk), database.cursor() as cursor:
        cursor.execute("SELECT end_release(%s, now())", [transfer.pk])
        assert cursor.fetchone() == (None,)
    assert fresh(release).status == ReleaseStatus.ASKED


def test_of_two_requests_for_one_store_the_other_lapses(store, transfer, release, admin):
    other, others = make_transfer(make_brand("third", "别家"), store)
    answer(release, agrees=True)

    approve(transfer, admin)

    assert (fresh(other).status, fresh(others).status) == ("expired", "kept")


@pytest.mark.parametrize(("late", "status"), [(30, "requested"), (31, "expired")])
def test_a_request_that_nobody_decides_lapses(transfer, release, monkeypatch, late, status):
    monkeypatch.setattr(days, "today", lambda: release.answer_by + timedelta(days=late))

    tasks.expire_transfers()
    tasks.expire_transfers()

    assert fresh(transfer).status == status
    assert told("asker@example.test") == ["transfer_expired"] * (status == "expired")


def test_an_approval_that_is_not_used_lapses_and_frees_the_store(
    brand, store, transfer, release, admin, monkeypatch
):
    answer(release, agrees=True)
    approve(transfer, admin)
    monkeypatch.setattr(days, "today", lambda: transfer.register_by + timedelta(days=1))

    assert expire() == 1

    assert fresh(transfer).status == "expired"
    assert register(store.brand, store).pk != store.pk
