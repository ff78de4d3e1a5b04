from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import StarTask, StarTaskNote
from campaigns.tests.factories import make_note_day, note_id_of, note_of
from campaigns.tests.plans import bind, make_star_task
from merchants.models import Role
from merchants.tests.factories import make_membership, make_store, make_user
from portal.lib.scope import Hat, scope

TASKS = "/b/shancha/star-tasks/"
ENGLISH = {"Accept-Language": "en"}
FILLED = {
    "name": "精华油 6 月",
    "task_id": "ST-20250601",
    "starts_on": "2025-06-01",
    "ends_on": "2025-06-30",
    "budget": "60000",
}
ORDER = {"order_id": "PGY77", "order_kind": "custom", "authorisation": "1"}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def url_of(task, rest="") -> str:
    return f"{TASKS}{task.pk}/{rest}"


def rows() -> list[StarTaskNote]:
    with scope(Hat.ADMIN):
        return list(StarTaskNote.objects.order_by("pk"))


def lacking(client, task) -> set[str]:
    found = client.get(url_of(task), headers=ENGLISH).context["checks"]
    return {check.title for check in found if check.colour != "ok"}


def ready_task(store) -> StarTask:
    task = make_star_task(store, budget_fen=5_000_000)
    for number, creator in enumerate(["林小鹿", "周野"], start=1):
        note = note_of(store, number, creator=creator)
        bind(task, note, order_id=f"P{number}", order_kind="custom", authorisation=number)
        make_note_day(note, date(2025, 6, 17))
    return task


def change(**fields) -> None:
    with scope(Hat.WEB, brand=rows()[0].brand_id):
        StarTaskNote.objects.filter(pk=rows()[0].pk).update(**fields)


def test_a_marketer_enters_a_star_task(store, marketer):
    marketer.post(f"{TASKS}new/", FILLED | {"store": store.pk})

    with scope(Hat.ADMIN):
        task = StarTask.objects.get()
    assert (task.task_id, task.budget_fen, task.store_id) == ("ST-20250601", 6_000_000, store.pk)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"task_id": "ST 1"}, "Copy the id from the Taobao side"),
        ({"task_id": "ST-taken"}, "The brand has this star task already."),
        ({"ends_on": "2025-05-01"}, "The last day is before the first."),
    ],
)
def test_a_wrong_star_task_is_told_beside_its_field(store, marketer, wrong, said):
    make_star_task(store, task_id="ST-taken")

    answer = marketer.post(f"{TASKS}new/", FILLED | {"store": store.pk} | wrong, headers=ENGLISH)

    assert answer.status_code == 422
    assert said in answer.text


def test_a_task_with_everything_may_return_data(store, marketer):
    task = ready_task(store)

    assert lacking(marketer, task) == set()
    assert "Data can join" in marketer.get(url_of(task), headers=ENGLISH).text


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"order_id": "", "order_kind": ""}, "On Pugongying orders"),
        ({"order_kind": "other"}, "On Pugongying orders"),
        ({"authorisation": 0}, "Authorised by creators"),
        ({"authorisation": 4}, "Authorised by creators"),
    ],
)
def test_what_one_note_lacks_the_task_lacks(store, marketer, fields, missing):
    task = ready_task(store)
    change(**fields)

    assert lacking(marketer, task) == {missing}


def test_creators_and_budget_are_asked_for_by_setting(store, marketer, settings):
    task = ready_task(store)
    settings.STAR_TASK = {"least_creators": 3, "floor_fen": 5_000_001}

    assert lacking(marketer, task) == {"Enough creators", "Budget"}


def test_a_note_that_was_not_promoted_is_named_as_lacking(store, marketer):
    task = ready_task(store)
    note = note_of(store, 9)
    bind(task, note, order_id="P9", order_kind="recruit", authorisation=1)

    assert lacking(marketer, task) == {"Promoted in Juguang"}


def test_notes_are_bound_with_their_order_and_state(store, marketer):
    task = make_star_task(store)
    note_of(store, 1)

    marketer.post(url_of(task, "notes/"), ORDER | {"text": f"{note_id_of(1)}\n{'b' * 24}"})

    assert [(row.order_id, row.authorisation) for row in rows()] == [("PGY77", 1)] * 2


def test_a_note_belongs_to_one_star_task_and_to_its_store(brand, store, marketer):
    bind(make_star_task(store, 1), note_of(store, 1))
    note_of(make_store(brand, 2), 2)
    task = make_star_task(store, 2)
    text = f"{note_id_of(1)}\n{note_id_of(2)}"

    answer = marketer.post(
        url_of(task, "notes/"), ORDER | {"text": text}, headers=ENGLISH, follow=True
    )

    assert len(rows()) == 1
    assert "2 were left out" in answer.text


def test_an_order_is_written_with_its_kind(store, marketer):
    task = make_star_task(store)
    fields = {"text": "b" * 24, "order_id": "PGY77", "authorisation": "0"}

    answer = marketer.post(url_of(task, "notes/"), fields, headers=ENGLISH)

    assert "Say which kind of order it is." in answer.text
    assert rows() == []


def test_a_binding_is_changed_and_taken_away(store, marketer):
    task = make_star_task(store)
    row = bind(task, note_of(store, 1))
    url = url_of(task, f"notes/{row.pk}/")

    marketer.post(url, ORDER)
    assert [(each.order_id, each.authorisation) for each in rows()] == [("PGY77", 1)]

    marketer.post(url, {"unbind": "1"})
    assert rows() == []


@pytest.mark.parametrize("page", ["list", "detail"])
def test_the_pages_take_as_many_queries_for_ten_as_for_one(store, marketer, page):
    task = make_star_task(store)
    bind(task, note_of(store, 1))
    url = TASKS if page == "list" else url_of(task)
    for_one = queries(marketer, url)
    for number in range(2, 11):
        bind(task, note_of(store, number))
        make_star_task(store, number)

    assert queries(marketer, url) == for_one


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_without_star_tasks_the_page_says_what_to_do_next(store, marketer):
    assert "Create the task on the Taobao side" in marketer.get(TASKS, headers=ENGLISH).text


def test_a_task_that_a_narrowed_marketer_does_not_see_is_told_all_the_same(brand, store, client):
    make_star_task(store, task_id=FILLED["task_id"])
    other = make_store(brand, 2)
    user = make_user("narrow@example.test")
    make_membership(brand, user, Role.MARKETER, stores=(other,))
    client.force_login(user)

    answer = client.post(f"{TASKS}new/", FILLED | {"store": other.pk}, headers=ENGLISH)

    assert answer.status_code == 422
    assert "The brand has this star task already." in answer.text
