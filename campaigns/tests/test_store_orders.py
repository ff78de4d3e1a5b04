"""The store's orders and refunds: pulled over HTTP, and the ledger equal to what was sold."""

import logging
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from campaigns.models import (
    AffiliateOrder,
    PulledPage,
    QuarantinedRow,
    StoreOrder,
    StoreRefund,
    SyncWindow,
)
from campaigns.sync import pull
from campaigns.sync.windows import open_night
from campaigns.tests.conftest import consent
from merchants.consent_texts import FIRST
from merchants.models import Role
from merchants.tests.factories import make_connection, make_consent, make_store
from portal.lib import days
from portal.lib.scope import Hat, scope

SELLER = 2200657001
DAY, TODAY = date(2025, 6, 22), date(2025, 6, 23)
ENGLISH = {"Accept-Language": "en"}
KINDS = ("top.trades", "top.refunds", "top.affiliate")


@pytest.fixture
def store(brand, sandbox):
    sandbox.set_moment("2025-06-23T00:00:00+08:00")
    store = make_store(brand, seller_id=f"{SELLER}", title="山茶官方旗舰店")
    consent(store)
    make_consent(store, "top")
    return store


def window(kind, day=DAY):
    with scope(Hat.NIGHT):
        return SyncWindow.objects.get(report=kind, day=day)


def pull_days(kind, first, last=DAY, again=False):
    open_night(again=again)
    for day in days.days_between(first, last):
        pull.pull_window(window(kind, day).pk, owner="w1")


def current(facts):
    with scope(Hat.NIGHT):
        rows = facts.objects.filter(known_to=None).values()
        return {row[facts.KEY[0]]: row for row in rows}


def versions(facts):
    with scope(Hat.NIGHT):
        return facts.objects.count()


def every(model):
    with scope(Hat.ADMIN):
        return list(model.objects.order_by("pk"))


def at(text):
    return datetime.fromisoformat(text).replace(microsecond=0)


def sold(sandbox, since):
    """Return what the store's sub-orders were that changed last on one of the days."""
    orders = sandbox.sales(SELLER)["orders"]
    return {each["oid"]: each for each in orders if each["modified_at"] >= f"{since}T00"}


def test_the_orders_equal_what_was_sold_field_by_field(store, sandbox):
    first = DAY - timedelta(days=3)
    pull_days("top.trades", first)

    truth, kept = sold(sandbox, first), current(StoreOrder)
    assert len(truth) > 1000
    assert {oid: told(row) for oid, row in kept.items()} == {
        oid: (
            each["tid"],
            str(each["num_iid"]),
            each["pieces"],
            each["status"],
            each["paid_fen"],
            at(each["created_at"]),
            days.business_day(at(each["created_at"])),
            at(each["modified_at"]),
        )
        for oid, each in truth.items()
    }


def told(row):
    names = ["order_id", "num_iid", "quantity", "status", "paid_fen", "ordered_at", "day"]
    return tuple(row[name] for name in [*names, "modified_at"])


def test_the_refunds_equal_what_was_paid_back_to_the_fen(store, sandbox):
    first = DAY - timedelta(days=9)
    pull_days("top.refunds", first)

    refunds = sandbox.sales(SELLER)["refunds"]
    truth = {r["refund_id"]: r for r in refunds if r["modified_at"] >= f"{first}T00"}
    kept = current(StoreRefund)
    names = ["sub_order_id", "order_id", "refund_fen", "status", "asked_at", "modified_at"]
    assert {number: tuple(row[name] for name in names) for number, row in kept.items()} == {
        number: (
            *(r["oid"], r["tid"], r["fee_fen"], r["status"]),
            *(at(r["asked_at"]), at(r["modified_at"])),
        )
        for number, r in truth.items()
    }
    assert {"SUCCESS", "CLOSED", "WAIT_SELLER_AGREE"} <= {r["status"] for r in kept.values()}


def test_affiliate_orders_of_a_plain_day_and_of_a_festivals_day_are_whole(store, sandbox):
    plain, festival = DAY, date(2025, 6, 18)
    pull_days("top.affiliate", plain)
    pull_days("top.affiliate", festival, festival)

    ascribed = {o["oid"]: o for o in sandbox.sales(SELLER)["orders"] if o["is_affiliate"]}
    kept = current(AffiliateOrder)
    assert {oid: row["paid_fen"] for oid, row in kept.items()} == {
        oid: ascribed[oid]["paid_fen"] for oid in kept
    }
    paid = {oid for oid, o in ascribed.items() if o["paid_at"] and o["paid_at"][:10] == f"{plain}"}
    assert len(paid) > 5
    assert paid <= set(kept)
    assert {row["status"] for row in kept.values()} >= {12, 14, 3}
    assert [window("top.affiliate", day).next_page - 1 for day in (plain, festival)] == [1, 8]


@pytest.mark.parametrize(
    ("kind", "table"),
    list(zip(KINDS, (StoreOrder, StoreRefund, AffiliateOrder), strict=True)),
)
def test_the_same_day_pulled_twice_writes_nothing_the_second_time(store, kind, table):
    pull_days(kind, DAY)
    before = versions(table)
    pull_days(kind, DAY, again=True)

    assert versions(table) == before > 0
    assert window(kind).status == "closed"
    assert sum(page.changed for page in every(PulledPage) if page.pull == 2) == 0


@pytest.mark.parametrize("kind", ["top.trades", "top.affiliate"])
def test_a_window_whose_last_page_was_kept_is_only_closed(store, sandbox, kind):
    """A day that is read backwards has no page after its last."""
    open_night()
    lease = pull.claim(window(kind).pk, "w1")
    pull._pull_pages(lease)
    with scope(Hat.NIGHT):
        SyncWindow.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    kept = len(every(PulledPage))
    pull.pull_window(window(kind).pk, owner="w2")

    assert (window(kind).status, window(kind).error) == ("closed", "")
    assert len(every(PulledPage)) == kept > 0


