"""Long files of the API: refused at once, made by asking, fetched by whoever asked."""

import pytest

from campaigns.exports import files, work
from campaigns.models import Export
from campaigns.tests.api import make_key, program, program_of
from campaigns.tests.factories import make_note, make_note_day
from campaigns.tests.test_api_metrics import DAY
from merchants.models import Role, User
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib.scope import Hat, scope

pytestmark = pytest.mark.usefixtures("own_files")
FILE = "/api/v1/metrics/export.csv"
ASKED = {"from": "2025-06-18", "to": "2025-06-18", "as_of": "2025-06-20", "dimension": "note"}
ACCEPTED = 202


@pytest.fixture
def api(brand, monkeypatch):
    connection = make_connection(make_store(brand))
    for number in (1, 2, 3):
        make_note_day(make_note(connection, number), DAY)
    monkeypatch.setattr(files, "AT_ONCE", 2)
    return program_of(brand)


def post(api, asked=ASKED, **heads):
    return api.post(FILE, asked, content_type="application/json", headers=heads)


def test_a_long_file_is_not_made_by_reading(api):
    answer = api.get(FILE, ASKED)

    assert answer.status_code == 422
    assert "3 rows: POST the question here" in answer.json()["detail"]


def test_what_is_asked_for_can_be_fetched_once_it_is_made(api, monkeypatch):
    asked = post(api)
    state = f"/api/v1/exports/{asked.json()['id']}/"
    before = api.get(state).json()
    work.make(asked.json()["id"])
    after = api.get(state).json()
    made = b"".join(api.get(after["file"]).streaming_content)
    monkeypatch.setattr(files, "AT_ONCE", 3)

    assert (asked.status_code, before["status"], before["file"]) == (ACCEPTED, "owed", None)
    assert (after["status"], after["rows"], after["done_rows"]) == ("ready", 3, 3)
    assert made == api.get(FILE, ASKED).content


def test_a_question_sent_again_with_its_key_is_one_file(api):
    once, again = (post(api, **{"idempotency-key": "a"}).json() for _time in range(2))

    assert once == again
    with scope(Hat.NIGHT):
        assert Export.objects.count() == 1


@pytest.mark.parametrize("said", [{"widnow": 7}, {"dimension": "hour"}, {"from": "yesterday"}])
def test_a_question_that_cannot_be_asked_is_refused_by_its_field(api, said):
    answer = post(api, ASKED | said)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in said


def test_a_list_is_no_question(api):
    assert post(api, [1]).status_code == 422


def test_a_colleagues_key_finds_nothing(api, brand):
    pk = post(api).json()["id"]
    work.make(pk)
    colleague = make_membership(brand, make_user("colleague@example.test"), Role.OWNER)
    other = program(make_key(colleague))

    paths = [f"/api/v1/exports/{pk}/", f"/api/v1/exports/{pk}/file/"]
    assert [other.get(path).status_code for path in paths] == [404, 404]


def test_a_key_without_the_scope_may_not_ask(api, brand):
    member = make_membership(brand, make_user("reader@example.test"), Role.OWNER)

    assert post(program(make_key(member, "read"))).status_code == 403


def test_what_a_key_asked_for_stands_on_its_makers_page(api, brand, client):
    post(api)
    client.force_login(User.objects.get(email__startswith="api-"))

    page = client.get("/b/shancha/data/exports/").text

    assert "shancha-2025-06-18-2025-06-18-15d.csv" in page
