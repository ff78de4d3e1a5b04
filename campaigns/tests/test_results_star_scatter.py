"""What a star task cost against what it brought: a dot where both are known, else its name."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import CreatorNoteDay
from campaigns.tests.factories_facts import make_fact, make_star_day
from campaigns.tests.plans import make_star_task
from campaigns.tests.reading import chart_in, figures_on, table_in
from merchants.models import Role
from merchants.tests.factories import make_store
from portal.lib.days import starts_at

DAY, BEFORE, OLD = date(2025, 6, 18), date(2025, 6, 17), date(2025, 5, 20)
URL = "/b/shancha/results/star/"
TASK, OTHER, THIRD = "XHX1", "XHX2", "XHX3"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def cost(store, task, fen, *, note="a", day=DAY, **fields):
    """Write 蒲公英's word on what a note of the task has cost by that day."""
    named = {"star_task_id": task, "order_id": f"PGY-{task}-{note}", "note_id": f"{task}-{note}"}
    return make_fact(CreatorNoteDay, store, day, star_total_fen=fen, **named | fields)


def told(store, task, fen, **figures):
    """Give the task both sides."""
    make_star_day(store, DAY, task, **figures)
    cost(store, task, fen)


def page_of(client, **asked):
    page = client.get(URL, {"from": BEFORE, "to": DAY} | asked, headers=ENGLISH)
    assert page.status_code == 200
    return " ".join(page.text.split())


def dots_on(page):
    return {dot["note"]: dot for dot in chart_in(page, "scatter")["dots"]}


def test_each_task_stands_at_its_cost_and_its_gmv(viewer, store):
    make_star_task(store, task_id=TASK, name="修护精华油 · 主推")
    told(store, TASK, 1_234_500, order_uv=30)
    told(store, OTHER, 500_000)

    page = page_of(viewer)
    dot = dots_on(page)[TASK]

    assert (dot["spend"], dot["gmv"], dot["name"]) == (12_345.0, 900.0, "修护精华油 · 主推")
    assert (dot["orders"], dot["roi"]) == ("30", "50%")
    assert "12,345.00" in page
    assert figures_on(page)["store_gmv", f"cost:{TASK}"] == "90000"


def test_no_line_of_equal_roi_is_drawn_of_a_sample(viewer, store):
    told(store, TASK, 100)
    told(store, OTHER, 100)

    chart = chart_in(page_of(viewer), "scatter")

    assert (chart["lines"], chart["total"]) == ([], None)
    assert chart["colours"] == ["--rc-star", "--rc-star-3"]


def test_a_tasks_cost_is_the_newest_word_on_each_of_its_notes(viewer, store):
    told(store, OTHER, 100)
    told(store, TASK, 70_000)
    cost(store, TASK, 60_000, day=BEFORE)
    cost(store, TASK, 5_000, note="b", day=BEFORE)
    cost(store, TASK, None, note="b")  # the newest snapshot tells no cost yet

    page = page_of(viewer)

    assert dots_on(page)[TASK]["spend"] == 750.0
    assert "at least up to 06-17" in page


def test_both_sides_run_from_the_tasks_first_day_to_the_last_one_asked_for(viewer, store):
    told(store, TASK, 100)
    told(store, OTHER, 100)
    make_star_day(store, OLD, TASK, store_gmv_fen=7)
    make_star_day(store, DAY + timedelta(days=1), TASK, store_gmv_fen=1_000_000)
    cost(store, TASK, 900_000, day=DAY + timedelta(days=1))

    page = page_of(viewer)

    assert (dots_on(page)[TASK]["gmv"], dots_on(page)[TASK]["spend"]) == (900.07, 1.0)
    assert figures_on(page)["store_gmv", TASK] == "90000"


def test_what_was_not_known_then_is_not_told(viewer, store):
    told(store, TASK, 100)
    told(store, OTHER, 100)
    make_star_day(store, BEFORE, TASK, known_from=starts_at(date(2025, 6, 22)))
    cost(store, TASK, 9, note="b", known_from=starts_at(date(2025, 6, 22)))

    assert dots_on(page_of(viewer, as_of="2025-06-20"))[TASK]["spend"] == 1.0
    assert dots_on(page_of(viewer))[TASK]["spend"] == 1.09


@pytest.mark.parametrize(
    ("costs", "why"),
    [
        ([], "Pugongying has told of no note of this task."),
        ([None], "Pugongying has told what 0 of its 1 notes cost."),
        ([100, None], "Pugongying has told what 1 of its 2 notes cost."),
        ([0], "It cost nothing."),
    ],
    ids=str,
)
def test_a_task_whose_cost_is_not_known_is_named_and_is_no_dot(viewer, store, costs, why):
    told(store, OTHER, 100)
    told(store, THIRD, 100)
    make_star_day(store, DAY, TASK)
    for number, fen in enumerate(costs):
        cost(store, TASK, fen, note=f"{number}")

    page = page_of(viewer)

    assert set(dots_on(page)) == {OTHER, THIRD}
    assert why in page