def test_what_moves_while_a_day_is_read_slips_past_nobody(store, sandbox):
    open_night()
    lease = pull.claim(window("top.trades").pk, "w1")
    pull._keep(lease, 1, [pull._fetch(lease, 1)])
    before = sold(sandbox, DAY)
    sandbox.set_moment("2025-06-23T18:00:00+08:00")  # many of them change again on this day

    with scope(Hat.NIGHT):
        SyncWindow.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    pull.pull_window(window("top.trades").pk, owner="w2")

    assert window("top.trades").status == "closed"
    with scope(Hat.NIGHT):
        changed_since = StoreOrder.objects.filter(known_to=None).exclude(
            modified_at__lt=days.starts_at(DAY + timedelta(days=1))
        )
        assert not changed_since.exists()
    sandbox.set_moment("2025-06-24T00:00:00+08:00")
    stayed = {oid for oid, o in sold(sandbox, DAY).items() if o["modified_at"] < "2025-06-23T00"}
    assert len(stayed) < len(before)
    assert stayed <= set(current(StoreOrder))


def test_what_was_sold_yesterday_and_sent_this_morning_is_not_missing(store, sandbox):
    sandbox.set_moment("2025-06-23T09:40:00+08:00")
    pull_days("top.trades", DAY, TODAY)

    orders = sandbox.sales(SELLER)["orders"]
    made = {each["oid"] for each in orders if each["created_at"][:10] == f"{DAY}"}
    kept = current(StoreOrder)
    assert made <= set(kept)
    assert {oid for oid in made if kept[oid]["modified_at"] > days.starts_at(TODAY)}
    assert window("top.trades", TODAY).status == "closed"


@pytest.mark.parametrize("kind", KINDS)
def test_the_present_day_is_asked_for_as_far_as_it_has_come(store, sandbox, kind):
    sandbox.set_moment("2025-06-23T02:40:00+08:00")

    pull_days(kind, TODAY, TODAY)

    assert window(kind, TODAY).status == "closed"
    assert every(QuarantinedRow) == []


def test_a_cancelled_order_is_a_new_version_with_its_closed_state(store, sandbox):
    sandbox.set_moment("2025-06-20T00:00:00+08:00")
    pull_days("top.trades", date(2025, 6, 19), date(2025, 6, 19))
    sandbox.set_moment("2025-06-23T00:00:00+08:00")
    pull_days("top.trades", date(2025, 6, 20))

    with scope(Hat.NIGHT):
        rows = list(StoreOrder.objects.order_by("known_from").values_list("sub_order_id", "status"))
    told = {oid: [status for each, status in rows if each == oid] for oid, _status in rows}
    closed = [states for states in told.values() if states[-1] == "TRADE_CLOSED" and states[1:]]
    assert closed
    assert {states[0] for states in closed} <= {
        "WAIT_SELLER_SEND_GOODS",
        "WAIT_BUYER_CONFIRM_GOODS",
    }


def test_the_pages_of_a_busy_day_are_read_and_its_windows_close(store):
    pull_days("top.trades", DAY)

    numbers = [page.number for page in every(PulledPage)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 3
    trades = {row["order_id"] for row in current(StoreOrder).values()}
    assert window("top.trades").expected_rows == len(trades)
    assert every(QuarantinedRow) == []


def test_who_consented_before_orders_were_told_of_is_not_read_from(brand, sandbox):
    store = make_store(brand, seller_id=f"{SELLER}")
    consent(store)
    make_consent(store, "top", text_version=FIRST)
    open_night()
    assert kinds() == {"top.items"}

    make_consent(store, "top")
    open_night()
    assert kinds() == {"top.items", *KINDS}


def kinds():
    return {each.report for each in every(SyncWindow)}


def test_the_first_night_asks_for_34_days_of_changes_and_the_next_for_three(store, sandbox):
    open_night()
    with scope(Hat.NIGHT):
        SyncWindow.objects.update(status="closed")
    assert Counter(each.report for each in every(SyncWindow))["top.trades"] == 34

    sandbox.set_moment("2025-06-24T00:00:00+08:00")
    open_night()
    owed = Counter(each.report for each in every(SyncWindow) if each.status == "owed")
    assert [owed[kind] for kind in KINDS] == [3, 3, 3]


def test_a_refund_of_an_order_from_before_all_nights_waits_and_then_raises_the_alarm(
    store, sandbox, caplog
):
    with caplog.at_level(logging.ERROR):
        pull_days("top.refunds", DAY - timedelta(days=6), TODAY)

    with scope(Hat.NIGHT):
        waiting = StoreRefund.objects.without_order(days.known_now())
        late = waiting.asked_by(days.known_now() - timedelta(hours=72))
        assert 0 < late.count() < waiting.count() == versions(StoreRefund)
    assert "refunds without order for 72 h" in caplog.text

    pull_days("top.trades", DAY - timedelta(days=9))
    with scope(Hat.NIGHT):
        assert not StoreRefund.objects.without_order(days.known_now()).exists()


def test_the_stores_page_says_that_orders_wait_for_a_consent_to_the_newer_text(brand, client_as):
    store = make_store(brand)
    make_connection(store, "top", refresh_expires_at=timezone.now() + timedelta(days=29))
    make_consent(store, "top", text_version=FIRST)
    url, owner = f"/b/{brand.slug}/stores/{store.pk}/", client_as(Role.OWNER)
    words = "orders and refunds are not read before"
    assert words in owner.get(url, headers=ENGLISH).text

    make_consent(store, "top")

    assert words not in owner.get(url, headers=ENGLISH).text
