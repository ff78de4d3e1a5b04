from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import NotePlacementDay, StarDay
from campaigns.tests.factories import make_note_day, note_id_of, note_of
from campaigns.tests.factories_facts import make_fact
from merchants.models import Role
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib import days

PAGE = "/b/shancha/data/restatements/"
ENGLISH = {"accept-language": "en"}
DAY = date(2025, 6, 18)
FIRST, SECOND, THIRD = (days.starts_at(DAY + timedelta(days=n)) for n in (1, 2, 3))


def restate(note, *, gmv=(100_000, 150_000), orders=(5, 9), day=DAY, at=THIRD, **fields):
    """Let the note's GMV be told once, and otherwise from the moment on."""
    make_note_day(
        note, day, known_from=FIRST, known_to=at, gmv_15_fen=gmv[0], order_15=orders[0], **fields
    )
    make_note_day(note, day, known_from=at, gmv_15_fen=gmv[1], order_15=orders[1], **fields)


def shown(client, **asked):
    return [each for each, _store in client.get(PAGE, asked).context["rows"]]


def test_a_days_total_is_shown_as_it_was_and_as_it_is(client_as, brand):
    store = make_store(brand)
    restate(note_of(store, 1))
    make_note_day(note_of(store, 2), DAY, gmv_15_fen=20_000)

    found = shown(client_as(Role.VIEWER), metric="note.gmv_15")

    assert [(each.before, each.after, each.nights_later) for each in found] == [
        (120_000, 170_000, 2)
    ]
    assert found[0].rows == 1


def test_the_first_word_of_a_day_is_no_restatement(client_as, brand):
    make_note_day(note_of(make_store(brand)), DAY)
    assert shown(client_as(Role.VIEWER), small="on") == []


def test_figures_that_come_where_there_were_none_are_no_restatement(client_as, brand):
    restate(note_of(make_store(brand)), gmv=(None, 150_000), orders=(None, 5))
    assert shown(client_as(Role.VIEWER), small="on") == []


def test_more_orders_explain_more_gmv(client_as, brand):
    restate(note_of(make_store(brand)))
    read = client_as(Role.VIEWER).get(PAGE, headers=ENGLISH).text
    assert "4 late orders" in read
    assert "+500.00" in read


def test_fewer_orders_explain_less(client_as, brand):
    restate(note_of(make_store(brand)), gmv=(150_000, 100_000), orders=(9, 5))
    read = client_as(Role.VIEWER).get(PAGE, headers=ENGLISH).text
    assert "4 orders fewer" in read
    assert "−500.00" in read


@pytest.mark.parametrize(
    "gmv",
    [pytest.param((100_000, 109_900), id="yuan"), pytest.param((9_000_000, 9_050_000), id="share")],
)
def test_small_changes_are_left_out_counted_and_shown_when_asked_for(client_as, brand, gmv):
    restate(note_of(make_store(brand)), gmv=gmv, orders=(5, 5))
    client = client_as(Role.VIEWER)

    assert shown(client) == []
    assert "1 smaller one left out" in client.get(PAGE, headers=ENGLISH).text
    assert [each.change for each in shown(client, small="on")] == [gmv[1] - gmv[0]]


def test_a_note_that_arrives_late_restates_its_day(client_as, brand):
    store = make_store(brand)
    make_note_day(note_of(store, 1), DAY, gmv_15_fen=50_000)
    make_note_day(note_of(store, 2), DAY, known_from=THIRD, gmv_15_fen=30_000)

    found = shown(client_as(Role.VIEWER), metric="note.gmv_15")

    assert [(each.before, each.after) for each in found] == [(50_000, 80_000)]


def test_star_tasks_are_followed_by_window_and_never_added_to_direct_links(client_as, brand):
    store = make_store(brand)
    for window in (15, 30):
        own = {"level": "task", "object_id": "T1", "window_days": window, "source": "file"}
        make_fact(StarDay, store, DAY, **own, store_gmv_fen=100_000, known_to=THIRD)
        make_fact(StarDay, store, DAY, **own, store_gmv_fen=90_000, known_from=THIRD)

    found = shown(client_as(Role.VIEWER))

    assert {(each.metric, each.after) for each in found} == {
        ("star_15.store_gmv", 90_000),
        ("star_30.store_gmv", 90_000),
    }
    assert "imported again" in client_as(Role.OWNER).get(PAGE, headers=ENGLISH).text


def test_restatements_are_filtered_by_store(client_as, brand):
    restate(note_of(make_store(brand, 1), 1))
    other = note_of(make_store(brand, 2), 2)
    restate(other)
    found = shown(client_as(Role.VIEWER), store=other.store_id)
    assert {each.store for each in found} == {other.store_id}


