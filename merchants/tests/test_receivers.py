"""Owners choose, on one page, which notices go to their systems and to their groups."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from merchants.models import Change, Role
from merchants.tests.factories import make_brand, make_membership, make_store, make_user
from merchants.tests.robots import make_robot
from merchants.tests.webhooks import endpoint_now, make_endpoint
from portal.lib.scope import Hat, scope

URL = "/b/shancha/settings/alerts/told/"


@pytest.fixture
def owner(client_as):
    client = client_as(Role.OWNER)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def robot(brand):
    return make_robot(brand)


@pytest.fixture
def webhook(brand):
    return make_endpoint(brand, "https://bi.example.test/", "link.live")[0]


def test_unless_somebody_says_so_groups_are_told_of_alerts_alone(owner, robot, webhook):
    page = owner.get(URL).text

    ticked = [part.split('"')[0] for part in page.split('name="told" value="')[1:]]
    chosen = [value for value in ticked if f'value="{value}"' in page]
    assert len(chosen) == 14
    assert page.count(" checked>") == 2
    assert robot.kinds == ["alert.cleared", "alert.raised"]


def test_what_is_ticked_is_told_and_other_kinds_stay(owner, robot, webhook):
    told = [f"{robot.pk}:data.late", f"{webhook.pk}:link.broken"]

    assert owner.post(URL, {"told": told}).status_code == 302

    assert endpoint_now(robot).kinds == ["data.late"]
    assert endpoint_now(webhook).kinds == ["link.broken", "link.live"]


def test_the_audit_keeps_who_chose_it(owner, robot):
    owner.post(URL, {"told": [f"{robot.pk}:data.late"]})

    with scope(Hat.ADMIN):
        change = Change.objects.filter(subject="webhookendpoint").newest_first().first()
    assert change.kept["kinds"] == ["data.late"]
    assert change.actor.email == "owner@example.test"


def test_another_brands_receiver_and_a_kind_that_is_not_here_are_refused(owner, robot):
    theirs = make_robot(make_brand("yejing", "野径"), "wecom")

    for value in (f"{theirs.pk}:alert.raised", f"{robot.pk}:link.live", "x"):
        assert owner.post(URL, {"told": [value]}).status_code == 422

    assert endpoint_now(theirs).kinds == endpoint_now(robot).kinds == robot.kinds


def test_an_owner_of_some_stores_chooses_nothing(brand, robot, client_as):
    user = make_user("narrowed@example.test")
    make_membership(brand, user, Role.OWNER, stores=(make_store(brand, 1),))
    client = client_as(None)
    client.force_login(user)

    assert client.get(URL).status_code == 403
    assert client.post(URL, {"told": []}).status_code == 403


def test_without_a_receiver_the_page_says_how_to_add_one(owner, brand):
    page = owner.get(URL).text

    assert "/b/shancha/settings/robots/new/" in page
    assert "/b/shancha/settings/webhooks/new/" in page


def test_five_receivers_cost_as_many_queries_as_one(owner, brand, robot):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            owner.get(URL)
        return len(captured)

    for_one = queries()
    for number in range(4):
        make_robot(brand, token=f"{number}" * 40)
    assert queries() == for_one
