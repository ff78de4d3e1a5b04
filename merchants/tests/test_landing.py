"""The staff's first page: each sees what waits for them, and how much of it is late."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from merchants.models import User
from merchants.seed import seed_people
from merchants.tests.factories import (
    give_second_factor,
    make_application,
    make_brand,
    make_connection,
    make_policy,
    make_store,
    make_user,
)
from portal.lib import days

LANDING = "/admin/"


@pytest.fixture
def people(db):
    make_policy()
    seed_people()


@pytest.fixture
def brand(people):
    return make_brand("camellia", "茶花")


def logged_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    give_second_factor(client, user)
    return client


@pytest.fixture
def reviewer(people):
    return logged_in(User.objects.get(email="reviewer@demo.redcat.test"))


def waiting_application(brand, number, *, due_in_days):
    due_at = days.known_now() + timedelta(days=due_in_days)
    return make_application(make_store(brand, number), status="submitted", due_at=due_at)


def numbers(client) -> dict[str, int]:
    return {each.name: each.number for each in client.get(LANDING).context["waiting"]}


def test_what_waits_is_counted_and_what_is_late_is_said(reviewer, brand):
    waiting_application(brand, 1, due_in_days=3)
    waiting_application(brand, 2, due_in_days=-3)

    text = reviewer.get(LANDING).text
    assert numbers(reviewer)["Applications"] == 2
    assert "1 overdue" in text
    assert "/admin/merchants/application/?promise=waiting" in text


def test_a_connection_that_ended_waits_for_its_brand(reviewer, brand):
    make_connection(make_store(brand, 1))
    make_connection(make_store(brand, 2), status="needs_consent")

    assert numbers(reviewer)["Connections"] == 1


def test_each_sees_only_what_they_may_open(reviewer):
    boss = logged_in(User.objects.get(email="admin@demo.redcat.test"))

    assert "Mails" in numbers(boss)
    assert "Mails" not in numbers(reviewer)


def test_staff_without_a_group_are_told_what_is_missing(people):
    text = logged_in(make_user("new@example.test", is_staff=True)).get(LANDING).text

    assert "An administrator puts you into a staff group." in text


def test_the_links_of_the_page_lead_somewhere(people):
    boss = logged_in(User.objects.get(email="admin@demo.redcat.test"))
    links = [each.link for each in boss.get(LANDING).context["waiting"]]

    assert len(links) == 7
    assert {boss.get(link).status_code for link in links} == {200}


def test_ten_that_wait_cost_as_many_queries_as_one(reviewer, brand):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            reviewer.get(LANDING)
        return len(captured)

    waiting_application(brand, 1, due_in_days=-1)
    queries()
    for_one = queries()
    for number in range(2, 11):
        waiting_application(brand, number, due_in_days=-1)
    assert queries() == for_one
