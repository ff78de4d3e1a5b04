"""The result page, through the front door."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.tests.factories import make_note, make_note_day, note_id_of
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
URL = "/b/shancha/results/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def connection(brand):
    return make_connection(make_store(brand))


@pytest.fixture
def note(connection):
    return make_note(connection)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def test_every_figure_of_a_note_is_on_the_page(viewer, note):
    make_note_day(note, DAY)

    figures = figures_on(viewer.get(URL).text)

    expected = {
        "spend": "10000",
        "impression": "5000",
        "ad_click": "400",
        "reads": "",
        "interaction": "60",
        "jump_click": "50",
        "order": "5",
        "gmv": "20000",
        "roi": "2.0000",
    }
    for place in (note.note_id, "total"):
        assert {key: figures[key, place] for key in expected} == expected
    assert figures["gmv", "day:2025-06-18"] == "20000"
    assert figures["cost_per_jump", "total"] == "200"
    assert figures["ctr", "total"] == "0.0800"
    assert figures["order_rate", "total"] == "0.1000"


@pytest.mark.parametrize(("window", "order"), [(7, "4"), (15, "5"), (30, "6")])
def test_the_window_is_chosen_in_the_address(viewer, note, window, order):
    make_note_day(note, DAY)

    page = viewer.get(URL, {"window": window}).text

    assert figures_on(page)["order", "total"] == order
    assert figures_on(page)["jump_click", "total"] == "50"


def test_unknown_is_a_dash_with_its_reason_and_not_a_zero(viewer, note):
    make_note_day(note, DAY, order_15=None, gmv_15_fen=None)

    page = viewer.get(URL, headers={"Accept-Language": "en"}).text

    assert figures_on(page)["order", note.note_id] == ""
    assert figures_on(page)["roi", "total"] == ""
    assert "Juguang has not returned this." in page


def test_the_step_that_is_not_returned_says_why(viewer, note):
    make_note_day(note, DAY)

    page = viewer.get(URL, headers={"Accept-Language": "en"}).text

    assert figures_on(page)["store_visit", "total"] == ""
    assert "has no store entries" in page


def test_the_page_shows_what_was_known_on_the_day_asked_for(viewer, note):
    restated = starts_at(date(2025, 6, 21)) + timedelta(hours=6)
    make_note_day(note, DAY, known_to=restated, gmv_15_fen=100)
    make_note_day(note, DAY, known_from=restated, gmv_15_fen=900)

    assert figures_on(viewer.get(URL).text)["gmv", "total"] == "900"
    on_the_20th = viewer.get(URL, {"as_of": "2025-06-20"}).text
    assert figures_on(on_the_20th)["gmv", "total"] == "100"
    assert "2025-06-20 23:59" in on_the_20th


def test_a_day_that_should_be_there_and_is_not_is_named(viewer, note):
    make_note_day(note, DAY)

    asked = {"from": "2025-06-17", "to": "2025-06-18"}
    page = viewer.get(URL, asked, headers={"Accept-Language": "en"}).text

    assert "1 day has not been returned: 06-17" in page
    assert ("gmv", "day:2025-06-17") not in figures_on(page)
    assert "Juguang has returned nothing for this day." in page


def test_a_note_without_orders_is_named_and_its_spend_left_out(viewer, note, connection):
    make_note_day(note, DAY, fee_fen=10_000, gmv_15_fen=30_000)
    make_note_day(make_note(connection, 2), DAY, fee_fen=90_000, gmv_15_fen=None, order_15=None)

    page = viewer.get(URL, {"receipt": "roi"}, headers={"Accept-Language": "en"}).text

    assert figures_on(page)["roi", "total"] == "3.0000"
    assert "orders returned for 1 of 2 notes" in page
    assert "¥900.00 of spend without returned GMV is left out." in page


@pytest.mark.parametrize(
    "asked",
    [
        {"window": "9"},
        {"from": "2025-02-30"},
        {"from": "18.06.2025"},
        {"from": "0001-01-01"},
        {"to": "2025-06-23"},
        {"from": "2025-06-20", "to": "2025-06-10"},
        {"from": "2024-01-01", "to": "2025-06-10"},
        {"as_of": "2025-06-24"},
        {"as_of": "0001-01-01"},
        {"as_of": "\0"},
        {"store": "999"},
        {"sort": "reads; DROP TABLE"},
        {"receipt": "profit"},
        {"page": "-1"},
    ],
    ids=str,
)
def test_what_cannot_be_used_is_answered_422_beside_the_usual_figures(viewer, note, asked):
    make_note_day(note, DAY)

    response = viewer.get(URL, asked)

    assert response.status_code == 422
    assert figures_on(response.text)["gmv", "total"] == "20000"
    assert 'role="alert"' in response.text


def test_a_wrong_day_is_kept_in_its_field(viewer, note):
    page = viewer.get(URL, {"as_of": "2025-06-24"}).text

    assert 'name="as_of" value="2025-06-24"' in page


def test_notes_are_ordered_by_the_column_asked_for_with_the_unknown_last(viewer, note, connection):
    make_note_day(note, DAY, fee_fen=300, order_15=1)
    make_note_day(make_note(connection, 2), DAY, fee_fen=200, order_15=9)
    make_note_day(make_note(connection, 3), DAY, fee_fen=900, order_15=None)

    def order_of(sort: str) -> list[int]:
        page = viewer.get(URL, {"sort": sort}).text
        rows = page[page.index("<tbody>", page.index('id="notes"')) :]
        return sorted([1, 2, 3], key=lambda number: rows.index(note_id_of(number)))

    assert order_of("") == [3, 1, 2]
    assert order_of("-order") == [2, 1, 3]
    assert order_of("order") == [1, 2, 3]


def test_a_receipt_names_source_window_and_what_was_known_before(viewer, note):
    restated = starts_at(date(2025, 6, 22)) + timedelta(hours=6)
    make_note_day(note, DAY, known_to=restated, gmv_15_fen=10_000)
    make_note_day(note, DAY, known_from=restated, gmv_15_fen=25_000)

    headers = HTMX | {"HX-Target": "receipt", "Accept-Language": "en"}
    page = viewer.get(URL, {"receipt": "gmv"}, headers=headers).text

    assert page.lstrip().startswith('<div class="rc-receipt" id="receipt"')
    assert "external_rgmv_15" in page
    assert "+150.00" in page
    assert figures_on(page) == {("gmv", "total"): "25000"}


def test_htmx_gets_the_fragment_alone(viewer, note):
    make_note_day(note, DAY)

    page = viewer.get(URL, {"window": 7}, headers=HTMX).text

    assert "<html" not in page
    assert page.lstrip().startswith('<div class="stack" id="results"')


def test_a_provisional_figure_is_marked_and_a_mature_one_is_not(viewer, note):
    make_note_day(note, date(2025, 5, 24))
    mature = f'<span data-metric="order" data-note="{note.note_id}"'

    assert mature in viewer.get(URL).text
    make_note_day(note, DAY)
    assert mature not in viewer.get(URL).text


def test_without_an_account_the_page_says_to_connect_one(viewer, brand):
    page = viewer.get(URL, headers={"Accept-Language": "en"}).text

    assert "No Juguang account is connected yet" in page
    assert 'data-metric="gmv"' not in page


def test_before_the_first_pull_the_page_says_that_it_comes(viewer, connection):
    page = viewer.get(URL, headers={"Accept-Language": "en"}).text

    assert "nothing has been pulled yet" in page


def test_an_empty_period_says_so(viewer, note):
    make_note_day(note, DAY)

    asked = {"from": "2025-06-01", "to": "2025-06-02"}
    page = viewer.get(URL, asked, headers={"Accept-Language": "en"}).text

    assert "Nothing from 2025-06-01 to 2025-06-02" in page


def test_a_narrowed_membership_sees_only_its_store(client_as, brand, note):
    other = make_store(brand, 2)
    make_note_day(note, DAY, gmv_15_fen=100)
    make_note_day(make_note(make_connection(other), 2), DAY, gmv_15_fen=700)
    client = client_as(None)
    narrowed = make_user("narrow@example.test")
    make_membership(brand, narrowed, Role.VIEWER, (other,))
    client.force_login(narrowed)

    assert figures_on(client.get(URL).text)["gmv", "total"] == "700"
    assert client.get(URL, {"store": note.store_id}).status_code == 422


def test_the_store_filter_keeps_one_store(viewer, brand, note):
    other = make_store(brand, 2)
    make_note_day(note, DAY, gmv_15_fen=100)
    make_note_day(make_note(make_connection(other), 2), DAY, gmv_15_fen=700)

    assert figures_on(viewer.get(URL, {"store": other.pk}).text)["gmv", "total"] == "700"
    assert figures_on(viewer.get(URL).text)["gmv", "total"] == "800"


def test_another_brands_facts_are_in_no_figure(viewer, note):
    stranger = make_note(make_connection(make_store(make_brand("other", "别家"))), 9)
    make_note_day(note, DAY)
    make_note_day(stranger, DAY)

    page = viewer.get(URL).text

    assert figures_on(page)["spend", "total"] == "10000"
    assert stranger.note_id not in page


def test_sixty_notes_take_as_many_queries_as_one(viewer, note, connection):
    make_note_day(note, DAY)

    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            assert viewer.get(URL).status_code == 200
        return len(captured)

    for_one = queries()
    for number in range(2, 61):
        make_note_day(make_note(connection, number), DAY)
    assert queries() == for_one


def test_the_second_page_holds_the_notes_after_the_fiftieth(viewer, connection):
    for number in range(1, 53):
        make_note_day(make_note(connection, number), DAY, fee_fen=10_000 - number)

    figures = figures_on(viewer.get(URL, {"page": 2}).text)

    assert {note for _, note in figures if note.startswith("68")} == {
        note_id_of(51),
        note_id_of(52),
    }
    assert figures["order", "total"] == str(52 * 5)


@pytest.mark.parametrize(("first", "in_place"), [("2025-03-23", True), ("2025-03-22", False)])
def test_days_of_a_long_period_are_a_group_of_their_own(viewer, note, first, in_place):
    """93 days would be most of the page; grouped by day they are paged, and so on paper whole."""
    make_note_day(note, DAY)
    asked = {"from": first, "to": "2025-06-22"}

    page = viewer.get(URL, asked).text
    by_day = f"?from={first}&amp;to=2025-06-22&amp;group=day#notes"

    assert (("gmv", "day:2025-06-18") in figures_on(page)) is in_place
    assert (by_day in page) is not in_place
    assert ("gmv", "day:2025-06-18") in figures_on(viewer.get(URL, asked | {"group": "day"}).text)
    assert ("gmv", "day:2025-06-18") in figures_on(viewer.get(URL, asked | {"print": 1}).text)
