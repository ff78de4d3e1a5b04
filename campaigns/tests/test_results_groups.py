"""Results of some notes alone, by group, and beside an earlier period."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from campaigns.models import NoteSource, NoteTag
from campaigns.tests.factories import make_link, make_note, make_note_day
from campaigns.tests.plans import join, make_campaign
from campaigns.tests.reading import figures_on, table_in
from merchants.models import Role
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.days import starts_at
from portal.lib.scope import Hat, scope

DAY, BEFORE = date(2025, 6, 18), date(2025, 6, 17)
URL = "/b/shancha/results/"
ENGLISH = {"Accept-Language": "en"}
ITEM, OTHER_ITEM = "739204418852", "710500318001"
GROUPS = ("note", "creator", "item", "campaign", "day")


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def connection(store):
    return make_connection(store)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


@pytest.fixture
def campaign(store):
    return make_campaign(store)


@pytest.fixture
def note(connection, campaign):
    """The one that every filter keeps."""
    note = make_note(connection, 1, creator="小满", source=NoteSource.EMPLOYEE)
    make_note_day(note, DAY, fee_fen=700)
    make_link(note)
    join(campaign, note)
    tag(note, "达播")
    return note


@pytest.fixture
def other(connection, note):
    """Another creator's, on the same day and on the one before."""
    other = make_note(connection, 2)
    make_link(other, item_id=OTHER_ITEM, item_title="洁面乳")
    make_note_day(other, DAY, fee_fen=50)
    make_note_day(other, BEFORE, fee_fen=3)
    return other


def tag(note, word):
    with scope(Hat.WEB, brand=note.brand_id):
        NoteTag.objects.create(brand_id=note.brand_id, store_id=note.store_id, note=note, word=word)


def spend_on(client, **asked):
    page = client.get(URL, asked)
    assert page.status_code == 200
    return {place: value for (key, place), value in figures_on(page.text).items() if key == "spend"}


@pytest.mark.parametrize(
    "asked", [{"creator": "小满"}, {"source": 6}, {"tag": "达播"}, {"item": ITEM}], ids=str
)
def test_a_filter_keeps_the_notes_that_fit_it(viewer, note, other, asked):
    assert spend_on(viewer, **asked)["total"] == "700"
    assert spend_on(viewer)["total"] == "753"


def test_the_notes_of_one_campaign_are_kept(viewer, note, other, campaign):
    assert spend_on(viewer, campaign=campaign.pk)["total"] == "700"


def test_several_filters_must_all_fit(viewer, note, other):
    page = viewer.get(URL, {"creator": "小满", "item": OTHER_ITEM}, headers=ENGLISH)

    assert ("spend", "total") not in figures_on(page.text)
    assert "None of the chosen notes was delivered" in page.text


def test_a_note_counts_with_the_item_that_its_newest_link_leads_to(viewer, note, other):
    with scope(Hat.NIGHT):
        other.links.update(status="ended")
    make_link(other, item_id=ITEM)

    assert spend_on(viewer, item=ITEM)["total"] == "753"
    assert spend_on(viewer, item=OTHER_ITEM) == {}


def test_another_brands_campaign_is_refused_and_says_nothing(viewer, note):
    theirs = make_campaign(make_store(make_brand("other", "别家"), 5), "别家的活动")

    page = viewer.get(URL, {"campaign": theirs.pk})

    assert page.status_code == 422
    assert "别家" not in page.text


@pytest.mark.parametrize("asked", [{"item": "1 OR 1"}, {"source": 99}, {"group": "x"}], ids=str)
def test_a_choice_that_is_not_offered_is_answered_422(viewer, note, asked):
    assert viewer.get(URL, asked).status_code == 422


def test_a_day_without_the_chosen_notes_is_not_called_missing(viewer, note, other):
    days = {"from": BEFORE, "to": DAY}

    page = viewer.get(URL, days | {"creator": "小满"}, headers=ENGLISH).text

    assert "None of the chosen notes was delivered on this day." in page
    assert "no delivery" in page
    assert "not due" not in page
    assert "has not been returned" not in page
    assert (
        "2 of 2 days returned"
        in viewer.get(URL, days | {"creator": "小满", "receipt": "spend"}, headers=ENGLISH).text
    )


def test_what_a_group_holds_adds_up_to_the_total(viewer, note, other):
    by_creator = spend_on(viewer, group="creator")
    by_item = spend_on(viewer, group="item")
    by_day = spend_on(viewer, group="day")

    assert (by_creator["creator:小满"], by_creator["creator:林小鹿"]) == ("700", "53")
    assert (by_item[f"item:{ITEM}"], by_item[f"item:{OTHER_ITEM}"]) == ("700", "53")
    assert (by_day["day:2025-06-18"], by_day["day:2025-06-17"]) == ("750", "3")


def test_a_note_of_two_campaigns_stands_in_both_and_once_in_the_total(
    viewer, note, other, campaign, store
):
    second = make_campaign(store, "双 11")
    join(second, note)

    found = spend_on(viewer, group="campaign")

    assert found[f"campaign:{campaign.pk}"] == found[f"campaign:{second.pk}"] == "700"
    assert (found["campaign:none"], found["total"]) == ("53", "753")


