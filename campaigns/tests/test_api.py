"""The API's lists, through the front door, with a key alone."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.tests.api import make_key, program, program_of
from campaigns.tests.factories import make_link, make_note, make_window, note_of
from campaigns.tests.plans import make_campaign, tag
from merchants.models import ApiKey, Membership, Role
from merchants.tests.factories import (
    make_application,
    make_brand,
    make_connection,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

V1 = "/api/v1/"
LISTS = ["stores", "applications", "campaigns", "notes", "links", "data-status", "metrics/query"]
PROBLEM = "application/problem+json"


@pytest.fixture
def member(brand):
    return make_membership(brand, make_user("api@example.test", language="zh-hans"), Role.MARKETER)


@pytest.fixture
def key(member):
    return make_key(member)


def change(member, **values):
    with scope(Hat.WEB, brand=member.brand_id):
        Membership.objects.filter(pk=member.pk).update(**values)


def ids(answer):
    return [row["id"] for row in answer.json()["data"]]


@pytest.mark.parametrize("name", LISTS)
def test_without_a_key_nobody_is_let_in_signed_in_or_not(client_as, name):
    for client in (Client(), client_as(Role.OWNER)):
        answer = client.get(f"{V1}{name}/")

        assert (answer.status_code, answer["Content-Type"]) == (401, PROBLEM)
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("sent", ["", "rc_", "rc_00000000_" + "x" * 43, "é" * 9, "a b c"])
def test_what_is_no_key_of_ours_is_turned_away(brand, sent):
    answer = program(sent.encode().decode("latin-1")).get(f"{V1}stores/")

    assert answer.status_code == 401
    assert answer.json()["title"] == "No valid API key"


def test_a_key_with_another_secret_is_turned_away(key):
    assert (
        program(f"{key[:-1]}{'a' if key[-1] != 'a' else 'b'}").get(f"{V1}stores/").status_code
        == 401
    )


def test_a_revoked_and_an_expired_key_are_turned_away(brand, member, key):
    assert program(key).get(f"{V1}stores/").status_code == 200
    with scope(Hat.WEB, brand=brand.pk):
        ApiKey.objects.update(revoked_at=timezone.now())
    assert program(key).get(f"{V1}stores/").status_code == 401
    assert program(make_key(member, days=-1)).get(f"{V1}stores/").status_code == 401


def test_a_key_dies_with_its_membership(brand, member, key):
    change(member, suspended_at=timezone.now())
    assert program(key).get(f"{V1}stores/").status_code == 401

    change(member, suspended_at=None)
    with scope(Hat.WEB, brand=brand.pk):
        member.delete()
    assert program(key).get(f"{V1}stores/").status_code == 401


def test_a_key_of_someone_whose_account_is_closed_is_turned_away(member, key):
    member.user.is_active = False
    member.user.save()

    assert program(key).get(f"{V1}stores/").status_code == 401


def test_a_key_without_the_scope_is_refused(member):
    answer = program(make_key(member, "metrics")).get(f"{V1}stores/")

    assert (answer.status_code, answer["Content-Type"]) == (403, PROBLEM)
    assert answer.json()["detail"] == "The key lacks the scope “read”."


def test_every_list_tells_its_rows(brand, key):
    store = make_store(brand)
    link = make_link(note_of(store))
    tag(link.note, "夏日")
    application, campaign = make_application(store), make_campaign(store, budget_fen=12_345)
    client = program(key)

    assert ids(client.get(f"{V1}stores/")) == [store.pk]
    assert ids(client.get(f"{V1}applications/")) == [application.pk]
    [planned] = client.get(f"{V1}campaigns/").json()["data"]
    assert (planned["id"], planned["stores"]) == (campaign.pk, [store.pk])
    assert planned["budget"] == "123.45"
    [note] = client.get(f"{V1}notes/").json()["data"]
    assert (note["note_id"], note["tags"]) == (link.note.note_id, ["夏日"])
    [found] = client.get(f"{V1}links/").json()["data"]
    assert (found["id"], found["status"], found["note"]) == (link.pk, link.status, link.note_id)
    assert client.get(f"{V1}links/{link.pk}/").json() == found


def test_lists_are_narrowed_by_what_is_asked(brand, key):
    store, other = make_store(brand, 1), make_store(brand, 2)
    kept, left = make_link(note_of(store)), make_link(note_of(other, 2), "paused")
    client = program(key)

    assert ids(client.get(f"{V1}notes/", {"store": store.pk})) == [kept.note_id]
    assert ids(client.get(f"{V1}links/", {"status": "paused"})) == [left.pk]
    assert ids(client.get(f"{V1}links/", {"note_id": kept.note.note_id})) == [kept.pk]


def test_what_can_not_be_asked_is_refused_by_its_name(key):
    answer = program(key).get(f"{V1}links/", {"status": "asleep"})

    assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM)
    expected = [{"field": "status", "message": "Choose one of those offered."}]
    assert answer.json()["errors"] == expected


@pytest.mark.parametrize("name", LISTS)
def test_a_parameter_that_is_misspelt_is_refused(key, name):
    answer = program(key).get(f"{V1}{name}/", {"stroe": "1"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["stroe"]


def test_pages_follow_each_other_by_their_cursor(brand, key):
    stores = [make_store(brand, number) for number in (1, 2, 3)]
    client = program(key)

    first = client.get(f"{V1}stores/", {"limit": 2})
    second = client.get(f"{V1}stores/", {"limit": 2, "cursor": first.json()["next_cursor"]})

    assert ids(first) + ids(second) == [store.pk for store in reversed(stores)]
    assert second.json()["next_cursor"] is None
    assert client.get(f"{V1}stores/", {"cursor": "x"}).status_code == 422


def test_a_key_reaches_as_far_as_its_member(brand):
    store, other = make_store(brand, 1), make_store(brand, 2)
    link = make_link(note_of(other))
    client = program_of(brand, stores=(store,))

    assert ids(client.get(f"{V1}stores/")) == [store.pk]
    assert ids(client.get(f"{V1}links/")) == []
    assert client.get(f"{V1}links/{link.pk}/").status_code == 404
    assert client.get(f"{V1}notes/", {"store": other.pk}).status_code == 422


def test_rows_of_another_brand_are_not_found(key):
    link = make_link(note_of(make_store(make_brand("yejing", "野径"))))
    client = program(key)

    answer = client.get(f"{V1}links/{link.pk}/")
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert [ids(client.get(f"{V1}{name}/")) for name in LISTS[:5]] == [[]] * 5


def test_the_state_of_the_data_is_told_by_source_and_day(brand, key):
    store = make_store(brand)
    make_connection(store)
    make_window(store, day=date(2025, 6, 18), status="closed", closed_on=date(2025, 6, 19))

    asked = {"from": "2025-06-17", "to": "2025-06-18"}
    told = program(key).get(f"{V1}data-status/", asked).json()

    [source] = told["sources"]
    assert source["newest_complete_day"] == "2025-06-18"
    assert [each["state"] for each in source["days"]] == ["not asked", "complete"]


def test_calls_of_a_minute_are_limited_and_counted(key, settings):
    settings.API_CALLS_PER_MINUTE = 2
    client = program(key)

    answers = [client.get(f"{V1}stores/") for _call in range(3)]

    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Content-Type"] == PROBLEM
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert answers[2]["Retry-After"] == answers[2]["RateLimit-Reset"]


def test_a_new_minute_has_all_its_calls(brand, key, settings):
    settings.API_CALLS_PER_MINUTE = 1
    program(key).get(f"{V1}stores/")
    with scope(Hat.WEB, brand=brand.pk):
        ApiKey.objects.update(window_number=1)

    assert program(key).get(f"{V1}stores/").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("get", "nothing/", {}, 404),
        ("post", "stores/", {}, 405),
        ("options", "stores/", {}, 405),
        ("get", "stores/", {"headers": {"accept": "text/html"}}, 406),
        ("post", "stores/", {"headers": {"content-length": "99999999"}}, 413),
        ("get", "stores/?limit=0", {}, 422),
    ],
)
def test_every_refusal_has_one_form(key, method, path, more, status):
    answer = getattr(program(key), method)(f"{V1}{path}", **more)

    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert answer.json()["status"] == status
    assert answer.json()["title"]


def test_refusals_speak_the_language_that_is_asked_for_or_the_owners(key):
    asked = program(key, "en").get(f"{V1}links/0/").json()
    own = Client(headers={"authorization": f"Bearer {key}"}).get(f"{V1}links/0/").json()

    assert (asked["title"], own["title"]) == ("Not found", "没有找到")


@pytest.mark.parametrize("name", LISTS)
def test_ten_rows_cost_as_much_as_one(brand, key, name):
    connection = make_connection(make_store(brand))
    client = program(key)

    def cost(numbers):
        for number in numbers:
            make_link(make_note(connection, number))
            make_campaign(connection.store, f"活动{number}")
            make_window(connection.store, day=date(2025, 6, 1) + timedelta(days=number))
        with CaptureQueriesContext(database) as queries:
            assert client.get(f"{V1}{name}/").status_code == 200
        return len(queries)

    assert cost(range(2, 11)) == cost([1])
