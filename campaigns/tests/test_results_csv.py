"""The file: the same figures as the page, safe to open."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.tests.factories import make_note, make_note_day
from campaigns.tests.reading import figures_on, table_in
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store

DAY = date(2025, 6, 18)
PAGE, FILE = "/b/shancha/results/", "/b/shancha/results.csv"
ENGLISH = {"Accept-Language": "en"}
HEADS = {
    "Spend ¥": "spend",
    "Impressions (times)": "impression",
    "Clicks (times)": "ad_click",
    "Reads (times)": "reads",
    "Interactions (times)": "interaction",
    "Jumps (times · 7 d)": "jump_click",
    "Orders (orders · 15 d)": "order",
    "GMV ¥ (15 d)": "gmv",
    "ROI (15 d)": "roi",
}

ABOVE = {"Total": "total", "Unallocated": "unallocated", "Account total": "account"}


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


@pytest.fixture
def connection(brand):
    return make_connection(make_store(brand))


def test_the_file_holds_the_figures_of_the_page(viewer, connection):
    for number in range(1, 53):
        make_note_day(make_note(connection, number), DAY, fee_fen=number * 777, gmv_15_fen=None)
    make_note_day(make_note(connection, 60), DAY)

    table = table_in(viewer.get(FILE, headers=ENGLISH).content)
    shown = figures_on(viewer.get(PAGE).text) | figures_on(viewer.get(PAGE, {"page": 2}).text)

    assert len(table) == 56
    for line in table:
        place = line["Note id"] or ABOVE[line["Note"]]
        for head, key in HEADS.items():
            assert as_shown(line[head], key) == rounded(shown[key, place], key), (place, key)


def as_shown(written: str, key: str) -> str:
    yuan = key in ("spend", "gmv")
    return str(int(Decimal(written) * 100)) if written and yuan else written


def rounded(value: str, key: str) -> str:
    return str(Decimal(value).quantize(Decimal("0.01"))) if value and key == "roi" else value


def test_the_file_says_what_was_asked(viewer, connection):
    make_note_day(make_note(connection), DAY)

    asked = {"from": "2025-06-17", "to": "2025-06-18", "window": 7, "as_of": "2025-06-20"}
    response = viewer.get(FILE, asked, headers=ENGLISH)
    head = response.content.decode("utf-8-sig").split("\r\n\r\n")[0]

    assert response.content.startswith(b"\xef\xbb\xbf")
    assert "Period,2025-06-17,2025-06-18" in head
    assert "Attribution window,7 d" in head
    assert "2025-06-20 23:59 +0800" in head
    assert "shancha-2025-06-17-2025-06-18-7d.csv" in response["Content-Disposition"]


def test_each_note_says_how_much_of_it_was_returned(viewer, connection):
    note = make_note(connection)
    make_note_day(note, DAY)
    make_note_day(note, date(2025, 6, 17), order_15=None)
    make_note_day(make_note(connection, 2), DAY, order_15=None)

    first, second = table_in(viewer.get(FILE, headers=ENGLISH).content)[3:]

    assert first["Returned"] == "partial: 1 of 2 note days"
    assert second["Returned"] == "not returned"
    assert second["Orders (orders · 15 d)"] == ""


def test_a_title_cannot_become_a_formula(viewer, connection):
    make_note_day(make_note(connection, title="=cmd|' /C calc'!A0", creator="＠小鹿"), DAY)

    line = table_in(viewer.get(FILE, headers=ENGLISH).content)[3]

    assert line["Note"] == "'=cmd|' /C calc'!A0"
    assert line["Creator"] == "'＠小鹿"


def test_a_question_that_cannot_be_used_gets_the_page_that_says_so(viewer, connection):
    response = viewer.get(FILE, {"window": "9"})

    assert response.status_code == 422
    assert response["Content-Type"].startswith("text/html")
