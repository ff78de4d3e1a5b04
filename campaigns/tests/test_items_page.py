"""The list of items and the picker: found by title, number or address, and how old it all is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import ItemStatus
from campaigns.tests.factories import make_item, make_link, note_of
from campaigns.tests.factories_health import make_catalogue
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store
from portal.lib import days

ENGLISH = {"Accept-Language": "en"}
PASTED = "https://detail.tmall.com/item.htm?id=710500318007&spm=a230r.1.14.1"


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def page(client, query="") -> str:
    return client.get(f"/b/shancha/items/{query}", headers=ENGLISH).text


def find(client, note, q="", number="1") -> str:
    fields = {"find": number, "q": q}
    url = f"/b/shancha/notes/{note.pk}/link/"
    return client.post(url, fields, headers=ENGLISH | {"HX-Request": "true"}).text


@pytest.mark.parametrize("q", ["精华油 7", "710500318007", PASTED])
def test_an_item_is_found_by_title_number_or_address(store, viewer, q):
    for number in (7, 8):
        make_item(store, number)

    text = viewer.get("/b/shancha/items/", {"q": q}, headers=ENGLISH).text

    assert "710500318007" in text
    assert "710500318008" not in text


@pytest.mark.parametrize(
    ("state", "shown"), [("onsale", 1), ("instock", 2), ("deleted", 3), ("linked", 1)]
)
def test_items_are_narrowed_by_their_state(store, viewer, state, shown):
    for number, status in enumerate(ItemStatus, start=1):
        make_item(store, number, status=status)
    make_link(note_of(store), item_id="710500318001")

    text = page(viewer, f"?state={state}")

    assert [n for n in (1, 2, 3) if f"71050031800{n}" in text] == [shown]


def test_each_item_counts_the_open_links_that_lead_to_it(store, viewer):
    make_item(store, 1)
    for number in (1, 2):
        make_link(note_of(store, number), item_id="710500318001")
    make_link(note_of(store, 3), "ended", item_id="710500318001")

    assert 'data-l="Open links">2<' in page(viewer)


def test_ten_items_cost_as_many_queries_as_one(store, viewer):
    def queries():
        with CaptureQueriesContext(connection) as made:
            page(viewer)
        return len(made)

    make_item(store, 1)
    make_link(note_of(store, 1), item_id="710500318001")
    one = queries()
    for number in range(2, 12):
        make_item(store, number)
        make_link(note_of(store, number), item_id=f"{710_500_318_000 + number}")
    assert queries() == one


def test_without_items_the_page_says_what_to_do(store, viewer):
    assert "Connect a Tmall store first" in page(viewer)
    make_connection(store, "top")
    assert "No items yet" in page(viewer)


def test_a_search_without_a_result_leads_back_to_all(store, viewer):
    make_item(store)
    assert "Show all items" in page(viewer, "?q=帐篷")


def test_a_store_that_tmall_does_not_answer_for_is_named(store, viewer):
    make_catalogue(store, unanswered_since=days.known_now())
    assert f"Tmall has not answered for {store.title} since 2025-06-23" in page(viewer)


def test_the_picker_searches_the_catalogue_and_says_how_old_it_is(store, client_as):
    make_item(store, 7)
    make_catalogue(store)

    text = find(client_as(Role.MARKETER), note_of(store), PASTED)

    assert 'value="710500318007"' in text
    assert "1 item, as of 2025-06-23 09:40" in text


def test_the_picker_shows_what_is_off_the_shelf_and_does_not_offer_it(store, client_as):
    make_item(store, 7, status=ItemStatus.IN_STOCK)
    make_catalogue(store)

    text = find(client_as(Role.MARKETER), note_of(store))

    assert "Off the shelf" in text
    assert 'value="710500318007" disabled' in text


def test_the_picker_has_pages(store, client_as):
    for number in range(25):
        make_item(store, number)
    make_catalogue(store)
    marketer, note = client_as(Role.MARKETER), note_of(store)

    assert find(marketer, note).count('type="radio"') == 20
    assert find(marketer, note, number="2").count('type="radio"') == 5


def test_a_catalogue_that_is_out_of_date_is_not_picked_from(store, client_as):
    make_item(store, 7)
    make_catalogue(store, listed_at=days.known_now() - timedelta(days=2))

    text = find(client_as(Role.MARKETER), note_of(store))

    assert "710500318007" not in text
    assert "no valid consent at Tmall" in text
