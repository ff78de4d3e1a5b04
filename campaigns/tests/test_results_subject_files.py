"""The file of a note's, a creator's or an item's page: the cells of its tables of days."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest

from campaigns.results.back_chain import COLUMNS
from campaigns.results.cohort import AGES, RIPENING
from campaigns.results.metrics import METRICS, WINDOWS
from campaigns.results.trend import CHAIN
from campaigns.tests.factories import make_link, make_note, make_note_day
from campaigns.tests.reading import figures_on
from merchants.models import AccessEvent, AccessKind, Role
from merchants.tests.factories import make_connection, make_store
from portal.lib.days import starts_at
from portal.lib.scope import Hat, scope
from portal.lib.sheets import read_sheet

DAY = date(2025, 6, 18)
PERIOD = {"from": "2025-06-14", "to": "2025-06-18", "as_of": "2025-06-21"}
ENGLISH = {"Accept-Language": "en"}
ITEM = "739204418852"
PAGES = {
    "note": ("/b/shancha/results/notes/{note}/", "/b/shancha/results/notes/{note}.{kind}"),
    "creator": ("/b/shancha/results/creators/", "/b/shancha/results/creators.{kind}"),
    "item": (f"/b/shancha/results/items/{ITEM}/", f"/b/shancha/results/items/{ITEM}.{{kind}}"),
}


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


@pytest.fixture
def note(brand):
    """A note of some days, one of them told anew, one without orders, one never returned."""
    connection = make_connection(make_store(brand))
    note = make_note(connection, 1, creator="=小满", title="+1 防晒")
    make_link(note, item_id=ITEM)
    later = starts_at(DAY)
    make_note_day(note, DAY - timedelta(days=3), gmv_15_fen=70_001, known_to=later)
    make_note_day(note, DAY - timedelta(days=3), gmv_15_fen=90_009, known_from=later)
    make_note_day(note, DAY - timedelta(days=2), order_15=None, gmv_15_fen=None)
    make_note_day(note, DAY, fee_fen=12_345, click=7)
    make_note_day(make_note(connection, 2), DAY - timedelta(days=1))  # another one's
    return note


def asked_of(what, note):
    return PERIOD | ({"creator": note.creator} if what == "creator" else {})


def rows_in(content, kind, folder):
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    path = folder / "file.xlsx"
    path.write_bytes(content)
    return list(map(list, read_sheet(path)))


def tables(rows):
    """Return the three tables, each as lines by their day, without their heads."""
    found, lines = [], None
    for row in rows:
        if row and row[0] == "Day of the ad click":
            found.append(lines := {})
        elif not any(row):
            lines = None
        elif lines is not None:
            lines[row[0]] = row[2:]
    return found


def written(exact, key):
    """Return a figure of the page as the file has it: yuan, and ratios rounded."""
    if not exact:
        return ""
    unit = METRICS[key].unit
    if unit == "fen":
        return f"{Decimal(exact) / 100:.2f}"
    return f"{Decimal(exact):.2f}" if unit == "ratio" else exact


def same(cell, wanted):
    return cell == wanted or (bool(cell and wanted) and Decimal(cell) == Decimal(wanted))


def told_on(page, day):
    """Return what the page says of a day in each of its tables, cell by cell, as in the file."""
    shown = figures_on(page)

    def of(key, place):
        return written(shown.get((key, place), ""), key)

    day = f"day:{day}"
    return [
        [of(key, day) for key in CHAIN],
        [of(key, f"{day}:in:{window}") for window in WINDOWS for key in COLUMNS],
        [of(key, f"{day}:{age}") for age in AGES for key in RIPENING],
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("what", PAGES)
def test_every_cell_is_the_pages(viewer, note, what, kind, tmp_path):
    page, file = (path.format(note=note.pk, kind=kind) for path in PAGES[what])
    asked = asked_of(what, note)

    shown = viewer.get(page, asked, headers=ENGLISH).text
    chain, back, ripened = tables(
        rows_in(viewer.get(file, asked, headers=ENGLISH).content, kind, tmp_path)
    )

    assert len(chain) == 5
    assert set(back) - {"Total"} == set(ripened)
    for day in chain:
        wanted = told_on(shown, day)
        without_maturity = [cell for n, cell in enumerate(back.get(day, [])) if n % 4 != 3]
        told = [chain[day][: len(CHAIN)], without_maturity, ripened.get(day, [])]
        for cells, expected in zip(told, wanted, strict=True):
            padded = [*cells, *[""] * (len(expected) - len(cells))]
            assert all(map(same, padded, expected)), (day, padded, expected)


def test_a_day_without_figures_says_why(viewer, note):
    content = viewer.get(f"/b/shancha/results/notes/{note.pk}.csv", PERIOD, headers=ENGLISH).content

    chain = tables(rows_in(content, "csv", None))[0]

    assert {day: line[-1] for day, line in chain.items()} == {
        "2025-06-18": "returned",
        "2025-06-17": "no delivery",
        "2025-06-16": "returned",
        "2025-06-15": "returned",
        "2025-06-14": "not returned",
    }


def test_the_head_says_what_was_asked_and_names_are_no_formulas(viewer, note):
    asked = asked_of("creator", note)
    answer = viewer.get("/b/shancha/results/creators.csv", asked, headers=ENGLISH)
    head = answer.content.decode("utf-8-sig").split("\r\n\r\n")[0]

    assert "Creator,'=小满," in head
    assert "As known on,2025-06-21 23:59 +0800" in head


def test_its_name_is_one_that_any_system_takes(viewer, note):
    answer = viewer.get("/b/shancha/results/creators.csv", asked_of("creator", note))
    with scope(Hat.ADMIN):
        taken = AccessEvent.objects.get(kind=AccessKind.EXPORT).what

    assert taken == "shancha-creator-小满-2025-06-14-2025-06-18-15d.csv"
    assert f"filename*=utf-8''{quote(taken)}" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    "path", ["creators.csv", "creators.csv?creator=nobody", "items/1.csv", "notes/0.csv"]
)
def test_what_nobody_sees_has_no_file(viewer, note, path):
    assert viewer.get(f"/b/shancha/results/{path}").status_code == 404


def test_a_question_that_is_refused_shows_the_page_with_the_reason(viewer, note):
    answer = viewer.get(f"/b/shancha/results/notes/{note.pk}.csv", {"from": "yesterday"})

    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("text/html")
