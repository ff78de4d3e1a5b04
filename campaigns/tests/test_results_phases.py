"""A campaign phase by phase, on both lines: sums and averages of its own days."""

import json
import re
from datetime import date

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import CampaignPhase, StarDay
from campaigns.tests.factories import make_note, make_note_day, note_of
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.plans import bind, join, make_campaign, make_star_task
from campaigns.tests.reading import figures_on
from merchants.models import Role
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.scope import Hat, scope

URL, STAR = "/b/shancha/results/", "/b/shancha/results/star/"
ENGLISH = {"Accept-Language": "en"}
FIRST, LAST = date(2025, 6, 10), date(2025, 6, 30)  # today is 2025-06-23
STRETCHES = {
    "warm_up": (date(2025, 6, 10), date(2025, 6, 12)),
    "burst": (date(2025, 6, 15), date(2025, 6, 18)),
    "long_tail": (date(2025, 6, 25), LAST),
}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def connection(store):
    return make_connection(store)


@pytest.fixture
def campaign(store):
    return phased(make_campaign(store, starts_on=FIRST, ends_on=LAST), STRETCHES)


@pytest.fixture
def note(connection, campaign):
    note = make_note(connection)
    join(campaign, note)
    return note


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def phased(campaign, stretches):
    own = {"brand_id": campaign.brand_id, "campaign": campaign}
    with scope(Hat.WEB, brand=campaign.brand_id):
        campaign.phases.all().delete()
        for phase, (first, last) in stretches.items():
            CampaignPhase.objects.create(**own, phase=phase, starts_on=first, ends_on=last)
    return campaign


def page_of(client, campaign, url=URL, **asked):
    page = client.get(url, {"campaign": campaign.pk} | asked, headers=ENGLISH)
    assert page.status_code == 200
    return page.text


def found(client, campaign, url=URL, **asked):
    return figures_on(page_of(client, campaign, url, **asked))


def drawn(page):
    """Return what the chart of the phases is given."""
    box = re.search(r'data-chart="phases".*?<script[^>]*>(.*?)</script>', page, re.S)
    return json.loads(box[1])


def day(number):
    return date(2025, 6, number)


def test_a_phase_has_the_figures_of_its_days_whatever_period_is_shown(viewer, note, campaign):
    make_note_day(note, day(10), fee_fen=100, gmv_15_fen=300)
    make_note_day(note, day(12), fee_fen=300, gmv_15_fen=500)
    make_note_day(note, day(18), fee_fen=1_000, gmv_15_fen=500)

    figures = found(viewer, campaign, **{"from": day(18), "to": day(18)})

    assert figures["spend", "phase:warm_up"] == "400"
    assert figures["roi", "phase:warm_up"] == "2.0000"
    assert figures["roi", "phase:burst"] == "0.5000"
    assert figures["spend", "phase:all"] == "1400"
    assert figures["spend", "total"] == "1000"


def test_phases_and_the_days_in_none_add_up_to_the_whole_campaign(viewer, note, campaign):
    for number in (10, 13, 15, 22):
        make_note_day(note, day(number), fee_fen=number)

    figures = found(viewer, campaign)

    parts = ("warm_up", "burst", "none")
    assert [figures["spend", f"phase:{part}"] for part in parts] == ["10", "15", "35"]
    assert figures["spend", "phase:all"] == "60"


def test_a_phase_that_has_not_begun_says_so_and_has_no_zero(viewer, note, campaign):
    make_note_day(note, day(10))

    page = page_of(viewer, campaign)

    assert figures_on(page)["spend", "phase:long_tail"] == ""
    assert "This phase has not begun" in page
    assert "Begins on 2025-06-25" in page
    bars = drawn(page)["panels"][0]["bars"]
    assert (bars[2]["value"], bars[2]["text"]) == (None, "not begun")


def test_an_average_is_per_day_that_was_returned(viewer, note, campaign):
    make_note_day(note, day(10), fee_fen=100, order_15=3)
    make_note_day(note, day(12), fee_fen=301, order_15=4)

    figures = found(viewer, campaign, per="day")

    assert figures["spend", "phase:warm_up"] == "201"
    assert figures["order", "phase:warm_up"] == "3.5000"
    assert figures["roi", "phase:warm_up"] == found(viewer, campaign)["roi", "phase:warm_up"]


def test_a_day_without_the_campaigns_notes_is_a_day_of_nothing(viewer, note, campaign, connection):
    make_note_day(note, day(10), fee_fen=100)
    make_note_day(make_note(connection, 2), day(11))

    assert found(viewer, campaign, per="day")["spend", "phase:warm_up"] == "50"


def test_a_day_without_returned_orders_is_in_no_average_of_orders(viewer, note, campaign):
    make_note_day(note, day(10), order_15=8)
    make_note_day(note, day(11), order_15=None, gmv_15_fen=None)

    assert found(viewer, campaign, per="day")["order", "phase:warm_up"] == "8.0000"


def test_days_that_lie_in_two_phases_are_named(viewer, note, campaign):
    phased(campaign, {"warm_up": (day(10), day(12)), "burst": (day(12), day(14))})
    make_note_day(note, day(12), fee_fen=100)

    page = page_of(viewer, campaign)

    assert "1 day lies in two phases and counts in both: 06-12" in page
    figures = figures_on(page)
    assert figures["spend", "phase:warm_up"] == figures["spend", "phase:burst"] == "100"
    assert figures["spend", "phase:all"] == "100"


