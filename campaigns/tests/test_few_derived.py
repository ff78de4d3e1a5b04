"""Too few people can't be found by what stands beside them: all that is shown is the same.

Two worlds differ in nothing but in how many the few are, one to nine. Whatever is asked of them,
sums, parts, days, phases, receipts, files or programs, answers to the byte alike: nobody who
reads all of it can tell which of the two it is of.
"""

import re
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from campaigns.models import StarDay
from campaigns.results.columns import offered
from campaigns.results.metrics import METRICS, RATIOS, SUMS, Line
from campaigns.tests.api import program_of
from campaigns.tests.factories import make_note, make_share_link
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.plans import bind, join, make_campaign, make_star_task
from campaigns.tests.reading import figures_on
from merchants.models import Role
from merchants.tests.factories import make_connection, make_membership, make_store, make_user

FIRST = date(2025, 6, 16)
DAYS = [FIRST + timedelta(days=n) for n in range(3)]
PEOPLE = [metric.key for metric in SUMS[Line.STAR] if metric.is_of_people]
RATES = [metric.key for metric in RATIOS[Line.STAR]]
EVERY = ",".join(metric.key for metric in offered(Line.STAR))
RESULTS = "/b/shancha/results/"
FEW = st.integers(1, 9)
# a figure with what it is in the other world: they differ where it is of too few to be told
FIGURES = st.one_of(
    st.sampled_from([(None, None), (0, 0), (10, 10), (12, 12), (40, 40), (400, 400)]),
    st.tuples(FEW, FEW),
    st.tuples(FEW, FEW),
)
ONE_OF_A_REQUEST = re.compile(rb'csrf\w*" value="[^"]+"|"X-CSRFToken": "[^"]+"|nonce="[^"]+"')

pytestmark = pytest.mark.usefixtures("campaign")


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def tasks(store):
    return [make_star_task(store, number) for number in (1, 2)]


@pytest.fixture
def campaign(store, tasks):
    note = make_note(make_connection(store))
    campaign = make_campaign(store, starts_on=DAYS[0], ends_on=DAYS[-1])
    join(campaign, note)
    bind(tasks[0], note)
    return campaign


@pytest.fixture
def readers(brand, client_as):
    """Whoever reads: at the screen, by a program, and with a link from somebody."""
    sharer = make_membership(brand, make_user("sharer@example.test"), Role.MARKETER)
    asked = {"from": str(DAYS[0]), "to": str(DAYS[-1])}
    _link, token = make_share_link(brand, sharer.user, line="star", asked=asked)
    viewer = client_as(Role.VIEWER)
    return {"screen": viewer, "program": program_of(brand, Role.VIEWER), "link": token}


@st.composite
def worlds(draw):
    """Return two worlds: {(task, day): figures} of each."""
    mine, theirs = {}, {}
    for place in product(range(2), range(len(DAYS))):
        pairs = {key: draw(FIGURES) for key in PEOPLE}
        mine[place] = {key: pair[0] for key, pair in pairs.items()}
        theirs[place] = {key: pair[1] for key, pair in pairs.items()}
    return mine, theirs


@st.composite
def questions(draw):
    """Return what may be asked of either: some days, of some or all, in one way or another."""
    first, last = sorted([draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))])
    return {"from": first, "to": last} | draw(
        st.fixed_dictionaries(
            {}, optional={"scaled": st.just("1"), "task": st.sampled_from([0, 1])}
        )
    )


def addresses(campaign, tasks, asked, key):
    """Yield every address that tells of people, with what is asked there."""
    asked = dict(asked)
    if "task" in asked:
        asked["task"] = tasks[asked["task"]].task_id
    of_campaign = asked | {"campaign": campaign.pk}
    yield f"{RESULTS}star/", asked | {"receipt": key}
    yield f"{RESULTS}star/", asked | {"metrics": EVERY}
    yield f"{RESULTS}star/", of_campaign
    yield f"{RESULTS}star/", of_campaign | {"per": "day"}
    yield f"{RESULTS}star.csv", asked | {"metrics": EVERY}
    for ending in ("/", ".csv"):
        yield f"{RESULTS}star/diff{ending}", asked | {"metric": key, "as_of": DAYS[1]}
    for place in ("total", *(task.task_id for task in tasks)):
        yield f"{RESULTS}receipt/", asked | {"metric": key, "place": place}
        yield f"{RESULTS}receipt.csv", asked | {"metric": key, "place": place}
    yield f"/b/shancha/campaigns/{campaign.pk}/", {}
    yield "/b/shancha/overview/", {name: asked[name] for name in ("from", "to")}


def write(store, tasks, world):
    for (number, on), figures in world.items():
        named = {"level": "task", "object_id": tasks[number].task_id, "sampling": 5000}
        money = {"window_days": 15, "store_gmv_fen": 90_000}
        make_fact(StarDay, store, DAYS[on], **named | money | figures)


def told(readers, campaign, tasks, asked, key):
    """Return all that the answers say, by their addresses."""
    found = {}
    for url, query in addresses(campaign, tasks, asked, key):
        found[url, str(query)] = readers["screen"].get(url, query)
    query = {"line": "star", "from": asked["from"], "to": asked["to"]}
    for dimension in ("task", "day"):
        more = {"dimension": dimension} | ({"scaled": "on"} if "scaled" in asked else {})
        found["api", dimension] = readers["program"].get("/api/v1/metrics/query/", query | more)
    found["link", ""] = readers["screen"].get(f"/s/{readers['link']}/")
    assert {answer.status_code for answer in found.values()} <= {200, 404}
    return {
        name: (answer.status_code, ONE_OF_A_REQUEST.sub(b"", answer.content))
        for name, answer in found.items()
    }


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],  # what differs is named; to shrink it takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(both=worlds(), asked=questions(), key=st.sampled_from(PEOPLE + RATES))
def test_nothing_tells_how_many_the_few_are(store, tasks, campaign, readers, both, asked, key):
    answers = []
    for world in both:
        with transaction.atomic():
            write(store, tasks, world)
            answers.append(told(readers, campaign, tasks, asked, key))
            transaction.set_rollback(True)

    assert [name for name in answers[0] if answers[0][name] != answers[1][name]] == []


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(both=worlds())
def test_no_sum_is_less_than_the_people_are(store, tasks, readers, both):
    world = both[0]
    with transaction.atomic():
        write(store, tasks, world)
        asked = {"from": DAYS[0], "to": DAYS[-1]}
        shown = figures_on(readers["screen"].get(f"{RESULTS}star/", asked).text)
        transaction.set_rollback(True)

    for number, task in enumerate(tasks):
        for key in PEOPLE:
            parts = [world[number, on][key] for on in range(len(DAYS))]
            assert bounds(shown[key, task.task_id], parts), (key, parts)


def bounds(shown, parts):
    """Say whether what is shown of these days is the least bound that tells nothing of the few."""
    known = [part for part in parts if part is not None]
    most = sum(9 if 0 < part < 10 else part for part in known)
    if not known:
        return shown == ""
    return shown == ("<10" if 0 < most < 10 else str(most)) and most >= sum(known)


def test_every_rate_of_people_has_people_below_and_above():
    """Its bound counts the few as most above the line, and as least below."""
    for key in RATES:
        assert all(METRICS[side].is_of_people for side in METRICS[key].over)
