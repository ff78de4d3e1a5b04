"""What star tasks brought: apart from the direct links, and never added up where people overlap."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from campaigns.tests.factories_facts import make_star_day as told
from campaigns.tests.plans import make_star_task
from campaigns.tests.reading import figures_on, table_in
from merchants.models import Role
from merchants.tests.factories import make_brand, make_membership, make_store, make_user
from portal.lib.days import starts_at

DAY, BEFORE = date(2025, 6, 18), date(2025, 6, 17)
URL, FILE = "/b/shancha/results/star/", "/b/shancha/results/star.csv"
ENGLISH = {"Accept-Language": "en"}
TASK, OTHER = "XHX1", "XHX2"
PERIOD = {"from": BEFORE, "to": DAY}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def figures(client, **asked):
    page = client.get(URL, PERIOD | asked)
    assert page.status_code == 200
    return figures_on(page.text)


def test_a_days_figures_are_those_of_the_export(viewer, store):
    told(store, DAY)

    found = figures(viewer, **{"from": DAY})

    expected = {"read_uv": "400", "store_visit_uv": "40", "order_uv": "10", "store_gmv": "90000"}
    assert {key: found[key, TASK] for key in expected} == expected
    assert {key: found[key, f"day:{DAY}"] for key in expected} == expected
    assert (found["visit_rate", TASK], found["buyer_rate", TASK]) == ("0.1000", "0.2500")


def test_people_of_several_days_are_at_most_their_sum_and_money_is_the_sum(viewer, store):
    told(store, DAY)
    told(store, BEFORE)

    page = viewer.get(URL, PERIOD).text

    assert "≤ 80" in page
    assert "≤ 1,800" not in page
    assert figures_on(page)["store_gmv", TASK] == "180000"


def test_one_days_people_are_exact(viewer, store):
    told(store, DAY)

    assert "≤" not in viewer.get(URL, {"from": DAY, "to": DAY}).text


def test_tasks_are_added_up_only_where_their_samples_are_alike(viewer, store):
    told(store, DAY)
    told(store, DAY, OTHER)
    assert figures(viewer)["store_gmv", "total"] == "180000"

    told(store, BEFORE, OTHER, sampling=10_000)
    page = viewer.get(URL, PERIOD, headers=ENGLISH).text

    assert figures_on(page)["store_gmv", "total"] == ""
    assert "samples differ" in page


def test_an_estimate_divides_each_day_by_its_own_sample(viewer, store):
    told(store, DAY, store_visit_uv=10)
    told(store, BEFORE, store_visit_uv=10, sampling=2500)

    page = viewer.get(URL, PERIOD | {"scaled": "1"}, headers=ENGLISH).text

    assert figures_on(page)["store_visit_uv", TASK] == "60"
    assert "Estimates" in page


def test_without_a_told_sample_nothing_is_estimated(viewer, store):
    told(store, DAY, sampling=None)

    assert figures(viewer, scaled="1")["store_visit_uv", TASK] == ""
    assert figures(viewer)["store_visit_uv", TASK] == "40"


def test_kinds_of_traffic_are_rows_of_their_own(viewer, store):
    told(store, DAY, traffic="自然流量")
    told(store, DAY, traffic="推广流量")

    found = figures(viewer)

    assert found["read_uv", f"{TASK}:自然流量"] == "400"
    assert found["store_gmv", "total"] == ""


def test_windows_are_not_mixed(viewer, store):
    told(store, DAY)
    told(store, DAY, window_days=30, store_gmv_fen=123_000)

    assert figures(viewer, window=15)["store_gmv", TASK] == "90000"
    assert figures(viewer, window=30)["store_gmv", TASK] == "123000"


def test_a_day_that_no_export_told_of_is_named_and_is_not_zero(viewer, store):
    told(store, DAY)

    page = viewer.get(URL, PERIOD, headers=ENGLISH).text

    assert "No export told of 1 day of this task; it does not count as 0: 06-17" in " ".join(
        page.split()
    )
    assert "No export told of this day." in page


def test_what_was_not_returned_is_a_dash_and_what_was_zero_is_zero(viewer, store):
    told(store, DAY, search_visit_uv=None, new_customer_uv=0)

    found = figures(viewer)

    assert (found["search_visit_uv", TASK], found["new_customer_uv", TASK]) == ("", "0")


def test_the_page_shows_what_was_known_then(viewer, store):
    restated = starts_at(date(2025, 6, 21))
    told(store, DAY, known_to=restated)
    told(store, DAY, known_from=restated, store_gmv_fen=95_000)

    assert figures(viewer, as_of="2025-06-20")["store_gmv", TASK] == "90000"
    assert figures(viewer)["store_gmv", TASK] == "95000"


def test_the_days_and_notes_are_of_the_task_asked_for(viewer, store):
    told(store, DAY)
    told(store, DAY, OTHER, store_gmv_fen=7)
    told(store, DAY, "note-1", level="content", task_id=OTHER, store_gmv_fen=5, creator="小满")
    told(store, DAY, "note-2", level="content", task_id=TASK)

    found = figures(viewer, task=OTHER)

    assert found["store_gmv", f"day:{DAY}"] == "7"
    assert found["store_gmv", "note-1"] == "5"
    assert ("store_gmv", "note-2") not in found


def test_a_task_is_called_as_the_brand_calls_it(viewer, store):
    make_star_task(store, task_id=TASK, name="修护精华油 · 主推")
    told(store, DAY)

    assert "修护精华油 · 主推" in viewer.get(URL, PERIOD).text


def test_a_figure_is_provisional_until_its_window_is_over(viewer, store):
    told(store, DAY)
    told(store, date(2025, 5, 1), OTHER)

    page = viewer.get(URL, {"from": "2025-05-01", "to": DAY}, headers=ENGLISH).text

    assert "Maturity 20%" in page  # 5 days after the 18th, 2 of them the lag
    assert "Mature</span>" in page


def test_nothing_of_another_brand_or_store_is_shown(brand, store, client_as):
    told(make_store(make_brand("other", "别家"), 5), DAY, "XHXTHEIRS")
    other_store = make_store(brand, 2)
    told(other_store, DAY, "XHXOTHER")
    told(store, DAY)
    narrowed = client_as(Role.VIEWER)
    member = make_membership(brand, make_user("z@example.test"), Role.VIEWER, stores=[store])
    narrowed.force_login(member.user)

    page = narrowed.get(URL, PERIOD).text

    assert "XHXTHEIRS" not in page
    assert "XHXOTHER" not in page
    assert TASK in page


@pytest.mark.parametrize("asked", [{"window": 7}, {"store": 99}, {"to": "2025-06-22"}], ids=str)
def test_what_cannot_be_asked_of_star_tasks_is_answered_422(viewer, store, asked):
    told(store, DAY)

    assert viewer.get(URL, asked).status_code == 422


def test_without_an_export_the_page_says_how_to_bring_one(viewer, store):
    page = viewer.get(URL, headers=ENGLISH).text

    assert "No export of Zhongcao Xinghe has been imported yet" in page


def test_the_file_holds_the_figures_of_the_page(viewer, store):
    told(store, DAY)
    told(store, BEFORE, store_visit_uv=None)

    content = viewer.get(FILE, PERIOD, headers=ENGLISH).content
    total, task = table_in(content)

    assert (total["Row"], task["Row"], task["Id"]) == ("Total", "Star task", TASK)
    assert task["Store GMV ¥ (15 d)"] == total["Store GMV ¥ (15 d)"] == "1800.00"
    assert task["Store visits (people · 15 d)"] == "40"
    assert "over several days the most they can be" in content.decode("utf-8-sig")


def test_the_spreadsheet_holds_numbers_as_numbers(viewer, store):
    told(store, DAY)

    content = viewer.get("/b/shancha/results/star.xlsx", PERIOD, headers=ENGLISH).content

    lines = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert 900.0 in next(line for line in lines if line[0] == "Total")


def test_ten_tasks_and_days_take_as_many_queries_as_one(viewer, store):
    told(store, DAY)

    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            figures(viewer, task=TASK)
        return len(captured)

    for_one = queries()
    for number in range(2, 12):
        told(store, DAY, f"XHX1{number}")
        told(store, BEFORE - timedelta(days=number))
        told(store, DAY, f"note-{number}", level="content", task_id=TASK)
    assert queries() == for_one
