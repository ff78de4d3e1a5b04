"""Fewer than ten people are never told by their number: on pages, in files, or through a rate."""

from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from campaigns.models import StarDay
from campaigns.results.metrics import METRICS, Unit
from campaigns.results.shown import written
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.reading import figures_on, table_in
from merchants.models import Role
from merchants.tests.factories import make_store
from portal.lib.days import starts_at

DAY, BEFORE, TASK = date(2025, 6, 18), date(2025, 6, 17), "XHX1"
URL, FILE = "/b/shancha/results/star/", "/b/shancha/results/star.csv"
RECEIPT = "/b/shancha/results/receipt/"
ASKED = {"from": DAY, "to": DAY}
ENGLISH = {"Accept-Language": "en"}
BUYERS = "Buyers (people · 15 d)"


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def told(store, day=DAY, **figures):
    plain = {"read_uv": 400, "store_visit_uv": 40, "store_gmv_fen": 90_007}
    named = {"level": "task", "object_id": TASK, "window_days": 15, "sampling": 5000}
    return make_fact(StarDay, store, day, **named | plain | figures)


def read(client, url=URL, **asked):
    return client.get(url, ASKED | asked, headers=ENGLISH).text


@pytest.mark.parametrize(
    ("people", "shown"), [(0, "0"), (1, "<10"), (9, "<10"), (10, "10"), (None, "")]
)
def test_the_page_and_its_file_write_people_alike(viewer, store, people, shown):
    told(store, order_uv=people)

    line = table_in(viewer.get(FILE, ASKED, headers=ENGLISH).content)[1]

    assert figures_on(read(viewer))["order_uv", TASK] == shown
    assert line[BUYERS] == shown


def test_the_spreadsheet_writes_it_too(viewer, store):
    told(store, order_uv=7)

    content = viewer.get("/b/shancha/results/star.xlsx", ASKED, headers=ENGLISH).content
    lines = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()

    heads = next(line for line in lines if BUYERS in line)
    row = next(line for line in lines if TASK in line)
    assert row[heads.index(BUYERS)] == "<10"


def test_neither_side_of_a_rate_may_be_so_few(viewer, store):
    told(store, order_uv=7, new_customer_uv=0)

    page = read(viewer)

    assert figures_on(page)["buyer_rate", TASK] == ""
    assert figures_on(page)["new_customer_rate", TASK] == ""
    assert "Fewer than 10 people are behind it" in page


def test_a_rate_of_enough_people_and_the_money_stay(viewer, store):
    told(store, order_uv=7)

    found = figures_on(read(viewer))

    assert (found["visit_rate", TASK], found["store_gmv", TASK]) == ("0.1000", "90007")


def test_the_receipt_tells_them_by_no_day_page_or_revision(viewer, store):
    told(store, order_uv=7)

    page = read(viewer, RECEIPT, metric="order_uv", place=TASK)

    values = {value for (key, _place), value in figures_on(page).items() if key == "order_uv"}
    assert values == {"<10"}
    assert "&lt;10" in read(viewer, receipt="order_uv")


def test_a_change_of_a_few_people_is_not_told_by_its_number():
    assert METRICS["order_uv"].unit == Unit.PEOPLE
    assert (written(3, Unit.PEOPLE), written(3, Unit.COUNT)) == ("<10", "3")


def test_days_that_are_few_each_are_at_most_nine_each_together(viewer, store):
    told(store, order_uv=6)
    told(store, BEFORE, order_uv=6)

    page = read(viewer, **{"from": BEFORE})
    found = figures_on(page)

    assert "≤ 18" in page

    assert found["order_uv", TASK] == "18"
    assert found["order_uv", f"day:{DAY}"] == "<10"


def test_a_rate_with_a_few_on_some_day_is_at_most_so_much(viewer, store):
    told(store, order_uv=7)
    told(store, BEFORE, order_uv=11)

    page = read(viewer, **{"from": BEFORE})

    assert figures_on(page)["buyer_rate", TASK] == "0.2500"
    assert "≤ 25.00%" in page


def test_a_rate_that_may_be_more_than_all_of_them_is_not_told(viewer, store):
    for day in (BEFORE, DAY):
        told(store, day, order_uv=7, store_visit_uv=8)

    assert figures_on(read(viewer, **{"from": BEFORE}))["buyer_rate", TASK] == ""


def test_the_sample_of_a_few_is_not_told_by_what_it_stands_for(viewer, store):
    told(store, store_visit_uv=7, order_uv=12)

    page = read(viewer, scaled="1")

    assert figures_on(page)["store_visit_uv", TASK] == "18"
    assert "≤ 18" in page
    assert "≤ 24" not in page


def test_a_change_from_a_few_to_more_is_not_told(viewer, store):
    restated = starts_at(date(2025, 6, 21))
    told(store, BEFORE, order_uv=30)
    told(store, order_uv=7, known_to=restated)
    told(store, order_uv=12, known_from=restated)

    page = read(viewer, RECEIPT, metric="order_uv", place=TASK, **{"from": BEFORE})

    assert "≤ 39" in page
    assert "≤ 42" in page
    assert "+3" not in page
    assert "+5" not in page
