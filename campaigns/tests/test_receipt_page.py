"""A figure's whole receipt: what it means, and every page and file that it is added up from."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import NoteDay, PulledPage, StarDay
from campaigns.tests.factories import make_note, make_note_day, make_window
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.files import make_import, told
from campaigns.tests.reading import figures_on, table_in
from merchants.models import AccessEvent, Role
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.days import starts_at
from portal.lib.scope import Hat, scope

DAY, BEFORE = date(2025, 6, 18), date(2025, 6, 17)
PAGE, FILE = "/b/shancha/results/receipt/", "/b/shancha/results/receipt.csv"
ENGLISH = {"Accept-Language": "en"}
TASK = "XHX1"


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def notes(store):
    connection = make_connection(store)
    return [make_note(connection, number) for number in (1, 2, 3)]


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def receipt_of(store, number=1, *, file_import=None, sha256="a" * 64, **fields):
    """Write that a page was pulled, or a part of a file was imported."""
    window = None if file_import else make_window(store, DAY - timedelta(days=number))
    at = starts_at(DAY + timedelta(days=1))
    with scope(Hat.NIGHT):
        return PulledPage.objects.create(
            brand_id=store.brand_id,
            store_id=store.pk,
            window=window,
            file_import=file_import,
            owed_on=DAY,
            pull=1,
            number=number,
            sha256=sha256,
            keys=[],
            known_at=at,
            **fields,
        )


def held_by(page, note, day=DAY, **figures):
    """Write a note's day as the page told it."""
    with scope(Hat.NIGHT):
        store = note.store
    return make_fact(NoteDay, store, day, note_id=note.note_id, page_id=page.pk, **figures)


def star(store, day=DAY, **figures):
    plain = {"level": "task", "object_id": TASK, "window_days": 15, "sampling": 5000}
    return make_fact(StarDay, store, day, **plain | {"store_gmv_fen": 90_000} | figures)


def read(client, **asked):
    page = client.get(PAGE, asked, headers=ENGLISH)
    assert page.status_code == 200
    return page.text


def parts_on(page, key):
    """Return what each page or file holds of the figure."""
    found = figures_on(page).items()
    return [int(value) for (metric, place), value in found if (metric, place[:5]) == (key, "page:")]


def test_the_values_of_the_pages_add_up_to_the_figure(viewer, store, notes):
    for number, note in enumerate(notes, 1):
        held = receipt_of(store, number)
        held_by(held, note, DAY, gmv_15_fen=number * 1_000)
    held_by(held, notes[0], BEFORE, gmv_15_fen=7)

    page = read(viewer, metric="gmv")

    assert figures_on(page)["gmv", "total"] == "6007"
    assert sorted(parts_on(page, "gmv")) == [7, 1_000, 2_000, 3_000]
    assert figures_on(page)["gmv", f"day:{DAY}"] == "6000"


def test_each_page_says_when_it_was_pulled_and_what_it_hashes_to(viewer, store, notes):
    held = receipt_of(store, sha256="c0ffee" + "0" * 58, changed=1, refused=2)
    held_by(held, notes[0], DAY, fee_fen=5)

    page = read(viewer, metric="spend")

    assert "c0ffee000000…" in page
    assert f"/data/windows/{held.window_id}/" in page


def test_a_receipt_that_is_not_kept_is_said_to_be_so(viewer, notes):
    make_note_day(notes[0], DAY)
    assert "The receipt of these rows is not kept." in read(viewer, metric="spend")


def test_an_imported_file_stands_behind_a_star_tasks_figure(viewer, store):
    file = make_import(store, name="xinghe-06.xlsx", kind="star_task", **told("2025-06-18"))
    star(store, page_id=receipt_of(store, file_import=file).pk, source="file")

    page = read(viewer, metric="store_gmv", place=TASK)

    assert figures_on(page)["store_gmv", TASK] == "90000"
    assert "xinghe-06.xlsx" in page
    assert file.sha256[:12] in page
    assert "50%" in page


def test_a_star_total_that_does_not_add_up_says_why_and_shows_no_parts(viewer, store):
    star(store)
    star(store, object_id="XHX2", sampling=9000)

    page = read(viewer, metric="store_gmv")

    assert figures_on(page)["store_gmv", "total"] == ""
    assert parts_on(page, "store_gmv") == []
    assert "samples differ" in page


