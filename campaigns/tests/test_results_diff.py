"""What moved between two moments: each figure then and now, and why each day differs."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import NoteDay
from campaigns.tests.factories import make_note, make_note_day
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.reading import figures_on
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store
from portal.lib.days import starts_at

DAY, BEFORE = date(2025, 6, 18), date(2025, 6, 17)
SINCE = starts_at(date(2025, 6, 21)) + timedelta(hours=4)
URL = "/b/shancha/results/diff/"
ASKED = {"from": BEFORE, "to": DAY, "as_of": "2025-06-20"}
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def connection(store):
    return make_connection(store)


@pytest.fixture
def note(connection):
    return make_note(connection)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def restate(note, day=DAY, *, gmv=(20_000, 26_000), orders=(5, 8)):
    """Let the day be told otherwise in the night to 2025-06-21."""
    make_note_day(note, day, known_to=SINCE, gmv_15_fen=gmv[0], order_15=orders[0])
    make_note_day(note, day, known_from=SINCE, gmv_15_fen=gmv[1], order_15=orders[1])


def read(client, **asked):
    page = client.get(URL, ASKED | asked, headers=ENGLISH)
    assert page.status_code == 200
    return " ".join(page.text.split())


def test_each_figure_stands_as_it_was_and_as_it_is(viewer, note):
    restate(note)

    page = read(viewer)
    found = figures_on(page)

    assert (found["gmv", "then"], found["gmv", "total"]) == ("20000", "26000")
    assert (found["gmv", f"then:{DAY}"], found["gmv", f"day:{DAY}"]) == ("20000", "26000")
    assert found["gmv", note.note_id] == "26000"
    assert "+60.00" in page


@pytest.mark.parametrize(
    ("orders", "why"),
    [((5, 8), "3 late orders"), ((5, 4), "1 order fewer"), ((5, 5), "a later pull said otherwise")],
)
def test_orders_explain_a_day_that_moved(viewer, note, orders, why):
    restate(note, orders=orders)
    assert why in read(viewer)


def test_orders_do_not_explain_the_spend(viewer, note):
    make_note_day(note, DAY, known_to=SINCE, fee_fen=100, order_15=5)
    make_note_day(note, DAY, known_from=SINCE, fee_fen=130, order_15=9)

    page = read(viewer, metric="spend")

    assert "a later pull said otherwise" in page
    assert "late order" not in page


def test_a_day_that_arrived_since_was_unknown_and_not_nought(viewer, note):
    make_note_day(note, DAY, known_from=SINCE)

    page = read(viewer)

    assert figures_on(page)["gmv", f"then:{DAY}"] == ""
    assert "the day arrived" in page
    assert "One side is unknown." in page


def test_an_imported_file_is_named_as_the_reason(viewer, store, note):
    make_note_day(note, DAY, known_to=SINCE, gmv_15_fen=100)
    told = {"known_from": SINCE, "note_id": note.note_id, "gmv_15_fen": 300}
    make_fact(NoteDay, store, DAY, source="file", order_15=5, **told)

    assert "a file was imported again" in read(viewer)


def test_a_day_that_did_not_move_is_left_out(viewer, note):
    restate(note)
    make_note_day(note, BEFORE)

    assert ("gmv", f"day:{BEFORE}") not in figures_on(read(viewer))


def test_two_earlier_days_can_be_compared(viewer, note):
    restate(note)
    make_note_day(note, BEFORE, known_from=SINCE + timedelta(days=1))

    found = figures_on(read(viewer, until="2025-06-21"))

    assert found["gmv", "total"] == "26000"
    assert ("gmv", f"day:{BEFORE}") not in found


def test_a_ratio_differs_by_what_is_written(viewer, note):
    restate(note, gmv=(11_849, 11_851))

    page = read(viewer, metric="roi")

    assert figures_on(page)["roi", "total"] == "1.1851"
    assert "+0.01" in page


def test_where_nothing_moved_it_is_said(viewer, note):
    make_note_day(note, DAY)
    assert "No figure moved between the two" in read(viewer)


def test_a_day_before_the_one_compared_with_is_refused(viewer, note):
    page = viewer.get(URL, ASKED | {"until": "2025-06-19"}, headers=ENGLISH)

    assert page.status_code == 422
    assert "It lies before the day it is compared with." in page.text


def test_a_metric_that_no_source_returns_is_not_found(viewer, note):
    assert viewer.get(URL, {"metric": "reads"}).status_code == 404


def test_the_restatements_and_the_results_lead_to_it(viewer, note):
    restate(note)

    feed = viewer.get("/b/shancha/data/restatements/", {"small": "on"}).text
    asked = (
        "metric=gmv&amp;from=2025-06-18&amp;to=2025-06-18&amp;as_of=2025-06-20&amp;until=2025-06-21"
    )

    assert asked in feed
    assert (
        "/results/diff/?as_of=2025-06-20"
        in viewer.get("/b/shancha/results/", {"as_of": "2025-06-20"}).text
    )


def test_ten_notes_take_as_many_queries_as_one(viewer, connection, note):
    def queries():
        with CaptureQueriesContext(database) as captured:
            viewer.get(URL, ASKED)
        return len(captured)

    restate(note)
    for_one = queries()
    for number in range(2, 11):
        restate(make_note(connection, number))

    assert queries() == for_one
