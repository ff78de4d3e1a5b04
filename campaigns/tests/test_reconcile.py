"""The buckets against an oracle that sorts the same orders one by one, and each rule by itself."""

from datetime import date, timedelta
from random import Random

import pytest

from campaigns.models import AffiliateOrder, StoreOrder, StoreRefund
from campaigns.results.question import Question
from campaigns.results.reconcile import Bucket, reconcile
from campaigns.results.reconcile_table import ties
from campaigns.tests.factories_facts import make_fact
from merchants.models import Role
from merchants.tests.factories import make_brand, make_membership, make_store, make_user
from portal.lib.days import starts_at
from portal.lib.scope import Hat, scope

FIRST, LAST = date(2025, 6, 10), date(2025, 6, 12)
DAY = date(2025, 6, 11)
NOW = starts_at(date(2025, 6, 23)) + timedelta(hours=9)
NOON, ONE_DAY = timedelta(hours=12), timedelta(days=1)
FIELDS = ("orders", "store_orders", "store_fen", "attributed_orders", "attributed_fen", "back_fen")


@pytest.fixture
def membership(brand):
    membership = make_membership(brand, make_user("li@example.test"), Role.FINANCE)
    membership.narrowed_to = ()
    return membership


@pytest.fixture
def store(brand):
    return make_store(brand)


def sold(store, number, day=DAY, paid_fen=10_000, **told):
    at = starts_at(day) + NOON
    told = {
        "status": "TRADE_FINISHED",
        "ordered_at": at,
        "paid_at": at if paid_fen else None,
    } | told
    return make_fact(
        StoreOrder, store, day, sub_order_id=f"{number}", paid_fen=paid_fen or None, **told
    )


def ascribed(store, number, day=DAY, paid_fen=10_000, days_before=1, **told):
    at = starts_at(day) + NOON
    told = {"status": 12, "clicked_at": at - timedelta(days=days_before)} | told
    return make_fact(
        AffiliateOrder, store, day, sub_order_id=f"{number}", paid_fen=paid_fen, **told
    )


def paid_back(store, number, fen, day=DAY, status="SUCCESS", refund="", **told):
    named = {"sub_order_id": f"{number}", "refund_id": refund or f"r{number}"}
    return make_fact(StoreRefund, store, day, refund_fen=fen, status=status, **named, **told)


def ask(membership, *, first=FIRST, last=LAST, window=15, moment=NOW, store=None):
    with scope(Hat.WEB, brand=membership.brand_id):
        question = Question(first, last, window, moment, store and store.pk)
        return reconcile(membership.brand, membership, question)


def buckets(found):
    return {each.value: sums.orders for each, sums in found.buckets.items() if sums.orders}


def both(store, **told):
    sold(store, 1)
    ascribed(store, 1)


def only_ascribed(store):
    ascribed(store, 1)


def ascribed_before_it_is_paid(store):
    sold(store, 1, paid_fen=0, status="WAIT_BUYER_PAY")
    ascribed(store, 1)


def only_sold(store):
    sold(store, 1)


def not_paid_yet(store):
    sold(store, 1, paid_fen=0, status="WAIT_BUYER_PAY")


def refunded_in_two_parts(store):
    both(store)
    paid_back(store, 1, 4_000, refund="a")
    paid_back(store, 1, 6_000, refund="b", day=DAY + timedelta(days=9))


def refunded_and_closed(store):
    sold(store, 1, status="TRADE_CLOSED")
    paid_back(store, 1, 10_000)


def refunded_in_part(store):
    both(store)
    paid_back(store, 1, 9_999)


def refund_refused(store):
    both(store)
    paid_back(store, 1, 10_000, status="SELLER_REFUSE_BUYER")


def never_paid(store):
    sold(store, 1, paid_fen=0, status="TRADE_CLOSED_BY_TAOBAO")


