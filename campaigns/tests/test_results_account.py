"""The account's spending below its notes', on the page and in its file: the total ties to it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from campaigns.tests.accounts import DAY, note_report, spent
from campaigns.tests.factories import make_window
from campaigns.tests.reading import figures_on, table_in
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store

PAGE, FILE = "/b/shancha/results/", "/b/shancha/results.csv"
BEFORE = DAY - timedelta(days=1)
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def store(brand):
    store = make_store(brand)
    make_connection(store)
    return store


@pytest.fixture
def two_days(store):
    """Of 1,000.07 and 500.01 the notes have 900.02 and 500.01."""
    spent(store, 100_007, [30_001, 60_001])
    spent(store, 50_001, [50_001], day=BEFORE)
    note_report(store)
    note_report(store, BEFORE)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def spend_on(client, **asked):
    found = figures_on(client.get(PAGE, asked, headers=ENGLISH).text)
    return {place: value for (key, place), value in found.items() if key == "spend"}


def spend_in(client, **asked):
    """Return {first column: fen} of the file."""
    table = table_in(client.get(FILE, asked, headers=ENGLISH).content)
    return {next(iter(line.values())): int(Decimal(line["Spend ¥"]) * 100) for line in table}


def test_notes_and_unallocated_are_the_account_to_the_fen(viewer, two_days):
    spend = spend_on(viewer)

    assert spend["unallocated"] == "10005"
    assert int(spend["total"]) + int(spend["unallocated"]) == int(spend["account"]) == 150_008


def test_the_file_says_the_same(viewer, two_days):
    spend = spend_in(viewer, group="creator")

    assert (spend["Total"], spend["Unallocated"]) == (140_003, 10_005)
    assert spend["Account total"] == 150_008


def test_each_day_ties_too_on_the_page_and_in_the_file(viewer, two_days):
    spend = spend_on(viewer, group="day")
    total, first, second = table_in(viewer.get(FILE, {"group": "day"}, headers=ENGLISH).content)

    assert spend["unallocated:2025-06-18"] == "10005"
    assert spend["unallocated:2025-06-17"] == "0"
    assert spend["account:2025-06-18"] == "100007"
    for line, unallocated in ((total, "100.05"), (first, "100.05"), (second, "0.00")):
        assert line["Unallocated ¥"] == unallocated
        assert Decimal(line["Account total ¥"]) == Decimal(unallocated) + Decimal(line["Spend ¥"])


def test_a_day_on_which_no_note_spent_has_a_row_too(viewer, store, two_days):
    earlier = BEFORE - timedelta(days=1)
    spent(store, 333, day=earlier)
    note_report(store, earlier)

    spend = spend_on(viewer, group="day")

    assert spend[f"unallocated:{earlier}"] == spend[f"account:{earlier}"] == "333"
    parts = [int(spend[f"unallocated:{day}"]) for day in (earlier, BEFORE, DAY)]
    assert sum(parts) == int(spend["unallocated"])


def test_a_day_that_does_not_tie_is_named_with_its_reason(viewer, store):
    spent(store, 100, [40])
    note_report(store)
    spent(store, None, [70], day=BEFORE)

    page = viewer.get(PAGE, headers=ENGLISH).text

    assert figures_on(page)["spend", "unallocated"] == "60"
    assert "1 day does not tie: 06-17" in page
    assert "The account&#x27;s spending of this day is not returned yet." in page
    assert "1 of 2 days" in page


def test_days_before_the_accounts_report_are_not_called_late(viewer, store, two_days):
    make_window(store, BEFORE, report="juguang.account_day")
    make_window(store, DAY, report="juguang.account_day")
    for ago in (20, 40, 60):
        earlier = DAY - timedelta(days=ago)
        spent(store, None, [70], day=earlier)
        note_report(store, earlier)

    page = viewer.get(PAGE, {"from": "2025-04-01", "to": DAY}, headers=ENGLISH).text

    spend = {place: value for (key, place), value in figures_on(page).items() if key == "spend"}
    assert (spend["unallocated"], spend["account"]) == ("10005", "150008")
    assert "2 of 5 days" in page
    assert "3 days do not tie: 04-19 05-09 05-29" in page
    assert "first read for later days" in page
    assert "is not returned yet" not in page


def test_a_day_within_the_accounts_report_is_late(viewer, store, two_days):
    earlier = BEFORE - timedelta(days=1)
    make_window(store, earlier, report="juguang.account_day", status="owed")
    spent(store, None, [70], day=earlier)

    page = viewer.get(PAGE, headers=ENGLISH).text

    assert "is not returned yet" in page
    assert "first read for later days" not in page


def test_what_no_account_told_is_a_dash_and_not_nought(viewer, store):
    spent(store, None, [70])

    line = table_in(viewer.get(FILE, headers=ENGLISH).content)[1]

    assert spend_on(viewer)["unallocated"] == ""
    assert (line["Note"], line["Spend ¥"], line["Returned"]) == (
        "Unallocated",
        "",
        "0 of 1 account days",
    )


def test_of_some_notes_alone_nothing_is_unallocated_and_it_is_said(viewer, two_days, store):
    asked = {"creator": "林小鹿"}
    page = viewer.get(PAGE, asked, headers=ENGLISH)
    file = viewer.get(FILE, asked, headers=ENGLISH).content.decode()

    assert ("spend", "unallocated") not in figures_on(page.text)
    assert "of some notes alone nothing ties" in file
    assert "Account total" not in file


def test_other_columns_say_why_they_are_empty(viewer, two_days):
    page = viewer.get(PAGE, headers=ENGLISH).text

    assert figures_on(page)["gmv", "unallocated"] == ""
    assert "Of the account only the spend is set against its notes" in page
