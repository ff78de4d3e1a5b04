"""Which metrics the tables show: as ticked, on the page, in its files and wherever it is shared."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from campaigns.models import SavedView
from campaigns.results.columns import USUAL, offered
from campaigns.results.metrics import OF_PROGRAMME, Line
from campaigns.tests.accounts import note_report, spent
from campaigns.tests.api import program_of
from campaigns.tests.factories import make_link, make_note, make_note_day, make_share_link
from campaigns.tests.factories_facts import make_star_day
from campaigns.tests.reading import figures_on, table_in
from merchants.models import Role
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib.scope import Hat, scope

DAY, BEFORE = date(2025, 6, 18), date(2025, 6, 17)
RESULTS = "/b/shancha/results"
ENGLISH = {"Accept-Language": "en"}
PERIOD = {"from": BEFORE, "to": DAY}
OWN = "gmv,cost_per_jump,ctr"
OWN_HEADS = ["GMV ¥ (15 d)", "Cost per jump ¥ (7 d)", "Click rate"]
EVERY = {line: ",".join(each.key for each in offered(line)) for line in OF_PROGRAMME}


@pytest.fixture
def connection(brand):
    return make_connection(make_store(brand))


@pytest.fixture
def noted(connection):
    """Two notes of a creator, one with a link; 1,000 fen over 7 jumps are 142.857 fen each."""
    one, two = (make_note(connection, number, creator="小满") for number in (1, 2))
    make_note_day(one, DAY, fee_fen=1000, jump_click=7, click=50, impression=400)
    make_note_day(two, BEFORE, fee_fen=100, jump_click=2, click=10, impression=900)
    make_link(one)
    return one


@pytest.fixture
def told(connection):
    make_star_day(connection.store, DAY)
    make_star_day(connection.store, BEFORE)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def heads(page, card):
    """Return the metrics that the table names, without their units."""
    table = page[page.index(f'aria-labelledby="{card}"') :]
    row = table[table.index("<thead>") : table.index("</thead>")]
    cells = re.findall(r'<th scope="col" class="num"[^>]*>(.*?)</th>', row, re.S)
    told = [re.sub(r"<small>.*?</small>|<[^>]*>|[↓↑]", "", cell, flags=re.S) for cell in cells]
    return [" ".join(each.split()) for each in told]


def metrics_of(found, place):
    return {key for key, of in found if of == place}


def test_the_table_shows_what_was_ticked_in_that_order(viewer, noted):
    page = viewer.get(f"{RESULTS}/", {"metrics": OWN}, headers=ENGLISH).text

    assert heads(page, "notes") == ["GMV ¥", "Cost per jump ¥", "Click rate"]
    assert metrics_of(figures_on(page), noted.note_id) == set(OWN.split(","))
    assert "3 of 15 metrics shown" in page


def test_tick_boxes_are_read_as_the_one_word_is(viewer, noted):
    ticked = viewer.get(f"{RESULTS}/", {"metrics": OWN.split(",")}, headers=ENGLISH).text

    assert heads(ticked, "notes") == ["GMV ¥", "Cost per jump ¥", "Click rate"]
    assert 'name="metrics" value="gmv,cost_per_jump,ctr"' in ticked  # of the form of the days


@pytest.mark.parametrize("group", ["creator", "item", "campaign", "day"])
def test_groups_show_them_too(viewer, noted, group):
    asked = {"metrics": OWN, "group": group}
    page = viewer.get(f"{RESULTS}/", asked, headers=ENGLISH).text

    assert heads(page, "notes")[1:4] == ["GMV ¥", "Cost per jump ¥", "Click rate"]
    places = {of for _key, of in figures_on(page) if of.startswith(f"{group}:")}
    assert places
    for place in places - {f"day:{day}" for day in (DAY, BEFORE)}:  # the days' own table is there
        assert metrics_of(figures_on(page), place) == set(OWN.split(","))


def test_the_file_has_just_these_columns_with_the_figures_of_the_page(viewer, noted):
    for group in ("note", "creator", "day"):
        asked = {"metrics": OWN, "group": group}
        shown = figures_on(viewer.get(f"{RESULTS}/", asked).text)
        lines = table_in(viewer.get(f"{RESULTS}.csv", asked, headers=ENGLISH).content)

        names = list(lines[0])
        end = names.index("Maturity in percent")
        assert names[end - 3 : end] == OWN_HEADS
        total = lines[0]
        assert Decimal(total[OWN_HEADS[1]]) == Decimal("1.22")  # 1,100 ÷ 9 is 122.2
        assert shown["cost_per_jump", "total"] == "122"
        assert Decimal(total[OWN_HEADS[2]]) == Decimal(shown["ctr", "total"])


def test_a_part_of_a_fen_is_rounded_alike_everywhere(viewer, brand, noted):
    asked = PERIOD | {"metrics": "cost_per_jump", "creator": "小满"}
    page = viewer.get(f"{RESULTS}/", asked, headers=ENGLISH).text
    [line] = [
        each
        for each in table_in(viewer.get(f"{RESULTS}.csv", asked, headers=ENGLISH).content)
        if each["Note id"] == noted.note_id
    ]
    api = program_of(brand, Role.VIEWER).get(
        "/api/v1/metrics/query/", asked | {"dimension": "note"}
    )
    [row] = [row for row in api.json()["rows"] if row["key"] == noted.note_id]

    assert figures_on(page)["cost_per_jump", noted.note_id] == "143"
    assert 'data-value="143">1.43<' in page
    assert line["Cost per jump ¥ (7 d)"] == "1.43"
    assert row["figures"]["cost_per_jump"]["value"] == "1.43"


def test_without_the_spend_nothing_is_set_against_the_account(viewer, connection, noted):
    spent(connection.store, 5000, day=DAY)
    note_report(connection.store, DAY)
    with_spend = figures_on(viewer.get(f"{RESULTS}/", PERIOD).text)
    page = viewer.get(f"{RESULTS}/", PERIOD | {"metrics": OWN}, headers=ENGLISH).text
    lines = table_in(
        viewer.get(f"{RESULTS}.csv", PERIOD | {"metrics": OWN}, headers=ENGLISH).content
    )

    assert ("spend", "unallocated") in with_spend
    assert not [place for _key, place in figures_on(page) if place == "unallocated"]
    assert "Unallocated" not in {line["Note"] for line in lines}


def test_rows_can_be_ordered_by_a_metric_that_is_not_among_the_usual(viewer, noted):
    asked = {"metrics": OWN, "sort": "-ctr"}
    page = viewer.get(f"{RESULTS}/", asked, headers=ENGLISH).text
    lines = table_in(viewer.get(f"{RESULTS}.csv", asked, headers=ENGLISH).content)

    assert 'aria-sort="descending"' in page
    rates = [Decimal(line["Click rate"]) for line in lines[1:] if line["Note id"]]
    assert rates == sorted(rates, reverse=True)
    assert len(rates) == 2


@pytest.mark.parametrize("metrics", ["profit", "gmv,read_uv", "gmv;spend"])
def test_what_is_no_metric_of_the_line_is_refused_and_the_usual_ones_stay(viewer, noted, metrics):
    answer = viewer.get(f"{RESULTS}/", {"metrics": metrics, "window": 7}, headers=ENGLISH)

    assert answer.status_code == 422
    assert "There is no metric" in answer.text
    assert len(heads(answer.text, "notes")) == len(USUAL[Line.DIRECT])
    assert '<option value="7" selected' in answer.text or 'name="window" value="7"' in answer.text


def test_a_saved_view_keeps_them_and_says_which(client_as, brand, noted):
    client = client_as(Role.MARKETER)
    client.post(f"{RESULTS}/views/new/direct/?metrics=gmv&metrics=ctr&window=7", {"name": "周报"})
    with scope(Hat.ADMIN):
        view = SavedView.objects.get(brand=brand)

    assert view.asked == {"latest": "30", "window": "7", "metrics": "gmv,ctr"}
    listed = client.get(f"{RESULTS}/views/", headers=ENGLISH).text
    assert "GMV, Click rate" in listed
    page = client.get(f"{RESULTS}/views/{view.pk}/", follow=True, headers=ENGLISH).text
    assert heads(page, "notes") == ["GMV ¥", "Click rate"]


def test_the_usual_ones_are_not_kept_as_somebodys_choice(client_as, brand, noted):
    asked = ",".join(USUAL[Line.DIRECT])
    client = client_as(Role.MARKETER)
    client.post(f"{RESULTS}/views/new/direct/?metrics={asked}", {"name": "周报"})

    with scope(Hat.ADMIN):
        assert "metrics" not in SavedView.objects.get(brand=brand).asked


@pytest.mark.parametrize(("line", "card"), [("direct", "rows"), ("star", "tasks")])
def test_a_shared_link_shows_them(brand, noted, told, line, card):
    sharer = make_membership(brand, make_user("sharer@example.test"), Role.MARKETER)
    own = {"direct": "gmv,ctr", "star": "store_gmv,visit_rate"}[line]
    asked = {"from": f"{BEFORE}", "to": f"{DAY}", "metrics": own}
    _link, token = make_share_link(brand, sharer.user, line=line, asked=asked)

    page = Client(headers=ENGLISH).get(f"/s/{token}/").text

    named = {"direct": ["GMV ¥", "Click rate"], "star": ["Store GMV ¥", "Visited, of readers"]}
    assert heads(page, card) == named[line]


def test_a_creators_notes_are_shown_by_them_too(viewer, noted):
    page = viewer.get(f"{RESULTS}/", {"metrics": OWN, "group": "creator"}, headers=ENGLISH).text
    [way] = re.findall(r'href="(/b/shancha/results/creator[^"]*)"', page)
    of_creator = viewer.get(way.replace("&amp;", "&"), headers=ENGLISH).text

    assert heads(of_creator, "notes") == ["GMV ¥", "Cost per jump ¥", "Click rate"]


def test_star_tasks_show_what_was_ticked_on_the_page_and_in_the_file(viewer, told):
    asked = PERIOD | {"metrics": ["store_gmv", "visit_rate"]}
    page = viewer.get(f"{RESULTS}/star/", asked, headers=ENGLISH).text
    lines = table_in(viewer.get(f"{RESULTS}/star.csv", asked, headers=ENGLISH).content)

    assert heads(page, "tasks") == heads(page, "trend") == ["Store GMV ¥", "Visited, of readers"]
    names = list(lines[0])
    assert names[4:6] == ["Store GMV ¥ (15 d)", "Visited, of readers (15 d)"]
    assert names[6] == "Sampling"
    found = figures_on(page)
    assert Decimal(lines[1][names[5]]) == Decimal(found["visit_rate", "XHX1"])
    assert metrics_of(found, "total") == {"store_gmv", "visit_rate"}


def test_every_metric_of_a_line_may_be_shown_and_has_a_receipt(viewer, noted, told):
    for path, line in ((f"{RESULTS}/", Line.DIRECT), (f"{RESULTS}/star/", Line.STAR)):
        asked = PERIOD | {"metrics": EVERY[line]}
        page = viewer.get(path, asked, headers=ENGLISH).text
        links = set(re.findall(r"receipt=(\w+)#receipt", page))

        told_of = [each.key for each in offered(line) if not each.not_returned]
        assert set(told_of) <= links
        for key in told_of:
            assert viewer.get(path, asked | {"receipt": key}).status_code == 200


def test_the_file_of_the_api_has_the_columns_that_were_named(brand, noted):
    api = program_of(brand, Role.VIEWER)
    usual = table_in(api.get("/api/v1/metrics/export.csv", PERIOD, headers=ENGLISH).content)
    named = table_in(
        api.get("/api/v1/metrics/export.csv", PERIOD | {"metrics": OWN}, headers=ENGLISH).content
    )

    assert set(OWN_HEADS) <= set(named[0])
    assert "Spend ¥" in usual[0]
    assert "Spend ¥" not in named[0]


def test_what_is_named_to_the_api_is_what_it_tells_even_if_these_are_the_usual(brand, noted):
    api = program_of(brand, Role.VIEWER)
    asked = PERIOD | {"metrics": ",".join(USUAL[Line.DIRECT])}
    answer = api.get("/api/v1/metrics/query/", asked).json()
    every = api.get("/api/v1/metrics/query/", PERIOD).json()

    assert set(answer["total"]) == set(USUAL[Line.DIRECT])
    assert set(every["total"]) == {each.key for each in offered(Line.DIRECT)}


def test_they_stay_while_days_windows_and_pages_are_chosen(viewer, noted):
    page = viewer.get(f"{RESULTS}/", {"metrics": ["gmv", "ctr"], "window": 7}).text

    sorting = re.findall(r'href="(\?[^"]*sort=[^"]*)"', page)
    files = re.findall(r'href="(/b/shancha/results\.csv\?[^"]*)"', page)
    assert sorting
    assert files
    for way in [*sorting, *files]:
        assert "metrics=gmv&amp;metrics=ctr" in way
    box = page[page.index('class="rc-columns"') :]
    assert 'type="hidden" name="window" value="7"' in box[: box.index("<fieldset>")]
    assert 'type="hidden" name="metrics"' not in box[: box.index("<fieldset>")]
