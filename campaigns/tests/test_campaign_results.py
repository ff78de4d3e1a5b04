"""A campaign's page says what it brought: either line apart, and what is missing of it."""

from datetime import date

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import CreatorNoteDay, StarDay
from campaigns.tests.factories import make_note, make_note_day
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.plans import bind, join, make_campaign, make_star_task
from campaigns.tests.reading import figures_on
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store

FIRST, LAST = date(2025, 6, 10), date(2025, 6, 30)  # today is 2025-06-23
DAY = date(2025, 6, 18)
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def connection(store):
    return make_connection(store)


@pytest.fixture
def campaign(store):
    return make_campaign(store, starts_on=FIRST, ends_on=LAST)


@pytest.fixture
def note(connection, campaign):
    note = make_note(connection)
    join(campaign, note)
    return note


@pytest.fixture
def task(store, note):
    task = make_star_task(store)
    bind(task, note, authorisation=1)
    return task


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def opened(client, campaign, **asked):
    page = client.get(f"/b/shancha/campaigns/{campaign.pk}/", asked, headers=ENGLISH)
    assert page.status_code == 200
    return page


def told(store, object_id, day=DAY, **figures):
    plain = {"level": "task", "window_days": 15, "sampling": 5000}
    return make_fact(StarDay, store, day, object_id=object_id, **plain | figures)


def test_the_page_has_the_figures_of_the_campaigns_days_alone(viewer, note, campaign):
    make_note_day(note, DAY, fee_fen=700, gmv_15_fen=2_100)
    make_note_day(note, date(2025, 6, 9), fee_fen=50)

    figures = figures_on(opened(viewer, campaign).text)

    assert (figures["spend", "total"], figures["roi", "total"]) == ("700", "3.0000")


def test_the_page_and_the_results_it_leads_to_agree(viewer, note, campaign, task, store):
    make_note_day(note, DAY, fee_fen=700)
    told(store, task.task_id, store_gmv_fen=90_000, read_uv=100)
    page = opened(viewer, campaign)

    direct = viewer.get(f"/b/shancha/results/?{page.context['direct'].address}")
    star = viewer.get(f"/b/shancha/results/star/?{page.context['star'].address}")

    shown = figures_on(page.text)
    assert (direct.status_code, star.status_code) == (200, 200)
    assert figures_on(star.text)["store_gmv", "total"] == shown["store_gmv", "total"] == "90000"
    for key in ("spend", "order", "gmv", "roi"):
        assert figures_on(direct.text)[key, "total"] == shown[key, "total"] != ""


@pytest.mark.parametrize(("window", "orders"), [("7", "4"), ("15", "5"), ("30", "6"), ("9", "5")])
def test_the_window_is_chosen_in_the_address(viewer, note, campaign, window, orders):
    make_note_day(note, DAY)

    figures = figures_on(opened(viewer, campaign, window=window).text)

    assert figures["order", "total"] == orders


def test_each_figure_leads_to_its_receipt(viewer, note, campaign):
    make_note_day(note, DAY, fee_fen=700)
    address = opened(viewer, campaign).context["direct"].address

    receipt = viewer.get(f"/b/shancha/results/receipt/?metric=spend&{address}")

    assert figures_on(receipt.text)["spend", "total"] == "700"


def test_star_tasks_stand_in_a_line_of_their_own(viewer, store, campaign, task):
    told(store, task.task_id, store_gmv_fen=90_000, read_uv=100)
    told(store, "ANOTHER1", store_gmv_fen=1_000)

    page = opened(viewer, campaign)

    assert figures_on(page.text)["store_gmv", "total"] == "90000"
    assert ("roi", "total") not in figures_on(page.text)


def test_coverage_is_told_for_each_window_with_the_notes_that_lack_something(
    viewer, note, campaign
):
    make_note_day(note, DAY)
    make_note_day(note, date(2025, 6, 19), order_30=None, gmv_30_fen=None)

    page = opened(viewer, campaign)

    rows = {each.window: each for each in page.context["direct"].coverage}
    assert {n: (row.returned, row.expected) for n, row in rows.items()} == {
        7: (2, 2),
        15: (2, 2),
        30: (1, 2),
    }
    assert rows[30].missing == [note]
    assert f"…{note.note_id[-6:]}" in page.text


def test_star_coverage_is_told_by_source_and_window(viewer, store, campaign, task, note):
    newest = date(2025, 6, 21)
    own = {"level": "content", "object_id": note.note_id, "window_days": 15}
    make_fact(StarDay, store, newest, **own)
    make_fact(CreatorNoteDay, store, newest, note_id=note.note_id, star_read_uv=5, order_id="1")

    found = opened(viewer, campaign).context["star"].coverage

    told_of = [(each.window, each.returned, each.expected) for each in found]
    assert told_of == [(15, 1, 1), (30, 0, 1), (None, 1, 1)]


def test_a_campaign_that_has_not_begun_says_so(viewer, store):
    later = make_campaign(store, "双 11", starts_on=date(2025, 10, 9), ends_on=date(2025, 11, 6))

    page = opened(viewer, later)

    assert page.text.count("The campaign begins on 2025-10-09") == 2
    assert figures_on(page.text) == {}


def test_without_star_tasks_there_is_a_sentence_and_no_row_of_dashes(viewer, note, campaign):
    make_note_day(note, DAY)

    page = opened(viewer, campaign).text

    assert "No star task with a note of the campaign has figures" in page
    assert ("store_gmv", "total") not in figures_on(page)


def test_days_that_were_not_returned_are_counted(viewer, note, campaign):
    make_note_day(note, DAY)

    assert opened(viewer, campaign).context["direct"].missing_days == 12


def test_ten_notes_take_as_many_queries_as_one(viewer, note, campaign, connection):
    make_note_day(note, DAY)

    def queries():
        with CaptureQueriesContext(database) as captured:
            opened(viewer, campaign)
        return len(captured)

    for_one = queries()
    for number in range(2, 11):
        more = make_note(connection, number)
        join(campaign, more)
        make_note_day(more, DAY)
    assert queries() == for_one