def test_a_groups_ratio_is_over_what_returned_both_sides(viewer, connection):
    make_note_day(make_note(connection, 1), DAY, fee_fen=100, gmv_15_fen=300)
    make_note_day(make_note(connection, 2), DAY, fee_fen=900, gmv_15_fen=None)

    figures = figures_on(viewer.get(URL, {"group": "creator"}).text)

    assert figures["roi", "creator:林小鹿"] == "3.0000"
    assert figures["gmv", "creator:林小鹿"] == "300"


def test_the_notes_stand_there_first_and_every_group_is_offered(viewer, note):
    page = viewer.get(URL, headers=ENGLISH).text

    assert note.title in page.split('id="notes"')[1]
    assert [group for group in GROUPS if f'href="?group={group}"' in page] == list(GROUPS)


def test_a_group_leads_to_its_notes(viewer, note, other):
    page = viewer.get(URL, {"group": "creator", "window": 7}).text

    assert 'href="?window=7&amp;creator=%E5%B0%8F%E6%BB%A1"' in page


@pytest.mark.parametrize("group", GROUPS)
def test_ten_rows_of_a_group_take_as_many_queries_as_one(viewer, note, connection, store, group):
    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            spend_on(viewer, group=group, against="period")
        return len(captured)

    for_one = queries()
    for number in range(2, 12):
        more = make_note(connection, number, creator=f"达人 {number}")
        make_note_day(more, DAY - timedelta(days=number))
        make_link(more, item_id=f"{739_000_000_000 + number}")
        join(make_campaign(store, f"活动 {number}"), more)
    assert queries() == for_one


def test_a_period_is_compared_with_the_one_before_as_known_when_that_was_as_old(viewer, connection):
    note = make_note(connection)
    restated = starts_at(date(2025, 6, 22))
    make_note_day(note, BEFORE, gmv_15_fen=100, known_to=restated)
    make_note_day(note, BEFORE, gmv_15_fen=900, known_from=restated)
    make_note_day(note, DAY, gmv_15_fen=150)

    asked = {"from": DAY, "to": DAY, "as_of": "2025-06-22", "against": "period"}
    page = viewer.get(URL, asked, headers=ENGLISH).text

    assert figures_on(page)["gmv", "earlier:total"] == "100"
    assert "50.0%" in page
    assert "Compared with 2025-06-17 to 2025-06-17, as known on 2025-06-21" in page


def test_a_period_is_compared_with_the_same_dates_a_year_earlier(viewer, connection):
    note = make_note(connection)
    make_note_day(note, DAY)
    make_note_day(note, date(2024, 6, 18), fee_fen=5_000)

    asked = {"from": DAY, "to": DAY, "against": "year"}

    assert figures_on(viewer.get(URL, asked).text)["spend", "earlier:total"] == "5000"


def test_where_the_earlier_period_is_unknown_there_is_no_change(viewer, note):
    page = viewer.get(URL, {"against": "year"}, headers=ENGLISH).text

    assert figures_on(page)["spend", "earlier:total"] == ""
    assert "Nothing was known of that period when it was as old" in page


@pytest.mark.parametrize("group", ["creator", "item", "campaign", "day"])
def test_the_file_holds_the_groups_of_the_page(viewer, note, other, group):
    asked = {"group": group, "from": BEFORE, "to": DAY}
    table = table_in(viewer.get("/b/shancha/results.csv", asked, headers=ENGLISH).content)

    shown = spend_on(viewer, **asked)

    in_file = sorted(Decimal(line["Spend ¥"]) * 100 for line in table if line["Spend ¥"])
    on_page = [value for place, value in shown.items() if place.startswith((group, "total"))]
    assert in_file == sorted(map(Decimal, on_page))


def test_the_files_head_names_the_filters(viewer, note, campaign):
    asked = {"campaign": campaign.pk, "creator": "小满"}

    head = viewer.get("/b/shancha/results.csv", asked, headers=ENGLISH).content.decode("utf-8-sig")

    assert "Campaign,618 山茶花\r\nCreator,小满\r\n" in head


def test_the_spreadsheet_holds_numbers_as_numbers(viewer, note, other):
    content = viewer.get("/b/shancha/results.xlsx", headers=ENGLISH).content

    lines = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()

    heads = next(line for line in lines if line[0] == "Note")
    total = next(line for line in lines if line[0] == "Total")
    assert total[heads.index("Spend ¥")] == 7.53


def test_a_kind_of_file_that_is_not_written_is_not_found(viewer, note):
    assert viewer.get("/b/shancha/results.pdf").status_code == 404


def test_a_campaigns_phases_are_offered_as_periods(viewer, note, campaign):
    page = viewer.get(URL, {"campaign": campaign.pk}, headers=ENGLISH).text

    assert "Whole campaign 05-10–06-22" in page
    assert "Test phase 05-10–05-10" in page
