"""Consents in the admin: every step readable, and connections by how near their end is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from merchants.models import Connection
from merchants.tests.factories import (
    give_second_factor,
    make_connection,
    make_consent,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

CONNECTIONS = "/admin/merchants/connection/"
RECORDS = "/admin/merchants/consentrecord/"


@pytest.fixture
def boss(db, client):
    user = make_user("boss@example.test", is_staff=True, is_superuser=True, language="en")
    client.force_login(user)
    give_second_factor(client, user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def store(brand):
    return make_store(brand)


def test_connections_are_found_by_how_near_their_end_is(boss, brand, store):
    make_connection(store)
    other = make_connection(make_store(brand, 2))
    with scope(Hat.NIGHT):
        soon = timezone.now() + timedelta(days=3)
        Connection.objects.filter(pk=other.pk).update(refresh_expires_at=soon)

    expiring = boss.get(CONNECTIONS, {"state": "expiring"})
    connected = boss.get(CONNECTIONS, {"state": "connected"})

    assert other.subject_name in expiring.text
    assert store.title not in expiring.text
    assert other.subject_name not in connected.text
    assert boss.get(CONNECTIONS, {"state": "made up"}).status_code == 200


def test_a_withdrawn_connection_says_so(boss, store):
    connection = make_connection(store, status="revoked")

    assert "Revoked" in boss.get(f"{CONNECTIONS}{connection.pk}/change/").text


def test_records_are_read_and_never_changed(boss, store):
    record = make_consent(store)
    page = f"{RECORDS}{record.pk}/change/"

    assert store.title in boss.get(RECORDS).text
    assert record.text_sha256 in boss.get(page).text
    assert boss.post(page, {"step": "withdrawn"}).status_code == 403
    assert boss.get(f"{RECORDS}add/").status_code == 403
    assert boss.post(f"{RECORDS}{record.pk}/delete/").status_code == 403