def closed_in_an_export(store):
    sold(store, 1, status="交易关闭", source="file")


def closed_by_the_programme(store):
    sold(store, 1)
    ascribed(store, 1, status=13)


def clicked_too_early(store):
    sold(store, 1)
    ascribed(store, 1, days_before=16)


def clicked_at_the_last_moment(store):
    sold(store, 1)
    ascribed(store, 1, days_before=15)


def click_untold(store):
    sold(store, 1)
    ascribed(store, 1, clicked_at=None)


def parted_by_midnight(store):
    sold(store, 1)
    ascribed(store, 1, day=DAY + ONE_DAY)


@pytest.mark.parametrize(
    ("tell", "bucket"),
    [
        (both, "both"),
        (only_ascribed, "attributed"),
        (ascribed_before_it_is_paid, "attributed"),
        (only_sold, "store"),
        (not_paid_yet, "store"),
        (refunded_in_two_parts, "refunded"),
        (refunded_and_closed, "refunded"),
        (refunded_in_part, "both"),
        (refund_refused, "both"),
        (never_paid, "cancelled"),
        (closed_in_an_export, "cancelled"),
        (closed_by_the_programme, "cancelled"),
        (clicked_too_early, "out-of-window"),
        (clicked_at_the_last_moment, "both"),
        (click_untold, "both"),
        (parted_by_midnight, "day-cut"),
    ],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_an_order_lies_in_the_first_bucket_whose_rule_holds(membership, store, tell, bucket):
    tell(store)

    found = ask(membership)

    assert buckets(found) == {bucket: 1}
    assert all(tie.is_even for tie in ties(found))


def test_a_partial_refund_is_an_amount_beside_the_order(membership, store):
    refunded_in_part(store)

    sums = ask(membership).buckets[Bucket.BOTH]

    assert (sums.store_fen, sums.attributed_fen, sums.back_fen) == (10_000, 10_000, 9_999)
    assert sums.difference_fen == 0


def test_what_was_paid_for_unpaid_orders_is_unknown_and_not_0(membership, store):
    not_paid_yet(store)

    assert ask(membership).buckets[Bucket.STORE].store_fen is None


def test_an_order_that_midnight_parts_where_a_period_ends_counts_once_on_each_side(
    membership, store
):
    sold(store, 1, day=LAST, paid_fen=700)
    ascribed(store, 1, day=LAST + ONE_DAY, paid_fen=900)

    before = ask(membership)
    after = ask(membership, first=LAST + ONE_DAY, last=LAST + ONE_DAY)

    assert buckets(before) == buckets(after) == {"day-cut": 1}
    assert (before.total.store_fen, before.total.attributed_fen) == (700, 0)
    assert (after.total.store_fen, after.total.attributed_fen) == (0, 900)
    assert all(tie.is_even for found in (before, after) for tie in ties(found))


def test_only_what_was_known_at_the_moment_counts(membership, store):
    told = starts_at(date(2025, 6, 15))
    sold(store, 1, known_to=told)
    sold(store, 1, status="TRADE_CLOSED", known_from=told)

    assert buckets(ask(membership, moment=told - ONE_DAY)) == {"store": 1}
    assert buckets(ask(membership)) == {"cancelled": 1}


def test_the_same_number_at_another_store_or_brand_is_another_order(membership, store, brand):
    sold(store, 1)
    ascribed(make_store(brand, 2), 1)
    ascribed(make_store(make_brand("other", "别家"), 3), 1)
    paid_back(make_store(make_brand("third", "又一家"), 4), 1, 10_000)

    assert buckets(ask(membership)) == {"attributed": 1, "store": 1}
    assert buckets(ask(membership, store=store)) == {"store": 1}


def test_two_rows_of_one_number_do_not_tie_and_say_so(membership, store):
    """Nothing of the ledger's keys forbids one order on two days."""
    sold(store, 1, paid_fen=100)
    sold(store, 1, day=DAY - ONE_DAY, paid_fen=100)
    ascribed(store, 1, paid_fen=100)

    of_store, attributed = ties(ask(membership))

    assert of_store.is_even
    assert (attributed.is_even, attributed.difference_fen) == (False, 100)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("window", [7, 30])
def test_the_buckets_are_what_sorting_one_by_one_gives(membership, store, brand, seed, window):
    stores = (store, make_store(brand, 2))
    facts = world(Random(f"{seed}"), stores)

    found = ask(membership, window=window)

    assert {
        bucket.value: tuple(getattr(s, f) for f in FIELDS) for bucket, s in found.buckets.items()
    } == oracle(facts, window)
    assert all(tie.is_even for tie in ties(found))


def world(rng, stores):
    """Tell of forty orders whatever may be told of them; return it by store and number."""
    facts = {}
    for number in range(40):
        store = rng.choice(stores)
        day = FIRST + timedelta(days=rng.randint(-2, 4))
        paid_fen, shift = rng.randint(1, 99_999), rng.choice([0, 0, 0, 1, -1])
        told = {"store": None, "attributed": None, "refunds": []}
        if rng.random() < 0.8:
            status = rng.choice(["TRADE_FINISHED"] * 5 + ["TRADE_CLOSED", "WAIT_BUYER_PAY"])
            unpaid = status == "WAIT_BUYER_PAY"
            told["store"] = sold(store, number, day, 0 if unpaid else paid_fen, status=status)
        if rng.random() < 0.7 or not told["store"]:
            apart = rng.choice([0, 6, 8, 29, 31])
            status, fen = rng.choice([12, 14, 3, 3, 13]), paid_fen + rng.randint(0, 1)
            other = day + timedelta(days=shift)
            told["attributed"] = ascribed(store, number, other, fen, apart, status=status)
        for _each in range(rng.choice([0, 0, 0, 1, 2])):
            fen = rng.choice([paid_fen, paid_fen // 2, paid_fen - paid_fen // 2])
            word, later = rng.choice(["SUCCESS", "SUCCESS", "CLOSED"]), rng.randint(0, 9)
            args = store, number, fen, day + timedelta(days=later), word
            told["refunds"].append(paid_back(*args, f"r{number}.{_each}"))
        facts[store.pk, number] = told
    return facts


def oracle(facts, window):
    sums = {bucket.value: [0, 0, None, 0, None, 0] for bucket in Bucket}
    for told in facts.values():
        ours, theirs = told["store"], told["attributed"]
        here = bool(ours and FIRST <= ours.day <= LAST)
        there = bool(theirs and FIRST <= theirs.day <= LAST)
        if not here and not there:
            continue
        back = sum(each.refund_fen for each in told["refunds"] if each.status == "SUCCESS")
        row = sums[sort(ours, theirs, back, window)]
        row[0] += 1
        for place, side, counts in ((1, ours, here), (3, theirs, there)):
            if counts:
                row[place] += 1
                if side.paid_fen is not None:
                    row[place + 1] = (row[place + 1] or 0) + side.paid_fen
        row[5] += back if here or not ours else 0
    for row in sums.values():
        for place in (1, 3):
            row[place + 1] = row[place + 1] if row[place] else 0
    return {bucket: tuple(row) for bucket, row in sums.items()}


def sort(ours, theirs, back, window):
    paid = next((side.paid_fen for side in (ours, theirs) if side and side.paid_fen), None)
    if paid and back >= paid:
        return "refunded"
    if (ours and ours.status == "TRADE_CLOSED") or (theirs and theirs.status == 13):
        return "cancelled"
    if not theirs:
        return "store"
    if not ours or ours.paid_fen is None:
        return "attributed"
    if (ours.ordered_at - theirs.clicked_at).total_seconds() > window * 86_400:
        return "out-of-window"
    return "both" if ours.day == theirs.day else "day-cut"
