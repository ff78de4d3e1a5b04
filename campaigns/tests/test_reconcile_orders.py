"""From a bucket down to its orders, and to one with all that was told of it."""

from datetime import timedelta

import pytest

from campaigns.models import AffiliateOrder
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.reading import table_in
from campaigns.tests.test_reconcile import (
    DAY,
    ascribed,
    both,
    clicked_too_early,
    closed_by_the_programme,
    never_paid,
    not_paid_yet,
    only_ascribed,
    paid_back,
    parted_by_midnight,
    refunded_in_two_parts,
    sold,
)
from campaigns.tests.test_reconcile_page import came
from campaigns.views.reconcile_orders import ROWS_ON_A_PAGE
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store
from portal.lib.days import starts_at

URL, PERIOD = "/b/shancha/reconciliation/", {"from": "2025-06-10", "to": "2025-06-12"}
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def finance(client_as):
    return client_as(Role.FINANCE)


@pytest.fixture
def store(brand):
    return make_store(brand, title="山茶官方旗舰店")


def listed(client, bucket, **asked):
    return client.get(f"{URL}buckets/{bucket}/", PERIOD | asked, headers=ENGLISH)


@pytest.mark.parametrize(
    ("tell", "bucket", "why"),
    [
        (both, "both", "paid on both sides on one day, within the window"),
        (only_ascribed, "attributed", "not among the store&#x27;s orders"),
        (not_paid_yet, "store", "no click is told of, and not paid yet"),
        (refunded_in_two_parts, "refunded", "¥100.00 of ¥100.00 was paid back"),
        (never_paid, "cancelled", "closed at the store: Closed before payment"),
        (closed_by_the_programme, "cancelled", "closed by the affiliate programme"),
        (clicked_too_early, "out-of-window", "more than 16 days after the click"),
        (parted_by_midnight, "day-cut", "store&#x27;s on 2025-06-11, the programme&#x27;s on"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_an_order_stands_in_its_bucket_with_the_reason(finance, store, tell, bucket, why):
    tell(store)

    page = listed(finance, bucket).text

    assert why in page
    assert f"{URL}orders/{store.pk}/1/?" in page


def test_no_other_bucket_holds_it(finance, store):
    both(store)

    assert "No order lies in this bucket" in listed(finance, "store").text


def test_pages_hold_every_order_once_and_the_newest_first(finance, store):
    total = ROWS_ON_A_PAGE + 3
    for number in range(total):
        sold(store, 100 + number, day=DAY - timedelta(days=number % 2))

    first = listed(finance, "store")
    begins = first.context["next"]["page"]
    second = listed(finance, "store", page=begins)

    told = [[order for order, _w, _s in page.context["orders"]] for page in (first, second)]
    assert [len(page) for page in told] == [ROWS_ON_A_PAGE, 3]
    assert len({order.sub_order_id for page in told for order in page}) == total
    days = [order.day for page in told for order in page]
    assert days == sorted(days, reverse=True)
    assert second.context["next"] is None


@pytest.mark.parametrize("page", ["nonsense", "2025-13-40_1_1", "2025-06-11_1_%00"])
def test_a_page_that_cannot_be_is_refused_in_words(finance, store, page):
    assert listed(finance, "store", page=page).status_code == 422


def test_a_bucket_that_does_not_exist_is_not_found(finance, store):
    assert listed(finance, "everything").status_code == 404


def test_the_file_of_a_bucket_holds_all_of_it_to_the_fen(finance, store):
    sold(store, 1, paid_fen=12_345)
    ascribed(store, 1, paid_fen=12_346)
    paid_back(store, 1, 5)

    (line,) = table_in(finance.get(f"{URL}buckets/both.csv", PERIOD, headers=ENGLISH).content)

    amounts = [line[head] for head in ("Paid at the store ¥", "Attributed ¥", "Paid back ¥")]
    assert (line["Store"], line["Sub-order"]) == ("山茶官方旗舰店", "1")
    assert amounts == ["123.45", "123.46", "0.05"]


def test_an_orders_page_tells_every_version_of_both_sides_and_of_its_refunds(finance, store):
    later = starts_at(DAY + timedelta(days=3))
    sold(store, 1, status="WAIT_SELLER_SEND_GOODS", known_to=later)
    sold(store, 1, known_from=later)
    ascribed(store, 1, adzone_id="10900", relation_id="77007")
    paid_back(store, 1, 100, refund="501")

    page = finance.get(f"{URL}orders/{store.pk}/1/", headers=ENGLISH).text

    for words in ("Paid, not sent yet", "Finished", "Paid by the buyer", "Paid back", "501"):
        assert words in page
    assert "2025-06-14 00:00" in page
    assert page.count("still holds") == 3


def test_what_was_not_known_yet_is_not_told_of(finance, store):
    later = starts_at(DAY + timedelta(days=3))
    sold(store, 1, status="WAIT_SELLER_SEND_GOODS", known_to=later)
    sold(store, 1, known_from=later)

    then = finance.get(f"{URL}orders/{store.pk}/1/", {"as_of": "2025-06-12"}, headers=ENGLISH).text

    assert ("Paid, not sent yet" in then, "Finished" in then) == (True, False)
    before = finance.get(f"{URL}orders/{store.pk}/1/", {"as_of": "2025-06-11"})
    assert before.status_code == 404


def test_an_order_of_another_store_is_not_found_under_this_one(finance, store, brand):
    other = make_store(brand, 2)
    make_fact(AffiliateOrder, other, DAY, sub_order_id="9")

    assert finance.get(f"{URL}orders/{store.pk}/9/").status_code == 404
    assert finance.get(f"{URL}orders/{other.pk}/9/").status_code == 200


@pytest.mark.parametrize(("role", "links"), [(Role.FINANCE, True), (Role.MARKETER, False)])
def test_only_who_may_open_single_orders_is_led_to_them(client_as, brand, role, links):

    store = make_store(brand, 3)
    make_connection(store)
    came(store)

    assert (f"{URL}buckets/" in client_as(role).get(URL, PERIOD).text) is links
