"""Results of one note, creator or item: both chains by day, and how each day ripened."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.tests.factories import make_link, make_note, make_note_day
from campaigns.tests.reading import figures_on
from merchants.models import Role
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.days import starts_at

DAY = date(2025, 6, 18)
ENGLISH = {"Accept-Language": "en"}
ITEM = "739204418852"
URL = "/b/shancha/results/"


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def connection(store):
    return make_connection(store)


@pytest.fixture
def note(connection):
    note = make_note(connection, 1, creator="小满")
    make_note_day(note, DAY, fee_fen=700)
    return note


@pytest.fixture
def other(connection, note):
    other = make_note(connection, 2)
    make_note_day(other, DAY, fee_fen=50)
    return other


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def page_of(client, note, **asked):
    page = client.get(f"{URL}notes/{note.pk}/", asked, headers=ENGLISH)
    assert page.status_code == 200
    return page.text


def test_a_notes_page_holds_its_own_figures_and_no_others(viewer, note, other):
    figures = figures_on(page_of(viewer, note))

    assert figures["spend", "total"] == figures["spend", f"day:{DAY}"] == "700"
    assert figures["ctr", f"day:{DAY}"] == "0.0800"
    assert figures["jump_rate", f"day:{DAY}"] == "0.1250"


def test_every_window_stands_beside_the_others(viewer, note):
    figures = figures_on(page_of(viewer, note, window=7))

    assert [figures["order", f"day:{DAY}:in:{n}"] for n in (7, 15, 30)] == ["4", "5", "6"]
    assert [figures["gmv", f"total:{n}"] for n in (7, 15, 30)] == ["12000", "20000", "26000"]
    assert figures["roi", "total:30"] == "37.1429"


def test_a_day_is_shown_as_it_was_known_at_each_age(viewer, connection):
    note, restated = make_note(connection), starts_at(date(2025, 6, 21))
    make_note_day(note, DAY, gmv_15_fen=100, order_15=1, known_to=restated)
    make_note_day(note, DAY, gmv_15_fen=900, order_15=3, known_from=restated)

    figures = figures_on(page := page_of(viewer, note))

    ages = [1, 3, 7, 15, 30]
    assert [figures["gmv", f"day:{DAY}:{n}"] for n in ages] == ["100", "900", "", "", ""]
    assert [figures.get(("order", f"day:{DAY}:{n}")) for n in ages[:3]] == ["1", "3", None]
    assert "Not before 2025-06-25." in page


def test_an_age_ends_with_its_day_in_shanghai(viewer, connection):
    note, third = make_note(connection), starts_at(DAY + timedelta(days=4))
    make_note_day(note, DAY, gmv_15_fen=100, known_to=third)
    make_note_day(note, DAY, gmv_15_fen=900, known_from=third)

    figures = figures_on(page_of(viewer, note))

    assert (figures["gmv", f"day:{DAY}:3"], figures["gmv", f"day:{DAY}"]) == ("100", "900")


def test_an_older_as_of_knows_no_later_age(viewer, note):
    page = page_of(viewer, note, as_of="2025-06-20", **{"from": DAY, "to": DAY})

    figures = figures_on(page)
    assert figures["gmv", f"day:{DAY}:1"] == "20000"
    assert figures["gmv", f"day:{DAY}:3"] == ""
    assert "Not before 2025-06-21." in page


def test_what_was_not_known_by_an_age_is_a_dash_and_not_a_zero(viewer, connection):
    note = make_note(connection)
    make_note_day(note, DAY, known_from=starts_at(date(2025, 6, 21)), gmv_15_fen=None)

    page = page_of(viewer, note)

    assert figures_on(page)["gmv", f"day:{DAY}:1"] == figures_on(page)["gmv", f"day:{DAY}:3"] == ""
    assert "Nothing was known of this day by then." in page
    assert "Juguang has not returned this." in page


def test_a_day_that_owes_its_figures_stands_among_them_and_a_quiet_one_does_not(
    viewer, note, other
):
    quiet = DAY - timedelta(days=1)
    make_note_day(other, quiet)

    page = page_of(viewer, note, **{"from": DAY - timedelta(days=2), "to": DAY})

    cohort = page.split('id="cohort"')[1]
    assert "2025-06-18" in cohort
    assert "2025-06-16" in cohort
    assert "2025-06-17" not in cohort


def test_a_creators_page_adds_up_their_notes_and_lists_them(viewer, note, other, connection):
    make_note_day(make_note(connection, 3, creator="小满"), DAY, fee_fen=30)

    page = viewer.get(f"{URL}creators/", {"creator": "小满"}, headers=ENGLISH).text

    assert figures_on(page)["spend", "total"] == "730"
    assert figures_on(page)["spend", note.note_id] == "700"
    assert ("spend", other.note_id) not in figures_on(page)


def test_an_items_page_is_of_the_notes_whose_newest_link_leads_to_it(viewer, note, other):
    make_link(note, item_title="山茶花卸妆膏")
    make_link(other, item_id="710500318001")

    page = viewer.get(f"{URL}items/{ITEM}/", headers=ENGLISH).text

    assert figures_on(page)["spend", "total"] == "700"
    assert "<h1>山茶花卸妆膏</h1>" in page


def test_the_creators_without_one_named_are_the_group_of_them(viewer, note):
    answer = viewer.get(f"{URL}creators/")

    assert answer["Location"] == "/b/shancha/results/?group=creator"


@pytest.mark.parametrize("path", ["creators/?creator=nobody", "items/999999/", "notes/0/"])
def test_what_nobody_knows_is_not_found(viewer, note, path):
    assert viewer.get(URL + path).status_code == 404


def test_another_brands_note_creator_and_item_are_not_found(viewer, note):
    theirs = make_note(make_connection(make_store(make_brand("other", "别家"), 5)), creator="别人")
    make_link(theirs, item_id="888888888")

    asked = (f"notes/{theirs.pk}/", "creators/?creator=别人", "items/888888888/")

    assert {viewer.get(URL + path).status_code for path in asked} == {404}


def test_a_narrowed_member_finds_no_note_of_another_store(client, brand, note):
    user = make_user("narrowed@example.test")
    make_membership(brand, user, Role.VIEWER, stores=(make_store(brand, 2),))
    client.force_login(user)

    assert client.get(f"{URL}notes/{note.pk}/").status_code == 404
    assert client.get(f"{URL}creators/", {"creator": "小满"}).status_code == 404


def test_what_cannot_be_used_is_answered_422_beside_the_usual_figures(viewer, note):
    answer = viewer.get(f"{URL}notes/{note.pk}/", {"window": 9})

    assert answer.status_code == 422
    assert figures_on(answer.text)["spend", "total"] == "700"


def test_a_note_without_delivery_says_so_and_offers_the_usual_days(viewer, note):
    page = page_of(viewer, note, **{"from": "2025-06-01", "to": "2025-06-02", "window": 7})

    assert "Nothing from 2025-06-01 to 2025-06-02" in page
    assert 'href="?window=7"' in page


def test_the_table_leads_to_each_note_under_the_same_question(viewer, note):
    page = viewer.get(URL, {"window": 7, "as_of": "2025-06-22", "sort": "spend"}).text

    assert f'href="{URL}notes/{note.pk}/?as_of=2025-06-22&amp;window=7"' in page


@pytest.mark.parametrize("group", ["creator", "item"])
def test_creators_and_items_lead_to_their_own_pages(viewer, note, group):
    make_link(note)
    lead = {
        "creator": "creators/?window=7&amp;creator=%E5%B0%8F%E6%BB%A1",
        "item": f"items/{ITEM}/",
    }

    page = viewer.get(URL, {"group": group, "window": 7}).text

    assert f'href="{URL}{lead[group]}' in page


def test_a_receipt_opens_on_the_page_of_a_note(viewer, note, other):
    page = page_of(viewer, note, receipt="spend")

    assert "What the ads of the note cost on that day." in page


def test_ten_notes_and_days_of_a_creator_take_as_many_queries_as_one(viewer, note, connection):
    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            assert viewer.get(f"{URL}creators/", {"creator": "小满"}).status_code == 200
        return len(captured)

    for_one = queries()
    for number in range(2, 12):
        more = make_note(connection, number, creator="小满")
        make_note_day(more, DAY - timedelta(days=number))
    assert queries() == for_one


def test_a_notes_receipt_leads_to_the_receipt_of_that_note(viewer, note, other):
    page = page_of(viewer, note, receipt="spend")

    address = re.search(r'href="([^"]*/results/receipt/[^"]*)"', page)[1].replace("&amp;", "&")
    receipt = viewer.get(address, headers=ENGLISH)

    assert figures_on(receipt.text)["spend", note.note_id] == "700"