def test_a_task_without_returned_gmv_is_named_and_is_no_dot(viewer, store):
    told(store, OTHER, 100)
    told(store, THIRD, 100)
    told(store, TASK, 100, store_gmv_fen=None)

    page = page_of(viewer)

    assert set(dots_on(page)) == {OTHER, THIRD}
    assert '<span class="t-warn">Xinghe has not returned this.</span>' in page


def test_kinds_of_traffic_are_no_dots_of_their_own(viewer, store):
    told(store, OTHER, 100)
    told(store, THIRD, 100)
    told(store, TASK, 100, traffic="自然流量")
    make_star_day(store, DAY, TASK, traffic="推广流量")

    assert set(dots_on(page_of(viewer))) == {OTHER, THIRD}


def test_tasks_with_other_samples_stand_on_one_chart_only_scaled_up(viewer, store):
    told(store, TASK, 100)
    told(store, OTHER, 100, sampling=10_000)

    as_returned, scaled = page_of(viewer), page_of(viewer, scaled=1)

    assert 'data-chart="scatter"' not in as_returned
    assert "don't stand on one chart as returned" in as_returned
    assert dots_on(scaled)[TASK]["gmv"] == 1_800.0


def test_days_that_no_export_told_of_are_named_beside_the_cost_that_has_them(viewer, store):
    told(store, TASK, 100)
    told(store, OTHER, 100)
    cost(store, TASK, 100, note="b", star_from=date(2025, 6, 9), star_to=date(2025, 6, 30))
    cost(store, OTHER, 100, note="b", star_from=DAY)

    page = page_of(viewer)

    assert page.count("Exports told of") == 1
    assert "Exports told of 1 of its 10 days: the GMV is of those." in page


def test_a_dot_tells_whether_it_can_be_judged(viewer, store):
    told(store, TASK, 100, order_uv=30)
    told(store, OTHER, 100, order_uv=29)
    make_star_day(store, OLD, THIRD, order_uv=30)
    cost(store, THIRD, 100)

    kinds = {task: dot["kind"] for task, dot in dots_on(page_of(viewer, **{"from": OLD})).items()}

    assert kinds == {TASK: "open", OTHER: "thin", THIRD: "closed"}


def test_one_task_alone_is_no_chart_and_has_its_row(viewer, store):
    told(store, TASK, 100_000)

    page = page_of(viewer)

    assert 'data-chart="scatter"' not in page
    assert "1,000.00" in page


def test_a_dot_leads_to_its_task_with_the_same_question(viewer, store):
    told(store, TASK, 100)
    told(store, OTHER, 100, window_days=15)

    address = chart_in(page_of(viewer), "scatter")["address"].replace("{note}", TASK)

    assert address.endswith(f"from=2025-06-17&to=2025-06-18&window=15&task={TASK}")
    assert f"day:{DAY}" in viewer.get(address).text


def test_the_file_has_both_sides_and_what_is_lacking(viewer, store):
    told(store, TASK, 123_400)
    make_star_day(store, OLD, TASK, store_gmv_fen=600)
    make_star_day(store, DAY, OTHER)

    answer = viewer.get("/b/shancha/results/star.csv", {"from": DAY, "to": DAY}, headers=ENGLISH)
    _total, *tasks = table_in(answer.content)
    found = {line["Id"]: line for line in tasks}

    assert found[TASK]["Since its first day: cost ¥"] == "1234.00"
    assert found[TASK]["Since its first day: store GMV ¥"] == "906.00"
    assert found[TASK]["Store GMV ¥ (15 d)"] == "900.00"
    assert found[OTHER]["Since its first day: cost ¥"] == ""
    assert found[OTHER]["Lacking"] == "Pugongying has told of no note of this task."


def test_nothing_of_a_store_that_the_reader_may_not_see_is_counted(brand, viewer, store):
    told(store, TASK, 100)
    told(store, OTHER, 100)
    cost(make_store(brand, 2), TASK, 900, note="b")

    assert dots_on(page_of(viewer))[TASK]["spend"] == 1.0


def test_ten_tasks_take_as_many_queries_as_two(viewer, store):
    told(store, TASK, 100)
    told(store, OTHER, 100)

    def queries():
        with CaptureQueriesContext(database) as captured:
            page_of(viewer)
        return len(captured)

    for_two = queries()
    for number in range(3, 11):
        told(store, f"XHX1{number}", 100)
        cost(store, f"XHX1{number}", 100, note="b")
    assert queries() == for_two
