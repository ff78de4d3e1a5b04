from datetime import date, timedelta

from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import CreatorNoteDay, StarDay
from campaigns.tests.factories import make_note_day, note_of
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.plans import bind, join, make_ad, make_campaign, make_star_task, named_note
from merchants.models import Role
from merchants.tests.factories import make_store
from portal.lib import days

PAGE = "/b/shancha/data/missing/"
ENGLISH = {"accept-language": "en"}
LAST = date(2025, 6, 22)
LACKS = {"order_15": None, "gmv_15_fen": None}


def noted(store, campaign, number=1):
    note = note_of(store, number)
    join(campaign, note)
    return note


def covered(client, **asked):
    return client.get(PAGE, asked).context["covered"]


def test_coverage_counts_the_days_on_which_a_note_delivered(client_as, brand):
    store = make_store(brand)
    note = noted(store, make_campaign(store))
    make_note_day(note, LAST - timedelta(days=2))
    make_note_day(note, LAST - timedelta(days=1), **LACKS)
    make_note_day(note, LAST, fee_fen=0, impression=0, **LACKS)

    found = covered(client_as(Role.VIEWER))

    assert (found.returned, found.expected) == (1, 2)
    (each,) = found.missing
    assert each.missing_since == LAST - timedelta(days=1)
    assert each.last_returned == LAST - timedelta(days=2)


def test_each_window_has_a_coverage_of_its_own(client_as, brand):
    store = make_store(brand)
    make_note_day(noted(store, make_campaign(store)), LAST, **LACKS)
    client = client_as(Role.VIEWER)
    found = {window: covered(client, window=window).returned for window in (7, 15, 30)}
    assert found == {7: 1, 15: 0, 30: 1}


def test_a_note_whose_ad_runs_owes_the_newest_day(client_as, brand):
    store = make_store(brand)
    campaign = make_campaign(store)
    make_note_day(noted(store, campaign, 1), LAST)
    silent = noted(store, campaign, 2)
    make_note_day(silent, LAST - timedelta(days=3))
    make_ad(silent)

    (each,) = covered(client_as(Role.VIEWER)).missing

    assert (each.note, each.missing_since) == (silent, LAST - timedelta(days=2))
    assert (each.returned, each.expected) == (1, 2)


def test_a_note_that_delivered_nothing_owes_nothing(client_as, brand):
    store = make_store(brand)
    campaign = make_campaign(store)
    noted(store, campaign)
    join(campaign, named_note(store))

    found = covered(client_as(Role.VIEWER))

    assert (found.expected, found.missing, found.unlisted) == (0, [], 1)


def test_notes_of_other_campaigns_are_not_counted(client_as, brand):
    store = make_store(brand)
    make_note_day(noted(store, make_campaign(store, "Other"), 1), LAST, **LACKS)
    mine = make_campaign(store, "Mine", starts_on=date(2025, 6, 1))
    make_note_day(noted(store, mine, 2), LAST)

    client = client_as(Role.VIEWER)

    assert covered(client, campaign=mine.pk).missing == []


def test_star_tasks_have_a_list_of_their_own(client_as, brand):
    store = make_store(brand)
    note = noted(store, make_campaign(store))
    bind(make_star_task(store), note, order_id="P1", order_kind="custom", authorisation=1)
    own = {"star_read_uv": 900, "note_id": note.note_id, "order_id": "P1"}
    make_fact(CreatorNoteDay, store, LAST - timedelta(days=1), **own)
    sent = {"level": "content", "object_id": note.note_id, "window_days": 15}
    make_fact(StarDay, store, LAST - timedelta(days=5), **sent)

    answer = client_as(Role.VIEWER).get(PAGE)

    (each,) = answer.context["star_missing"]
    assert each.missing_since == LAST - timedelta(days=4)
    assert answer.context["covered"].missing == []


def test_a_star_note_whose_creator_did_not_agree_owes_nothing(client_as, brand):
    store = make_store(brand)
    note = noted(store, make_campaign(store))
    bind(make_star_task(store), note, order_id="P1", order_kind="custom", authorisation=3)
    assert client_as(Role.VIEWER).get(PAGE).context["star"] == []


def test_the_two_lines_are_two_files(client_as, brand):
    store = make_store(brand)
    campaign = make_campaign(store)
    direct, star = noted(store, campaign, 1), noted(store, campaign, 2)
    make_note_day(direct, LAST, **LACKS)
    bind(make_star_task(store), star, order_id="P1", order_kind="custom", authorisation=1)
    client = client_as(Role.VIEWER)

    notes, stars = (client.get(f"{PAGE}{line}.csv").text for line in ("notes", "star"))

    assert direct.note_id in notes
    assert star.note_id not in notes
    assert star.note_id in stars
    assert direct.note_id not in stars


def test_without_a_campaign_the_page_says_where_what_is_expected_comes_from(client_as, brand):
    read = client_as(Role.VIEWER).get(PAGE, headers=ENGLISH).text
    assert "No campaign yet" in read
    assert days.today() > LAST


def test_the_page_takes_as_many_queries_for_ten_notes_as_for_one(client_as, brand):
    client, store = client_as(Role.VIEWER), make_store(brand)
    campaign, task = make_campaign(store), make_star_task(store)

    def queries(numbers):
        for number in numbers:
            note = noted(store, campaign, number)
            make_note_day(note, LAST, **LACKS)
            own = {"order_id": f"P{number}", "order_kind": "custom", "authorisation": 1}
            bind(task, note, **own)
        with CaptureQueriesContext(database) as captured:
            client.get(PAGE)
        return len(captured)

    assert queries([1]) == queries(range(2, 11))