def test_a_restatement_leads_to_the_notes_that_moved(client_as, brand):
    store = make_store(brand)
    note = note_of(store, 1)
    restate(note)
    restate(note_of(store, 2), gmv=(70_000, 70_000), orders=(3, 3), at=SECOND)

    client = client_as(Role.VIEWER)
    (each,) = shown(client, metric="note.gmv_15")
    moved = client.get(f"{PAGE}{store.pk}/{each.metric}/{each.day}/{each.night}/").context["rows"]

    assert [(row.name, row.change, named) for row, named in moved] == [(note.note_id, 50_000, note)]


def test_a_note_that_is_told_of_no_more_is_among_those_that_moved(client_as, brand):
    store = make_store(brand)
    gone = note_of(store, 2)
    make_note_day(note_of(store, 1), DAY, known_from=FIRST, gmv_15_fen=90_000)
    make_note_day(gone, DAY, known_from=FIRST, known_to=THIRD, gmv_15_fen=70_000)

    client = client_as(Role.VIEWER)
    (each,) = shown(client, metric="note.gmv_15")
    moved = client.get(f"{PAGE}{store.pk}/{each.metric}/{each.day}/{each.night}/").context["rows"]

    assert (each.before, each.after) == (160_000, 90_000)
    assert [(row.name, row.change) for row, _named in moved] == [(gone.note_id, -70_000)]


def replace(store, code, *, gmv, number=1, at=THIRD, **figures):
    """Let the report by placement tell a note's GMV at a place once, and otherwise later on."""
    own = {"note_id": note_id_of(number), "placement": code, "row_name": f"{number}-{code}"}
    for told, (starts, ends) in zip(gmv, ((FIRST, at), (at, None)), strict=True):
        known = {"known_from": starts, "known_to": ends}
        make_fact(NotePlacementDay, store, DAY, **own, **figures, gmv_15_fen=told, **known)


def test_each_placement_of_a_day_is_followed_by_itself(client_as, brand):
    store = make_store(brand)
    make_connection(store)
    replace(store, 1, gmv=(100_000, 150_000), order_15=3)
    replace(store, 2, gmv=(80_000, 30_000), order_15=3)
    client = client_as(Role.VIEWER)

    found = shown(client, metric="placement.gmv_15")

    assert [(each.part, each.before, each.after) for each in found] == [
        (1, 100_000, 150_000),
        (2, 80_000, 30_000),
    ]
    assert "Direct link by placement · Feed" in client.get(PAGE, headers=ENGLISH).text
    assert shown(client, metric="note.gmv_15") == []


def test_a_placement_leads_to_its_notes_that_moved_and_to_what_compares_them(client_as, brand):
    store = make_store(brand)
    note = note_of(store, 1)
    replace(store, 1, gmv=(100_000, 150_000))
    replace(store, 2, gmv=(20_000, 70_000))
    client = client_as(Role.VIEWER)

    each = next(each for each in shown(client, metric="placement.gmv_15") if each.part == 1)
    page = f"{PAGE}{store.pk}/{each.metric}/{each.day}/{each.night}/"
    moved = client.get(page, {"part": 1}).context["rows"]
    compared = client.get(f"/b/shancha/results/diff/?{each.diff}", headers=ENGLISH)

    assert [(row.change, named) for row, named in moved] == [(50_000, note)]
    assert f'{page}?part=1"' in client.get(PAGE).text
    assert compared.status_code == 200
    assert "+500.00" in compared.text


@pytest.mark.parametrize("part", ["", "x", "99999", "-1"])
def test_a_split_is_asked_for_by_a_part_of_it(client_as, brand, part):
    page = f"{PAGE}{make_store(brand).pk}/placement.gmv_15/2025-06-18/2025-06-21/"
    assert client_as(Role.VIEWER).get(page, {"part": part}).status_code == 404


def test_another_brands_placements_are_not_told(client_as, brand):
    theirs = make_store(make_brand("other", "别家"), 5)
    make_connection(theirs)
    replace(theirs, 1, gmv=(100_000, 150_000))

    assert shown(client_as(Role.VIEWER), small="on") == []


@pytest.mark.parametrize("night", ["9999-12-31", "0001-01-01", "2025-13-01", "x"])
def test_a_night_that_nothing_can_be_known_of_is_not_found(client_as, brand, night):
    store = make_store(brand)
    page = f"{PAGE}{store.pk}/note.gmv_15/2025-06-18/{night}/"
    assert client_as(Role.VIEWER).get(page).status_code == 404


def test_an_empty_feed_says_what_will_appear(client_as, brand):
    read = client_as(Role.VIEWER).get(PAGE, headers=ENGLISH).text
    assert "No figure was corrected by that much" in read


def test_the_feed_takes_as_many_queries_for_ten_notes_as_for_one(client_as, brand):
    client, store = client_as(Role.VIEWER), make_store(brand)

    def queries(numbers):
        for number in numbers:
            restate(note_of(store, number), day=DAY - timedelta(days=number), at=SECOND)
        with CaptureQueriesContext(database) as captured:
            client.get(PAGE)
        return len(captured)

    assert queries([0]) == queries(range(1, 10))
