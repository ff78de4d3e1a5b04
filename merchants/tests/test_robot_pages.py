"""What owners do with group robots, and what nobody sees of them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from merchants.models import Change, Role, WebhookEndpoint
from merchants.tests.factories import make_membership, make_store, make_user
from merchants.tests.robots import TOKEN, address, make_robot
from merchants.tests.webhooks import deliveries, delivery, endpoint_now, make_endpoint
from portal.lib.scope import Hat, scope

HOME = "/b/shancha/settings/robots/"


@pytest.fixture
def owner(client_as):
    client = client_as(Role.OWNER)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def robot(brand):
    return make_robot(brand, secret="SECsandbox")


def add(client, **fields):
    asked = {
        "channel": "dingtalk",
        "name": "种草小组",
        "url": address(),
        "secret": "SECsandbox",
        "language": "zh-hans",
        "kinds": ["alert.raised"],
    }
    return client.post(f"{HOME}new/", asked | fields)


def only_robot() -> WebhookEndpoint:
    with scope(Hat.NIGHT):
        return WebhookEndpoint.objects.get()


def test_a_robot_is_added_sealed_and_shown_masked(owner):
    answer = add(owner)
    made = only_robot()

    assert answer.headers["Location"] == f"{HOME}{made.pk}/"
    assert made.robots_address() == (address(), "SECsandbox")
    assert TOKEN[:-4] not in made.url
    for page in (HOME, f"{HOME}{made.pk}/"):
        shown = owner.get(page).text
        assert f"…{TOKEN[-4:]}" in shown
        assert not [each for each in (TOKEN, "SECsandbox") if each in shown]
    assert TOKEN.encode() not in bytes(made.address_sealed)
    assert b"SECsandbox" not in bytes(made.secret_sealed)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": "https://evil.test/robot/send?access_token=" + TOKEN}, "no address of such"),
        ({"url": address("feishu")}, "no address of such"),
        ({"channel": "telegram"}, "telegram"),
        ({"channel": "wecom", "url": address("wecom", token=TOKEN[:36])}, "sign nothing"),
        ({"secret": "有 空格"}, "no blanks"),
        ({"kinds": []}, "at least one"),
        ({"kinds": ["link.live"]}, "link.live"),
        ({"name": ""}, "required"),
        ({"language": "fr"}, "fr"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_lost(owner, fields, words):
    answer = add(owner, **fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert "SECsandbox" in answer.text or "secret" in fields
    with scope(Hat.NIGHT):
        assert not WebhookEndpoint.objects.exists()


def test_the_same_robot_twice_is_refused_until_the_first_is_deleted(owner):
    add(owner)
    assert "has this address already" in add(owner, name="又").text

    owner.post(f"{HOME}{only_robot().pk}/delete/")

    assert add(owner).status_code == 302


def test_a_brand_has_ten_robots_at_most_beside_its_webhooks(owner, brand):
    make_endpoint(brand, "https://hooks.example.com/redcat")
    for number in range(9):
        make_robot(brand, token=f"{number}" * 40)
    assert add(owner).status_code == 302

    assert "at most 10" in add(owner, url=address(token="x" * 40)).text


def test_a_deleted_robot_is_gone_with_its_address_and_secret(owner, robot):
    owner.post(f"{HOME}{robot.pk}/test/")

    owner.post(f"{HOME}{robot.pk}/delete/")

    gone = endpoint_now(robot)
    assert (bytes(gone.address_sealed), bytes(gone.secret_sealed)) == (b"", b"")
    assert (delivery().status, delivery().problem) == ("failed", "deleted")
    assert owner.get(f"{HOME}{robot.pk}/").status_code == 404


def test_a_change_without_an_address_keeps_it_and_one_with_it_takes_both(owner, robot):
    asked = {"name": "新名", "language": "en", "kinds": ["data.late"], "url": "", "secret": ""}
    owner.post(f"{HOME}{robot.pk}/", asked)

    changed = endpoint_now(robot)
    assert (changed.name, changed.language, changed.kinds) == ("新名", "en", ["data.late"])
    assert changed.robots_address() == (address(), "SECsandbox")

    other = address(token="f" * 40)
    owner.post(f"{HOME}{robot.pk}/", asked | {"url": other})
    assert endpoint_now(robot).robots_address() == (other, "")


def test_a_new_secret_comes_with_its_address(owner, robot):
    asked = {"name": "新名", "language": "en", "kinds": ["data.late"], "secret": "SECnew"}

    assert owner.post(f"{HOME}{robot.pk}/", asked).status_code == 422


def test_a_second_test_waits_for_the_first_and_a_paused_robot_is_not_tested(owner, robot):
    assert owner.post(f"{HOME}{robot.pk}/test/").status_code == 302
    assert owner.post(f"{HOME}{robot.pk}/test/").status_code == 422
    assert "种草小组" in delivery().body.encode().decode("unicode_escape")

    owner.post(f"{HOME}{robot.pk}/pause/")
    assert endpoint_now(robot).status == "paused"
    assert owner.post(f"{HOME}{robot.pk}/test/").status_code == 422
    assert len(deliveries()) == 1


def test_a_robot_is_no_webhook_and_a_webhook_no_robot(owner, brand, robot):
    webhook, _secret = make_endpoint(brand, "https://hooks.example.com/redcat")

    assert owner.get(f"/b/shancha/settings/webhooks/{robot.pk}/").status_code == 404
    assert owner.post(f"/b/shancha/settings/webhooks/{robot.pk}/rotate/").status_code == 404
    assert owner.get(f"{HOME}{webhook.pk}/").status_code == 404
    assert "oapi.dingtalk.com" not in owner.get("/b/shancha/settings/webhooks/").text


def test_an_owner_of_some_stores_adds_none_and_sees_none(brand, robot):
    user = make_user("narrowed@example.test")
    make_membership(brand, user, Role.OWNER, stores=(make_store(brand, 1),))
    client = Client()
    client.force_login(user)

    assert add(client).status_code == 403
    assert client.get(f"{HOME}{robot.pk}/").status_code == 404
    assert "种草小组" not in client.get(HOME).text


def test_the_history_names_the_robot_and_holds_nothing_secret(owner, robot):
    with scope(Hat.ADMIN):
        [kept] = [each.kept for each in Change.objects.filter(subject="webhookendpoint")]

    assert kept["name"] == "种草小组"
    assert not [name for name in kept if "sealed" in name or name == "fingerprint"]
    assert TOKEN not in str(kept)


def test_ten_cost_as_many_queries_as_one(owner, brand, robot):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            owner.get(HOME)
        return len(captured)

    for_one = queries()
    for number in range(8):
        make_robot(brand, token=f"{number}" * 40)
    assert queries() == for_one
