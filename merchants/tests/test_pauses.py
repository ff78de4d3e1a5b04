"""Pausing what is pulled by a consent: who may, what it says, and how it ends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from merchants.models import Change, Connection, Role
from merchants.tests.factories import (
    give_second_factor,
    make_connection,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

ENGLISH = {"accept-language": "en"}
ASKED = {"length": "7", "reason": "We move to another account."}


@pytest.fixture
def joined(brand):
    return make_connection(make_store(brand))


@pytest.fixture
def at(joined):
    return f"/b/shancha/stores/{joined.store_id}/consents/juguang"


@pytest.fixture
def staff(db, client):
    user = make_user("admin@example.test", is_staff=True, is_superuser=True)
    client.force_login(user)
    give_second_factor(client, user)
    return client


def now(joined):
    with scope(Hat.NIGHT):
        return Connection.objects.get(pk=joined.pk)


def test_an_owner_pauses_for_a_week_and_the_pages_say_so(client_as, joined, at):
    client = client_as(Role.OWNER)

    page = client.post(f"{at}/pause/", ASKED, headers=ENGLISH, follow=True).text

    left = now(joined).paused_until - timezone.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    assert "nothing is lost" in page
    data = client.get("/b/shancha/data/", headers=ENGLISH).text
    assert "The brand paused it: We move to another account." in " ".join(data.split())


def test_an_owner_resumes(client_as, joined, at):
    client = client_as(Role.OWNER)
    client.post(f"{at}/pause/", ASKED)
    client.post(f"{at}/resume/")

    assert (now(joined).paused_until, now(joined).pause_reason) == (None, "")


def test_a_pause_wants_a_reason(client_as, joined, at):
    answer = client_as(Role.OWNER).post(f"{at}/pause/", {"length": "7", "reason": " "})

    assert answer.status_code == 422
    assert now(joined).paused_until is None


def test_a_pause_ends_by_itself(client_as, joined, at):
    with scope(Hat.NIGHT):
        joined.pause(timezone.now() - timedelta(seconds=1), reason="Moving", by_staff=False)

    page = client_as(Role.OWNER).get(f"/b/shancha/stores/{joined.store_id}/", headers=ENGLISH).text
    assert "Pause pulling" in page
    assert "Resume pulling" not in page


def test_a_consent_that_is_gone_can_not_be_paused(client_as, joined, at):
    with scope(Hat.NIGHT):
        Connection.objects.update(status="needs_consent")

    said = client_as(Role.OWNER).post(f"{at}/pause/", ASKED, headers=ENGLISH, follow=True).text
    assert "there is nothing to pause" in said


def test_staff_pause_and_the_brand_can_not_resume(client_as, staff, joined, at):
    page = f"/admin/merchants/connection/{joined.pk}/pause/"
    assert "can&#x27;t resume it" in staff.get(page, headers=ENGLISH, follow=True).text
    staff.post(page, ASKED)
    assert now(joined).paused_by_staff

    said = client_as(Role.OWNER).post(f"{at}/resume/", headers=ENGLISH, follow=True).text

    assert "only the platform resumes it" in said
    assert now(joined).is_paused


def test_staff_resume_what_staff_paused(staff, joined):
    staff.post(f"/admin/merchants/connection/{joined.pk}/pause/", ASKED)
    staff.post(f"/admin/merchants/connection/{joined.pk}/resume/")

    assert not now(joined).is_paused


def test_the_history_keeps_who_paused_what(client_as, joined, at):
    client_as(Role.OWNER).post(f"{at}/pause/", ASKED)

    with scope(Hat.ADMIN):
        newest = Change.objects.filter(subject="connection", row_id=joined.pk).latest("pgh_id")
    assert newest.actor_id
    assert newest.kept["pause_reason"] == ASKED["reason"]
