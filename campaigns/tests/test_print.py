"""Results on paper: laid out for it by a link, with every row and every table unfolded."""

from datetime import date

import pytest

from campaigns.tests.factories import make_note, make_note_day
from campaigns.tests.reading import figures_on
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store

DAY = date(2025, 6, 18)
PAGES = ["overview/", "results/", "results/star/"]
FOR_SCREEN, FOR_PAPER = 'print.css" media="print"', 'print.css" media="all"'
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def connection(brand):
    return make_connection(make_store(brand))


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_laid_out_for_paper_where_that_is_asked(viewer, connection, page):
    make_note_day(make_note(connection), DAY)

    on_screen, on_paper = viewer.get(f"/b/shancha/{page}"), viewer.get(f"/b/shancha/{page}?print=1")

    assert (FOR_SCREEN in on_screen.text, FOR_PAPER in on_screen.text) == (True, False)
    assert (FOR_SCREEN in on_paper.text, FOR_PAPER in on_paper.text) == (False, True)
    assert "js/print.js" in on_paper.text
    assert "js/print.js" not in on_screen.text


def test_the_link_to_paper_keeps_the_question(viewer, connection):
    make_note_day(make_note(connection), DAY)

    page = viewer.get("/b/shancha/results/", {"window": 7, "receipt": "gmv"}).text

    assert 'href="?window=7&amp;print=1"' in page


def test_paper_says_whose_figures_these_are_and_as_known_when(viewer, connection, brand):
    make_note_day(make_note(connection), DAY)

    page = viewer.get("/b/shancha/results/?print=1&creator=林小鹿", headers=ENGLISH).text

    head = page.split('class="print-only sm">')[1].split("</p>")[0]
    assert brand.name in head
    assert "Creator: 林小鹿" in head
    assert "as of 2025-06-23 09:40" in head


def test_paper_has_every_row_and_unfolds_the_days(viewer, connection):
    for number in range(1, 61):
        make_note_day(make_note(connection, number), DAY)

    def rows(page):
        return sum(key == "spend" and place.startswith("68") for key, place in figures_on(page))

    on_screen = viewer.get("/b/shancha/results/").text
    on_paper = viewer.get("/b/shancha/results/?print=1").text

    assert (rows(on_screen), rows(on_paper)) == (50, 60)
    assert ("<details open>" in on_screen, "<details open>" in on_paper) == (False, True)