def test_each_phase_says_how_far_it_is_and_what_is_lacking(viewer, note, campaign):
    make_note_day(note, day(10))
    make_note_day(note, day(18), order_15=None, gmv_15_fen=None)

    phases = viewer.get(URL, {"campaign": campaign.pk}).context["phases"]

    warm_up, burst, _tail = phases.rows
    assert (warm_up.told, len(warm_up.due), warm_up.returned, warm_up.note_days) == (1, 3, 1, 1)
    assert (burst.returned, burst.note_days) == (0, 1)
    assert warm_up.maturity == pytest.approx(12 / 15)


def test_a_figure_that_may_still_rise_is_drawn_so(viewer, note, campaign):
    make_note_day(note, day(10))

    spend, gmv, _roi = drawn(page_of(viewer, campaign))["panels"]

    assert (spend["bars"][0]["provisional"], gmv["bars"][0]["provisional"]) == (False, True)
    assert gmv["bars"][0]["value"] == 200.0


def test_a_phase_is_offered_as_a_period_as_far_as_it_is_known(viewer, note, campaign):
    phased(campaign, {"burst": (day(15), LAST)})
    make_note_day(note, day(15))

    page = page_of(viewer, campaign)

    assert "from=2025-06-15&amp;to=2025-06-22" in page


def test_a_campaign_without_phases_says_what_to_do(viewer, note, campaign):
    phased(campaign, {})
    make_note_day(note, day(10))

    assert "No phase is dated yet" in page_of(viewer, campaign)


def test_another_brands_phases_are_not_shown(viewer, note):
    theirs = make_campaign(make_store(make_brand("other", "别家"), 5), "别家的活动")

    page = viewer.get(URL, {"campaign": theirs.pk})

    assert page.status_code == 422
    assert "phases" not in page.context


def test_ten_notes_take_as_many_queries_as_two(viewer, note, campaign, connection):
    def add(number):
        more = make_note(connection, number)
        join(campaign, more)
        make_note_day(more, day(15))

    def queries():
        with CaptureQueriesContext(database) as captured:
            page_of(viewer, campaign)
        return len(captured)

    make_note_day(note, day(10))
    add(2)
    for_two = queries()
    for number in range(3, 11):
        add(number)
    assert queries() == for_two


def told(store, on, object_id, **figures):
    plain = {"read_uv": 400, "store_visit_uv": 40, "order_uv": 20, "store_gmv_fen": 90_000}
    named = {"level": "task", "object_id": object_id, "window_days": 15, "sampling": 5000}
    return make_fact(StarDay, store, on, **named | plain | figures)


@pytest.fixture
def task(store, campaign):
    task = make_star_task(store)
    note = note_of(store, 7)
    join(campaign, note)
    bind(task, note)
    return task


def test_star_tasks_are_those_with_a_note_of_the_campaign(viewer, store, campaign, task):
    told(store, day(10), task.task_id)
    told(store, day(10), "ANOTHER1")

    figures = found(viewer, campaign, STAR)

    assert figures["store_gmv", "total"] == "90000"
    assert ("store_gmv", "ANOTHER1") not in figures


def test_star_people_are_at_most_their_sum_and_their_average_is_exact(
    viewer, store, campaign, task
):
    told(store, day(10), task.task_id, store_visit_uv=40)
    told(store, day(11), task.task_id, store_visit_uv=45)

    sums = page_of(viewer, campaign, STAR)
    assert figures_on(sums)["store_visit_uv", "phase:warm_up"] == "85"
    assert "≤ 85" in sums

    averages = page_of(viewer, campaign, STAR, per="day")
    assert figures_on(averages)["store_visit_uv", "phase:warm_up"] == "42.5000"
    assert "≤ 42.5" not in averages
    assert figures_on(averages)["store_gmv", "phase:warm_up"] == "90000"


def test_an_average_of_few_people_is_not_told(viewer, store, campaign, task):
    for number in (10, 11):
        told(store, day(number), task.task_id, order_uv=8)

    figures = found(viewer, campaign, STAR, per="day")

    assert figures["order_uv", "phase:warm_up"] == "<10"


def test_star_tasks_of_unlike_samples_have_no_total_of_a_phase(viewer, store, campaign, task):
    other, note = make_star_task(store, 2), note_of(store, 8)
    bind(other, note)
    join(campaign, note)
    told(store, day(10), task.task_id)
    told(store, day(10), other.task_id, sampling=10_000)

    figures = found(viewer, campaign, STAR)
    assert figures["store_gmv", "phase:warm_up"] == ""

    alone = found(viewer, campaign, STAR, task=task.task_id)
    assert alone["store_gmv", "phase:warm_up"] == "90000"


def test_a_task_without_readers_leaves_the_rate_of_the_others(viewer, store, campaign, task):
    other, note = make_star_task(store, 2), note_of(store, 8)
    bind(other, note)
    join(campaign, note)
    told(store, day(10), task.task_id, read_uv=400, store_visit_uv=40)
    told(store, day(10), other.task_id, read_uv=0, store_visit_uv=20)

    figures = found(viewer, campaign, STAR)

    assert figures["visit_rate", "phase:warm_up"] == "0.1500"


def test_the_star_page_says_that_no_phase_has_a_cost(viewer, store, campaign, task):
    told(store, day(10), task.task_id)

    page = page_of(viewer, campaign, STAR)

    assert "no phase has a cost of its own" in page
    assert ("spend", "phase:warm_up") not in figures_on(page)
