"""The reconciliation page and its file, through the front door."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.tests.factories import make_window
from campaigns.tests.files import make_import, told
from campaigns.tests.reading import figures_on, table_in
from campaigns.tests.test_reconcile import DAY, ascribed, both, not_paid_yet, paid_back, sold
from merchants.models import Role
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib.days import days_between

URL, FILE = "/b/shancha/reconciliation/", "/b/shancha/reconciliation.csv"
PERIOD = {"from": "2025-06-10", "to": "2025-06-12"}
DAYS = [date(2025, 6, 10), date(2025, 6, 11), date(2025, 6, 12)]
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


@pytest.fixture
def store(brand):
    store = make_store(brand)
    make_connection(store)
    return store


def came(store, *, without=()):
    """Let each source tell of each day, but for those `without`."""
    for report in ("top.trades", "top.refunds", "top.affiliate"):
        for day in DAYS:
            if (report, day) not in without:
                make_window(store, day, report=report)


def shown(client, **asked):
    return figures_on(client.get(URL, PERIOD | asked).text)


def test_each_bucket_is_shown_with_what_each_side_counts(viewer, store):
    came(store)
    both(store)
    sold(store, 2, paid_fen=5_000)
    paid_back(store, 2, 100)

    figures = shown(viewer)

    assert {place: figures["orders", place] for place in ("both", "store", "day-cut", "total")} == {
        "both": "1",
        "store": "1",
        "day-cut": "0",
        "total": "2",
    }
    assert [figures[key, "total"] for key in ("store_fen", "attributed_fen")] == ["15000", "10000"]
    assert [figures[key, "store"] for key in ("difference_fen", "back_fen")] == ["5000", "100"]


def test_both_sides_tie_and_the_page_says_so(viewer, store):
    came(store)
    both(store)

    page = viewer.get(URL, PERIOD, headers=ENGLISH).text

    assert page.count("100.00") > 5
    assert ("does not tie" in page, "ties</span>" in page) == (False, True)


def test_what_does_not_tie_is_said_too(viewer, store):
    came(store)
    both(store)
    sold(store, 1, day=DAY - timedelta(days=1))

    assert "does not tie" in viewer.get(URL, PERIOD, headers=ENGLISH).text


def test_a_day_that_has_not_come_is_named_and_nothing_is_0_for_sure(viewer, store):
    came(store, without=[("top.affiliate", DAYS[1])])
    sold(store, 1)

    page = viewer.get(URL, PERIOD, headers=ENGLISH).text
    figures = figures_on(page)

    assert "1 day has not come: 06-11" in page
    assert (figures["orders", "store"], figures["orders", "both"]) == ("1", "")
    assert "nobody can say that there are none" in page


def test_an_imported_order_export_is_as_good_as_a_pulled_day(viewer, store):
    came(store, without=[("top.trades", day) for day in DAYS])
    make_import(store, kind="store_order", **told("2025-06-10", "2025-06-12"))

    assert "not come" not in viewer.get(URL, PERIOD, headers=ENGLISH).text


def test_a_store_whose_orders_nobody_reads_is_named_and_hides_nothing(viewer, store, brand):
    came(store)
    make_store(brand, 2, title="山茶专卖店")

    page = viewer.get(URL, PERIOD, headers=ENGLISH).text

    assert "山茶专卖店: no orders are read" in page
    assert figures_on(page)["orders", "both"] == "0"


def test_what_nobody_paid_is_a_dash_with_its_reason(viewer, store):
    came(store)
    not_paid_yet(store)

    page = viewer.get(URL, PERIOD, headers=ENGLISH).text

    assert figures_on(page)["store_fen", "store"] == ""
    assert "Nothing was paid for any of them." in page


def test_without_any_orders_the_page_says_what_to_do(viewer, brand):
    page = viewer.get(URL, headers=ENGLISH).text

    assert "No orders of a store are read yet" in page
    assert figures_on(page) == {}


def test_a_period_that_cannot_be_used_is_refused_in_words(viewer, store):
    answer = viewer.get(URL, {"from": "2025-06-12", "to": "2025-06-10"}, headers=ENGLISH)

    assert answer.status_code == 422
    assert "ends before it begins" in answer.text


def test_the_file_holds_the_figures_of_the_page(viewer, store):
    came(store)
    both(store)
    sold(store, 2, paid_fen=123)

    figures, lines = shown(viewer), table_in(viewer.get(FILE, PERIOD, headers=ENGLISH).content)

    assert [line["Bucket"] for line in lines][:3] == ["Total", "On both sides", "Attributed only"]
    assert (lines[0]["Sub-orders"], lines[0]["Paid at the store ¥"]) == ("2", "101.23")
    assert figures["store_fen", "total"] == "10123"


def test_a_member_of_one_store_reads_the_orders_of_that_one_alone(brand, store):
    other = make_store(brand, 2)
    came(store)
    both(store)
    sold(other, 3)
    sold(other, 4)

    def total_of(*stores):
        user = make_user(f"zhou{len(stores)}@example.test")
        make_membership(brand, user, Role.VIEWER, stores=stores)
        client = Client()
        client.force_login(user)
        return shown(client)["orders", "total"]

    assert (total_of(), total_of(store)) == ("3", "1")


def test_ten_orders_and_days_take_as_many_queries_as_one(viewer, store):
    def queries():
        with CaptureQueriesContext(database) as captured:
            viewer.get(URL, PERIOD)
        return len(captured)

    make_window(store, DAYS[0], report="top.trades")
    sold(store, 1)
    for_one = queries()
    for number, day in enumerate(days_between(DAYS[0], DAYS[2])):
        make_window(store, day, report="top.affiliate")
        sold(store, 10 + number)
        ascribed(store, 20 + number)

    assert queries() == for_one
