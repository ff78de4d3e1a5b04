"""Results by placement: from a report of its own, tied to the notes' own spend."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from campaigns.models import NotePlacementDay, SyncWindow
from campaigns.results.complete import is_complete
from campaigns.tests.api import program_of
from campaigns.tests.factories import PLAIN, make_note, make_note_day, make_window, note_id_of
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.reading import figures_on
from merchants.models import Role
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.days import SHANGHAI
from portal.lib.scope import Hat, scope

DAY, BEFORE = date(2025, 6, 18), date(2025, 6, 17)
URL = "/b/shancha/results/"
ENGLISH = {"Accept-Language": "en"}
FEED, SEARCH, NEW = 1, 2, 9
TIES = "The placements are the notes' spend, to the fen"


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def connection(store):
    return make_connection(store)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def place(store, code, day=DAY, number=1, **figures):
    values = PLAIN | {"note_id": note_id_of(number), "row_name": f"{number}-{code}"} | figures
    return make_fact(NotePlacementDay, store, day, placement=code, **values)


@pytest.fixture
def note(store, connection):
    """700 fen on the day, 500 of them in the feed and 200 in search; the day before by note."""
    note = make_note(connection, 1, creator="小满")
    make_note_day(note, DAY, fee_fen=700, gmv_15_fen=2_100)
    make_note_day(note, BEFORE, fee_fen=40, gmv_15_fen=0)
    place(store, FEED, fee_fen=500, gmv_15_fen=2_000)
    place(store, SEARCH, fee_fen=200, gmv_15_fen=100, click=0)
    return note


def spend_on(client, **asked):
    page = client.get(URL, asked, headers=ENGLISH)
    assert page.status_code == 200
    return {place: value for (key, place), value in figures_on(page.text).items() if key == "spend"}


def test_a_placement_alone_is_read_from_its_own_report(viewer, note):
    found = figures_on(viewer.get(URL, {"placement": FEED}).text)

    assert (found["spend", "total"], found["gmv", "total"]) == ("500", "2000")
    assert found["roi", "total"] == "4.0000"
    assert found["spend", note.note_id] == "500"
    assert spend_on(viewer)["total"] == "740"


def test_the_rows_by_placement_and_what_they_lack_are_the_total(viewer, note):
    spend = spend_on(viewer, group="placement")

    assert spend["total"] == "740"
    assert (spend["placement:1"], spend["placement:2"], spend["untold"]) == ("500", "200", "40")


def test_days_that_both_reports_told_tie_to_the_fen(viewer, note):
    page = viewer.get(URL, {"group": "placement", "from": DAY, "to": DAY}, headers=ENGLISH)

    assert figures_on(page.text)["spend", "untold"] == "0"
    assert TIES in page.text


@pytest.mark.parametrize(
    ("fee_fen", "words", "untold"),
    [
        (150, "hold less than the notes", "50"),
        (999, "hold more than the notes", ""),
        (None, "Not all notes of this day", ""),
    ],
)
def test_a_day_that_does_not_tie_says_why(viewer, store, note, fee_fen, words, untold):
    with scope(Hat.NIGHT):
        NotePlacementDay.objects.filter(placement=SEARCH).update(fee_fen=fee_fen)
    page = viewer.get(URL, {"group": "placement", "from": DAY, "to": DAY}, headers=ENGLISH).text

    assert words in page
    assert TIES not in page
    assert figures_on(page)["spend", "untold"] == untold


def test_a_day_that_was_not_pulled_by_placement_is_named(viewer, note):
    page = viewer.get(URL, {"group": "placement", "from": BEFORE, "to": DAY}, headers=ENGLISH).text

    assert "The report by placement has not returned this day." in page
    assert "06-17" in page


def test_what_is_not_told_by_a_placement_is_a_dash_and_no_zero(viewer, store, note):
    place(store, SEARCH, day=BEFORE, order_15=None, gmv_15_fen=None)
    asked = {"placement": SEARCH, "from": BEFORE, "to": BEFORE}
    page = viewer.get(URL, asked, headers=ENGLISH).text

    assert figures_on(page)["gmv", "total"] == ""
    assert "Juguang has not returned this." in page


def test_a_code_without_a_word_stands_by_its_number(viewer, store, note):
    place(store, NEW, fee_fen=1)
    page = viewer.get(URL, {"group": "placement"}, headers=ENGLISH).text

    assert "placement 9" in page
    chosen = viewer.get(URL, {"placement": NEW}, headers=ENGLISH).text
    assert '<option value="9" selected>placement 9</option>' in chosen


@pytest.mark.parametrize("code", ["0", "x", "-1", "99999"])
def test_a_placement_that_is_no_code_is_answered_422(viewer, note, code):
    assert viewer.get(URL, {"placement": code}).status_code == 422


def test_placement_and_note_filters_must_both_fit(viewer, store, connection, note):
    other = make_note(connection, 2, creator="林小鹿")
    make_note_day(other, DAY, fee_fen=30)
    place(store, FEED, number=2, fee_fen=30)

    assert spend_on(viewer, placement=FEED)["total"] == "530"
    assert spend_on(viewer, placement=FEED, creator="小满")["total"] == "500"
    by_place = spend_on(viewer, group="placement", creator="林小鹿")
    assert (by_place["placement:1"], by_place["untold"]) == ("30", "0")


def test_the_days_of_a_placement_are_those_that_its_report_told(viewer, store, note):
    place(store, FEED, day=BEFORE)
    asked = {"placement": SEARCH, "from": date(2025, 6, 16), "to": DAY}
    answer = viewer.get(URL, asked).context["answer"]

    assert [each.state for each in answer.days] == ["missing", "quiet", "returned"]


def test_an_older_word_is_shown_as_it_was_known(viewer, store, note):
    restated = datetime(2025, 6, 21, 6, tzinfo=SHANGHAI)
    with scope(Hat.NIGHT):
        NotePlacementDay.objects.filter(placement=FEED).update(known_to=restated)
    place(store, FEED, fee_fen=480, known_from=restated)

    assert spend_on(viewer, placement=FEED)["total"] == "480"
    assert spend_on(viewer, placement=FEED, as_of="2025-06-20")["total"] == "500"


def test_the_receipt_names_the_report(viewer, note):
    box = viewer.get(URL, {"placement": FEED, "receipt": "spend"}, headers=ENGLISH).text
    whole = viewer.get(f"{URL}receipt/", {"placement": FEED, "metric": "spend"}, headers=ENGLISH)

    for page in (box, whole.text):
        assert "Juguang note report by placement, by day" in page
    assert figures_on(whole.text)["spend", f"page:1:{DAY}"] == "500"
    plain = viewer.get(URL, {"receipt": "spend"}, headers=ENGLISH).text
    assert "Juguang note report by placement" not in plain


def test_the_files_carry_filter_and_dimension(viewer, note):
    grouped = viewer.get("/b/shancha/results.csv", {"group": "placement"}, headers=ENGLISH)
    chosen = viewer.get("/b/shancha/results.xlsx", {"placement": FEED}, headers=ENGLISH)

    rows = [line.split(",") for line in b"".join(grouped).decode("utf-8-sig").splitlines()]
    assert [row[3] for row in rows if row[0] in ("Total", "Feed", "Search")] == [
        "7.40",
        "5.00",
        "2.00",
    ]
    assert [row[3] for row in rows if row[0] == "Not told by placement"] == ["0.40"]
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(chosen)))
    assert ["Placement", "Feed"] in [row[:2] for row in book.get_sheet_by_index(0).to_python()]


def test_the_api_answers_by_placement(brand, note):
    api = program_of(brand)
    rows = api.get("/api/v1/metrics/query/?dimension=placement&metrics=spend").json()["rows"]
    total = api.get("/api/v1/metrics/query/?placement=2&metrics=spend").json()["total"]

    assert [(row["key"], row["figures"]["spend"]["value"]) for row in rows] == [
        ("placement:1", "5.00"),
        ("placement:2", "2.00"),
    ]
    assert total["spend"]["value"] == "2.00"


def test_where_nothing_is_pulled_by_placement_the_page_says_how_to_have_it(viewer, connection):
    make_note_day(make_note(connection, 1), DAY)

    for asked in ({"placement": FEED}, {"group": "placement"}):
        page = viewer.get(URL, asked, headers=ENGLISH).text
        assert "Placements are pulled for the stores whose brand asks for it." in page


def test_another_brands_placements_are_not_seen(viewer, note):
    theirs = make_store(make_brand("other", "别家"), 5)
    make_connection(theirs)
    place(theirs, NEW)

    assert "placement:9" not in spend_on(viewer, group="placement")


def test_ten_notes_by_placement_take_as_many_queries_as_one(viewer, store, note):
    def queries():
        with CaptureQueriesContext(database) as captured:
            viewer.get(URL, {"group": "placement"})
        return len(captured)

    for_one = queries()
    for number in range(2, 11):
        place(store, FEED, number=number)
        place(store, number + 20, number=number)
    assert queries() == for_one


def test_a_mail_by_placement_waits_for_that_report_too(brand, store, connection):
    def complete(**asked):
        with scope(Hat.NIGHT):
            return is_complete(brand.pk, DAY, **asked)

    make_window(store, DAY)
    assert complete(by_placement=True)

    make_window(store, DAY, report="juguang.note_placement_day", status="owed")
    assert (complete(), complete(by_placement=True)) == (True, False)

    with scope(Hat.NIGHT):
        SyncWindow.objects.update(status="closed", closed_on=DAY + timedelta(days=1))
    assert complete(by_placement=True)


def test_a_saved_view_keeps_the_placement(client_as, note):
    client = client_as(Role.MARKETER)
    add = "/b/shancha/results/views/new/direct/"
    page = client.get(add, {"placement": FEED, "group": "placement"}, headers=ENGLISH)

    assert page.status_code == 200
    assert "Feed" in page.text
