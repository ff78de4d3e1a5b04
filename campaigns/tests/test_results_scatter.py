"""Spend against GMV: a dot for each note that has both, and a word for each that has not."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.tests.factories import make_note, make_note_day
from campaigns.tests.reading import chart_in
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store

DAY = date(2025, 6, 18)
OLD = date(2025, 6, 1)  # its 15 days are over
URL = "/b/shancha/results/scatter/"
RESULTS = "/b/shancha/results/"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def connection(brand):
    return make_connection(make_store(brand))


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def page_of(client, **asked):
    page = client.get(URL, {"from": OLD, **asked}, headers=ENGLISH)
    assert page.status_code == 200
    return page.text


def drawn(page):
    return chart_in(page, "scatter")


def dots_on(page):
    return {dot["name"]: dot for dot in drawn(page)["dots"]}


def noted(connection, number, day=DAY, **figures):
    note = make_note(connection, number)
    make_note_day(note, day, **figures)
    return note


def test_each_note_stands_at_its_spend_and_its_gmv(viewer, connection):
    note = noted(connection, 1, fee_fen=12_345, gmv_15_fen=67_800)
    noted(connection, 2)

    dot = dots_on(page_of(viewer))[note.title]

    assert (dot["spend"], dot["gmv"], dot["note"]) == (123.45, 678.0, note.pk)
    assert dot["roi"] == "5.49"


def test_a_note_without_returned_gmv_is_left_out_and_counted(viewer, connection):
    missing = noted(connection, 1, order_15=None, gmv_15_fen=None)
    noted(connection, 2)
    noted(connection, 3)

    page = page_of(viewer)

    assert missing.title not in dots_on(page)
    assert "1 note is left out: its GMV is not returned" in page


def test_of_a_note_returned_in_part_both_sides_are_of_the_same_days(viewer, connection):
    note = noted(connection, 1, fee_fen=1_000, gmv_15_fen=2_000)
    make_note_day(note, OLD, fee_fen=50_000, order_15=None, gmv_15_fen=None)
    noted(connection, 2)

    page = page_of(viewer)

    assert dots_on(page)[note.title]["spend"] == 10.0
    assert "of 1 note only the days with returned GMV count" in page


def test_a_note_that_cost_nothing_has_no_place(viewer, connection):
    free = noted(connection, 1, fee_fen=0)
    noted(connection, 2)
    noted(connection, 3)

    page = page_of(viewer)

    assert free.title not in dots_on(page)
    assert "1 note cost nothing" in page


def test_a_dot_tells_whether_it_can_be_judged(viewer, connection):
    closed = noted(connection, 1, OLD, order_15=30)
    still_open = noted(connection, 2, order_15=30)
    thin = noted(connection, 3, OLD, order_15=29)

    kinds = {name: dot["kind"] for name, dot in dots_on(page_of(viewer)).items()}

    assert kinds == {closed.title: "closed", still_open.title: "open", thin.title: "thin"}


@pytest.mark.parametrize(("most", "is_log"), [(50_000, False), (50_001, True)])
def test_axes_are_logarithmic_where_notes_lie_far_apart(viewer, connection, most, is_log):
    noted(connection, 1, fee_fen=1_000)
    noted(connection, 2, fee_fen=most)

    assert drawn(page_of(viewer))["is_log"] is is_log


def test_lines_of_equal_roi_are_round_and_lie_among_the_notes(viewer, connection):
    noted(connection, 1, fee_fen=1_000, gmv_15_fen=700)
    noted(connection, 2, fee_fen=1_000, gmv_15_fen=5_500)

    chart = drawn(page_of(viewer))

    assert chart["lines"] == [1, 2, 5]
    assert chart["total"] == 3.1


def test_one_note_alone_is_no_chart(viewer, connection):
    noted(connection, 1)

    page = page_of(viewer)

    assert 'data-chart="scatter"' not in page
    assert "It takes two notes" in page
    assert URL not in viewer.get(RESULTS, {"from": OLD}).text


def test_the_results_fetch_the_chart_when_it_comes_into_view(viewer, connection):
    noted(connection, 1)
    noted(connection, 2)

    page = viewer.get(RESULTS, {"from": OLD, "window": 30}, headers=ENGLISH).text
    (address,) = re.findall(rf'hx-get="({URL}[^"]*)" hx-trigger="intersect once"', page)
    fetched = viewer.get(unescape(address), headers=ENGLISH | {"HX-Request": "true"}).text

    assert 'data-chart="scatter"' not in page
    assert len(dots_on(fetched)) == 2
    assert "<html" not in fetched
    assert f"{RESULTS}?from=2025-06-01&amp;window=30&amp;group=note" in fetched


def test_on_paper_the_chart_stands_among_the_results(viewer, connection):
    noted(connection, 1)
    noted(connection, 2)

    page = viewer.get(RESULTS, {"from": OLD, "print": 1}).text

    assert len(dots_on(page)) == 2
    assert URL not in page


def test_a_dot_leads_to_its_notes_own_page_with_the_same_window(viewer, connection):
    noted(connection, 1)
    note = noted(connection, 2)

    address = drawn(page_of(viewer, window=30))["address"].replace("{note}", f"{note.pk}")

    assert address == f"/b/shancha/results/notes/{note.pk}/?from=2025-06-01&window=30"
    assert viewer.get(address).status_code == 200


def test_ten_notes_take_as_many_queries_as_two(viewer, connection):
    noted(connection, 1)
    noted(connection, 2)

    def queries():
        with CaptureQueriesContext(database) as captured:
            page_of(viewer)
        return len(captured)

    for_two = queries()
    for number in range(3, 11):
        noted(connection, number)
    assert queries() == for_two
