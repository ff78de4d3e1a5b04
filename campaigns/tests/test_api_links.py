"""Links attached, paused and resumed by a program, by the rules of the pages, once each."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Link
from campaigns.tests.api import make_key, program, program_of
from campaigns.tests.factories import make_link, note_of
from merchants import tasks
from merchants.models import ApiCall, Role
from merchants.tests.factories import make_brand, make_membership, make_store, make_user
from portal.lib.scope import Hat, scope

LINKS, BULK = "/api/v1/links/", "/api/v1/links/bulk/"
JSON = "application/json"
PROBLEM = "application/problem+json"


@pytest.fixture
def live(brand):
    return make_link(note_of(make_store(brand)))


@pytest.fixture
def api(brand):
    return program_of(brand, Role.MARKETER)


def post(client, url, body=None, key=None):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(url, body or {}, content_type=JSON, headers=headers)


def links(brand) -> list[Link]:
    with scope(Hat.WEB, brand=brand.pk):
        return list(Link.objects.filter(brand=brand).order_by("pk"))


def wish(note, /, **more):
    wanted = {"note": note.pk, "item": "710500318001", "text": "buy_the_same"}
    return wanted | {"is_marked_as_ad": True, "is_draft": True} | more


@pytest.fixture
def note(brand):
    return note_of(make_store(brand, 3))


def test_a_link_is_attached_as_on_the_page(brand, api, note):
    answer = post(api, LINKS, wish(note))

    assert answer.status_code == 201, answer.text
    [link] = links(brand)
    assert (answer.json()["id"], answer.json()["status"]) == (link.pk, "draft")
    assert (link.note_id, link.item_id) == (note.pk, "710500318001")
    assert link.created_by.email == "api-marketer-0@example.test"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"item": "", "address": "https://evil.example/item.htm?id=1"}, "address"),
        ({"text": "click_me"}, "text"),
        ({"note": "x"}, "note"),
        ({"itme": "1"}, "itme"),
        ({"item": {"a": 1}}, "item"),
    ],
)
def test_what_can_not_be_attached_is_refused_by_its_name(brand, api, note, more, field):
    answer = post(api, LINKS, wish(note, **more))

    assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM)
    assert {error["field"] for error in answer.json()["errors"]} == {field}
    assert links(brand) == []


@pytest.mark.parametrize("body", ["[]", "1", "null", '"x"', "{", '{"links": []}', '{"links": 1}'])
def test_a_body_of_another_shape_is_refused(api, body):
    for url in (LINKS, BULK):
        answer = api.post(url, body, content_type=JSON)
        assert answer.status_code in {400, 422}
        assert answer["Content-Type"] == PROBLEM


@pytest.mark.parametrize(
    "body", ['{"\\u0000": 1}', '{"text": "\\ud800"}', "[" * 100_000, '{"note": NaN}', "1" * 5000]
)
def test_a_body_that_can_not_be_kept_is_not_read(api, body):
    answer = api.post(LINKS, body, content_type=JSON, headers={"Idempotency-Key": "a"})

    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


def test_a_form_is_no_json(api):
    answer = api.post(LINKS, {"note": 1})

    assert (answer.status_code, answer["Content-Type"]) == (415, PROBLEM)


def test_a_note_of_another_brand_or_store_is_not_found(brand, api, note):
    foreign = note_of(make_store(make_brand("yejing", "野径")))
    narrowed = program_of(brand, Role.MARKETER, stores=(make_store(brand, 2),))

    assert post(api, LINKS, wish(foreign)).status_code == 404
    assert post(narrowed, LINKS, wish(note)).status_code == 404
    assert links(brand) == []


def test_several_are_attached_or_refused_each_on_its_own(brand, api, note):
    told = post(api, BULK, {"links": [wish(note), wish(note), {"note": 0}]}).json()["results"]

    assert [each["status"] for each in told] == [201, 422, 422]
    assert told[0]["link"]["id"] == links(brand)[0].pk
    assert "link" in told[1]["problem"]["errors"][0]["message"]


def test_a_link_is_paused_and_resumed(brand, api, live):
    assert post(api, f"{LINKS}{live.pk}/pause/").json()["status"] == "paused"
    assert post(api, f"{LINKS}{live.pk}/pause/").status_code == 422
    assert post(api, f"{LINKS}{live.pk}/resume/").json()["status"] == "live"
    assert post(api, f"{LINKS}{live.pk}/end/").status_code == 404
    assert links(brand)[0].status == "live"


def test_a_viewer_and_a_key_without_the_scope_change_nothing(brand, live):
    member = make_membership(brand, make_user("v@example.test"), Role.MARKETER)
    keys = [make_key(member, "read"), make_key(member, "read", "links")]
    with scope(Hat.WEB, brand=brand.pk):
        brand.memberships.filter(pk=member.pk).update(role=Role.VIEWER)

    answers = [post(program(key), f"{LINKS}{live.pk}/pause/") for key in keys]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert links(brand)[0].status == "live"


def test_the_same_call_under_the_same_key_is_done_once(brand, api, note):
    first = post(api, LINKS, wish(note), key="a")
    again = post(api, LINKS, wish(note), key="a")

    assert (again.status_code, again.json()) == (201, first.json())
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert len(links(brand)) == 1


def test_a_refusal_is_told_again_even_if_it_would_pass_by_now(api, live):
    post(api, f"{LINKS}{live.pk}/pause/")
    first = post(api, f"{LINKS}{live.pk}/pause/", key="a")
    post(api, f"{LINKS}{live.pk}/resume/")

    again = post(api, f"{LINKS}{live.pk}/pause/", key="a")

    assert (again.status_code, again.json()) == (422, first.json())
    assert again["Content-Type"] == PROBLEM


def test_another_request_under_the_same_key_is_refused(brand, api, live, note):
    post(api, LINKS, wish(note), key="a")

    for url, body in ((LINKS, wish(note, text="order_now")), (f"{LINKS}{live.pk}/pause/", {})):
        answer = post(api, url, body, key="a")
        assert answer.status_code == 422
        assert "another request" in answer.json()["detail"]


def test_the_same_name_of_another_key_is_another_call(brand, api, live):
    other = program_of(brand, Role.OWNER)
    post(api, f"{LINKS}{live.pk}/pause/", key="a")

    assert post(other, f"{LINKS}{live.pk}/resume/", key="a").status_code == 200


def under_way(**values):
    with scope(Hat.NIGHT):
        [call] = ApiCall.objects.all()
    with scope(Hat.WEB, brand=call.brand_id):
        ApiCall.objects.update(status=None, body=None, **values)


def test_a_call_that_is_not_done_yet_is_not_begun_again(brand, api, live):
    post(api, f"{LINKS}{live.pk}/pause/", key="a")
    under_way()

    answer = post(api, f"{LINKS}{live.pk}/pause/", key="a")

    assert (answer.status_code, answer["Content-Type"]) == (409, PROBLEM)


def test_a_call_whose_process_died_is_taken_over(brand, api, live):
    post(api, f"{LINKS}{live.pk}/pause/", key="a")
    under_way(at=timezone.now() - timedelta(hours=1))

    assert post(api, f"{LINKS}{live.pk}/pause/", key="a").status_code == 422  # it is paused


def test_answers_are_forgotten_after_a_day(brand, api, live):
    post(api, f"{LINKS}{live.pk}/pause/", key="a")
    tasks.purge_api_calls()
    assert post(api, f"{LINKS}{live.pk}/pause/", key="a").status_code == 200
    under_way(at=timezone.now() - timedelta(hours=25))
    tasks.purge_api_calls()

    with scope(Hat.NIGHT):
        assert not ApiCall.objects.exists()


def test_a_crash_is_not_kept(brand, api, live, monkeypatch):
    def crash(*_args, **_by):
        raise RuntimeError

    monkeypatch.setattr(Link, "take_verb", crash)
    api.raise_request_exception = False
    broken = post(api, f"{LINKS}{live.pk}/pause/", key="a")
    monkeypatch.undo()

    assert (broken.status_code, broken["Content-Type"]) == (500, PROBLEM)
    assert post(api, f"{LINKS}{live.pk}/pause/", key="a").status_code == 200
