"""What moved on the star tasks' line between two moments, and why, as far as the export tells."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import PulledPage
from campaigns.tests.factories_facts import make_star_day
from campaigns.tests.files import make_import
from campaigns.tests.files import told as telling
from campaigns.tests.plans import make_star_task
from campaigns.tests.reading import figures_on, table_in
from merchants.models import Role
from merchants.tests.factories import make_brand, make_store
from portal.lib.days import starts_at
from portal.lib.scope import Hat, scope

DAY, BEFORE = date(2025, 6, 18), date(2025, 6, 17)
SINCE = starts_at(date(2025, 6, 21)) + timedelta(hours=4)
TASK, OTHER = "XHX1", "XHX2"
URL, FILE = "/b/shancha/results/star/diff/", "/b/shancha/results/star/diff.csv"
ASKED = {"from": BEFORE, "to": DAY, "as_of": "2025-06-20"}
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def restate(store, day=DAY, object_id=TASK, *, before=None, after=None, **same):
    """Let the day be told otherwise in the night to 2025-06-21."""
    after = {"store_gmv_fen": 96_000} if after is None else after
    make_star_day(store, day, object_id, known_to=SINCE, **same | (before or {}))
    make_star_day(store, day, object_id, known_from=SINCE, **same | after)


def read(client, **asked):
    page = client.get(URL, ASKED | asked, headers=ENGLISH)
    assert page.status_code == 200
    return " ".join(page.text.split())


def test_each_figure_stands_as_it_was_and_as_it_is(viewer, store):
    restate(store)

    page = read(viewer)
    found = figures_on(page)

    assert (found["store_gmv", "then"], found["store_gmv", "total"]) == ("90000", "96000")
    assert found["store_gmv", f"then:{DAY}"] == "90000"
    assert found["store_gmv", f"day:{DAY}"] == "96000"
    assert (found["store_gmv", f"then:{TASK}"], found["store_gmv", TASK]) == ("90000", "96000")
    assert "+60.00" in page
    assert "gmv_15" not in page  # the direct links' are on a page of their own


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ({"order_uv": 13, "store_gmv_fen": 96_000}, "3 more buyers"),
        ({"order_uv": 11, "store_gmv_fen": 96_000}, "1 more buyer<"),
        ({"order_uv": 15, "store_gmv_fen": 80_000}, "5 more buyers"),
        ({"store_gmv_fen": 80_000}, "a later export said otherwise"),
        ({"sampling": 3000, "store_gmv_fen": 80_000}, "the sample&#x27;s share: 50%, now 30%"),
    ],
    ids=str,
)
def test_a_day_that_moved_says_why(viewer, store, after, why):
    restate(store, after=after)
    assert why in read(viewer)


def test_fewer_buyers_are_named(viewer, store):
    restate(store, before={"order_uv": 20}, after={"order_uv": 18, "store_gmv_fen": 80_000})
    assert "2 buyers fewer" in read(viewer)


def test_so_few_buyers_that_they_are_not_told_explain_nothing(viewer, store):
    restate(store, before={"order_uv": 4}, after={"order_uv": 12, "store_gmv_fen": 96_000})

    page = read(viewer)

    assert "more buyers" not in page
    assert "a later export said otherwise" in page


def test_buyers_do_not_explain_the_readers(viewer, store):
    restate(store, after={"order_uv": 14, "read_uv": 500})

    page = read(viewer, metric="read_uv")

    assert "a later export said otherwise" in page
    assert "more buyers" not in page


def test_of_several_tasks_it_is_not_told_how_many_more_buyers(viewer, store):
    make_star_day(store, DAY, OTHER)
    restate(store, after={"order_uv": 14, "store_gmv_fen": 96_000})

    page = read(viewer)

    assert "more buyers" in page
    assert "4 more buyers" not in page


def test_the_file_that_told_it_is_named(viewer, store):
    file_import = make_import(store, name="任务报表.xlsx", **telling("2025-06-18"))
    with scope(Hat.NIGHT):
        page = PulledPage.objects.create(
            brand_id=store.brand_id,
            store=store,
            file_import=file_import,
            number=1,
            pull=1,
            sha256="0" * 64,
            keys=[],
            owed_on=DAY,
            known_at=SINCE,
        )
    restate(store, after={"store_gmv_fen": 96_000, "page_id": page.pk})

    assert "a later export said otherwise · 任务报表.xlsx" in read(viewer)


def test_a_day_that_arrived_since_was_unknown_and_not_nought(viewer, store):
    make_star_day(store, DAY, known_from=SINCE)

    page = read(viewer)

    assert figures_on(page)["store_gmv", f"then:{DAY}"] == ""
    assert "the day arrived" in page
    assert "One side is unknown." in page


def test_a_day_that_was_taken_back_says_so(viewer, store):
    make_star_day(store, DAY, known_to=SINCE)
    make_star_day(store, BEFORE)

    page = read(viewer)

    assert "the day was taken back" in page
    assert figures_on(page)["store_gmv", f"day:{DAY}"] == ""


def test_of_one_task_its_days_and_notes_are_compared(viewer, store):
    note = {"level": "content", "task_id": TASK, "creator": "小满"}
    restate(store)
    restate(store, DAY, "note-1", **note)
    restate(store, DAY, OTHER, after={"store_gmv_fen": 1})

    page = read(viewer, task=TASK)
    found = figures_on(page)

    assert found["store_gmv", f"day:{DAY}"] == "96000"
    assert found["store_gmv", "note-1"] == "96000"
    assert "小满" in page
    assert ("store_gmv", OTHER) not in found


def test_days_of_tasks_with_other_samples_are_not_added_up(viewer, store):
    restate(store)
    make_star_day(store, DAY, OTHER, sampling=10_000)

    page = read(viewer)

    assert "their figures can&#x27;t be added up. Choose a task below" in page
    assert figures_on(page)["store_gmv", TASK] == "96000"


def test_a_task_is_called_as_the_brand_calls_it(viewer, store):
    make_star_task(store, task_id=TASK, name="修护精华油 · 主推")
    restate(store)

    assert "修护精华油 · 主推" in read(viewer)


def test_windows_are_not_mixed(viewer, store):
    restate(store, window_days=30)

    assert "No figure moved between the two" in read(viewer)
    assert figures_on(read(viewer, window=30))["store_gmv", "total"] == "96000"


def test_two_earlier_days_can_be_compared(viewer, store):
    restate(store)
    make_star_day(store, BEFORE, known_from=SINCE + timedelta(days=1))

    found = figures_on(read(viewer, until="2025-06-21"))

    assert found["store_gmv", "total"] == "96000"
    assert ("store_gmv", f"day:{BEFORE}") not in found


def test_the_file_holds_exactly_what_the_page_shows(viewer, store):
    restate(store, after={"order_uv": 13, "store_gmv_fen": 84_000})
    make_star_day(store, BEFORE)

    answer = viewer.get(FILE, ASKED, headers=ENGLISH)
    lines = {(line["Row"], line["Name"], line["Metric"]): line for line in table_in(answer.content)}

    gmv = "Store GMV ¥ (15 d)"
    day = lines["Day", f"{DAY}", gmv]
    assert (day["Before"], day["After"], day["Difference"]) == ("900.00", "840.00", "-60.00")
    assert day["Why"] == "3 more buyers"
    assert lines["Total", "", gmv]["After"] == "1740.00"
    assert lines["Star task", TASK, gmv]["Difference"] == "-60.00"
    assert [line for line in lines if line[0] == "Day"] == [("Day", f"{DAY}", gmv)]
    assert lines["Total", "", "Buyers (people · 15 d)"]["Difference"] == "3"


def test_the_direct_links_have_the_same_file(viewer, store):
    answer = viewer.get("/b/shancha/results/diff.xlsx", ASKED)

    assert answer.status_code == 200
    assert "direct-gmv-2025-06-17-2025-06-18-15d-moved.xlsx" in answer["Content-Disposition"]


@pytest.mark.parametrize("ending", ["", ".csv"])
def test_a_day_before_the_one_compared_with_is_refused(viewer, store, ending):
    url = URL if not ending else FILE
    page = viewer.get(url, ASKED | {"until": "2025-06-19"}, headers=ENGLISH)

    assert page.status_code == 422
    assert "It lies before the day it is compared with." in page.text


def test_a_direct_links_metric_is_not_found(viewer, store):
    assert viewer.get(URL, {"metric": "gmv"}).status_code == 404


def test_nothing_of_another_brand_is_shown(viewer, store):
    restate(make_store(make_brand("other", "别家"), 5), DAY, "XHXTHEIRS")
    restate(store)

    assert "XHXTHEIRS" not in read(viewer)


def test_the_restatements_and_the_results_lead_to_it(viewer, store):
    restate(store)

    feed = viewer.get("/b/shancha/data/restatements/", {"small": "on"}).text
    page = viewer.get("/b/shancha/results/star/", {"as_of": "2025-06-20", "task": TASK}).text

    assert "/results/star/diff/?metric=store_gmv&amp;from=2025-06-18&amp;to=2025-06-18" in feed
    assert f"/results/star/diff/?as_of=2025-06-20&amp;task={TASK}" in page


def test_ten_tasks_take_as_many_queries_as_one(viewer, store):
    def queries():
        with CaptureQueriesContext(database) as captured:
            read(viewer)
        return len(captured)

    restate(store)
    for_one = queries()
    for number in range(2, 11):
        restate(store, DAY, f"XHX1{number}")
        restate(store, BEFORE - timedelta(days=number), f"XHX1{number}")

    assert queries() == for_one