def test_a_ratio_names_its_formula_and_is_recomputed(viewer, notes):
    make_note_day(notes[0], DAY)

    page = read(viewer, metric="roi")

    assert "Σ GMV ÷ Σ Spend" in page
    assert figures_on(page)["roi", "total"] == "2.0000"


def test_revisions_tell_what_the_figure_was_before(viewer, notes):
    at = starts_at(date(2025, 6, 22))
    make_note_day(notes[0], DAY, gmv_15_fen=100, known_to=at)
    make_note_day(notes[0], DAY, gmv_15_fen=350, known_from=at)

    page = read(viewer, metric="gmv")

    assert "06-21 23:59 1.00" in " ".join(page.split())
    assert "+2.50" in page


def test_a_missing_day_is_named_and_is_not_nought(viewer, notes):
    make_note_day(notes[0], DAY)

    page = read(viewer, metric="gmv", **{"from": BEFORE, "to": DAY})

    assert "Missing days: 06-17" in " ".join(page.split())
    assert "1 of 2 days returned." in page


def test_one_note_has_a_receipt_of_its_own(viewer, notes):
    make_note_day(notes[0], DAY, fee_fen=700)
    make_note_day(notes[1], DAY, fee_fen=50)

    place = notes[1].note_id

    assert figures_on(read(viewer, metric="spend", place=place))["spend", place] == "50"


def test_the_file_holds_what_the_page_holds(viewer, store, notes):
    held = receipt_of(store, changed=4)
    held_by(held, notes[0], DAY, fee_fen=1_234)

    total, line = table_in(viewer.get(FILE, {"metric": "spend"}, headers=ENGLISH).content)

    assert (total["Business day"], total["Value"]) == ("Total", "12.34")
    assert (line["Business day"], line["Value"], line["SHA-256"]) == (
        "2025-06-18",
        "12.34",
        "a" * 64,
    )
    assert (line["Rows changed"], line["Rows"]) == ("4", "1")


def test_the_export_is_written_down(viewer, brand, notes):
    viewer.get(FILE, {"metric": "spend"})

    with scope(Hat.WEB, brand=brand.pk):
        assert AccessEvent.objects.filter(kind="export").count() == 1


@pytest.mark.parametrize(
    "asked", [{"metric": "x"}, {"metric": "gmv", "place": "nobody's"}], ids=["metric", "place"]
)
def test_what_no_figure_is_of_is_not_found(viewer, notes, asked):
    assert viewer.get(PAGE, asked).status_code == 404


def test_another_brands_page_is_no_receipt_of_ours(viewer, store, notes):
    other = make_store(make_brand("other", "别家"), 5)
    make_connection(other)
    theirs = receipt_of(other, sha256="f" * 64)
    held_by(theirs, notes[0], DAY, fee_fen=5)

    page = read(viewer, metric="spend")

    assert "f" * 12 not in page
    assert "The receipt of these rows is not kept." in page


def test_the_hover_receipt_of_either_line_leads_to_the_whole_one(viewer, store, notes):
    make_note_day(notes[0], DAY)
    star(store)

    direct = viewer.get("/b/shancha/results/", {"receipt": "gmv"}).text
    star_tab = viewer.get("/b/shancha/results/star/", {"receipt": "store_gmv"}).text

    assert "/results/receipt/?metric=gmv" in direct
    assert "/results/receipt/?metric=store_gmv" in star_tab


def test_ten_pages_take_as_many_queries_as_one(viewer, store, notes):
    def queries():
        with CaptureQueriesContext(database) as captured:
            viewer.get(PAGE, {"metric": "spend"})
        return len(captured)

    held_by(receipt_of(store), notes[0], DAY, fee_fen=1)
    for_one = queries()
    for number in range(2, 11):
        day = DAY - timedelta(days=number)
        held_by(receipt_of(store, number), notes[0], day, fee_fen=1)

    assert queries() == for_one


def test_values_in_the_file_are_yuan(viewer, notes):
    make_note_day(notes[0], DAY, gmv_15_fen=123_456_789)

    total, _line = table_in(viewer.get(FILE, {"metric": "gmv"}, headers=ENGLISH).content)

    assert Decimal(total["Value"]) == Decimal("1234567.89")
