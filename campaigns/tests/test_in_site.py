"""The in-site shop beside Tmall: the same notes, the same days, and never one figure of both."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.tests.factories import make_note_day, note_id_of, note_of
from campaigns.tests.reading import figures_on, table_in
from merchants.models import Role
from merchants.tests.factories import make_store

DAY = date(2025, 6, 11)
URL, FILE = "/b/shancha/reconciliation/in-site/", "/b/shancha/reconciliation/in-site.csv"
ENGLISH = {"Accept-Language": "en"}
IN_SITE = {"in_site_goods_visit": 30, "in_site_order": 3, "in_site_gmv_fen": 7_700}
SIDE_BY_SIDE = {
    *("in_site_goods_visit", "in_site_seller_visit", "in_site_add_to_cart", "in_site_order"),
    *("in_site_gmv", "jump_click", "order", "gmv"),
}


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def note(store):
    return note_of(store)


def told(note, day=DAY, **figures):
    make_note_day(note, day, **IN_SITE | {"order_7": 2, "gmv_7_fen": 5_500} | figures)


def shown(client):
    return figures_on(client.get(URL).text)


def test_both_shops_of_a_note_stand_side_by_side(viewer, note):
    told(note)

    figures = shown(viewer)

    for place in (note.note_id, "total"):
        assert [figures[key, place] for key in ("in_site_order", "order")] == ["3", "2"]
        assert [figures[key, place] for key in ("in_site_gmv", "gmv")] == ["7700", "5500"]
        assert figures["in_site_seller_visit", place] == ""


def test_nothing_of_the_two_is_added_up_or_divided(viewer, note):
    told(note)

    page, file = viewer.get(URL).text, viewer.get(FILE).text

    assert "132.00" not in page + file  # 77 + 55
    assert {key for key, _place in figures_on(page)} == SIDE_BY_SIDE


def test_a_day_that_one_shop_was_not_told_of_is_left_out_of_both(viewer, note):
    told(note)
    told(note, DAY - timedelta(days=1), in_site_order=None)
    told(note, DAY - timedelta(days=2), order_7=None)

    page = viewer.get(URL, headers=ENGLISH).text

    figures = figures_on(page)
    assert [figures[key, "total"] for key in ("in_site_order", "order")] == ["3", "2"]
    assert "1 of 3" in page


def test_where_no_in_site_shop_was_told_of_nothing_is_said_to_be_0(viewer, note):
    make_note_day(note, DAY)

    page = viewer.get(URL, headers=ENGLISH).text

    assert "Juguang has told of no in-site shop" in page
    assert figures_on(page) == {}


def test_what_may_still_rise_is_marked(viewer, note):
    told(note, date(2025, 6, 20))

    assert 'class="prov" data-metric="in_site_order"' in viewer.get(URL).text


def test_what_is_final_is_not_marked(viewer, note):
    told(note)

    assert 'class="prov"' not in viewer.get(URL).text


def test_the_file_holds_the_figures_of_the_page(viewer, note):
    told(note)

    total, line = table_in(viewer.get(FILE, headers=ENGLISH).content)

    assert (total["Note"], line["Note id"]) == ("Total", note.note_id)
    assert (line["In-site GMV ¥ 7 d"], line["Tmall GMV ¥ 7 d"]) == ("77.00", "55.00")


def test_ten_notes_take_as_many_queries_as_one(viewer, note, store):
    def queries():
        with CaptureQueriesContext(database) as captured:
            assert note_id_of(1)[-6:] in viewer.get(URL).text
        return len(captured)

    told(note)
    for_one = queries()
    for number in range(2, 11):
        told(note_of(store, number))

    assert queries() == for_one
