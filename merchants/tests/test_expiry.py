"""Consents are renewed before they die unused, and owners are told once of each end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from merchants import expiry, seed, tasks
from merchants.models import Connection, ConnectionState, ConsentRecord, Notice, Role
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from merchants.tests.test_connections import pairs_issued
from portal.lib.scope import Hat, scope


@pytest.fixture
def user(brand):
    user = make_user()
    make_membership(brand, user, Role.OWNER)
    return user


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def juguang(store, user, sandbox):
    seed.consent_juguang(store, user, 880001)
    return reread()


@pytest.fixture
def pugongying(store, user, sandbox):
    seed.consent_pugongying(store, user, 660001)
    return reread()


def reread():
    with scope(Hat.NIGHT):
        return Connection.objects.get()


def ends_in(**span):
    with scope(Hat.NIGHT):
        Connection.objects.update(refresh_expires_at=timezone.now() + timedelta(**span))


def notices():
    with scope(Hat.NIGHT):
        return list(Notice.objects.filter(kind="consent_expiring").order_by("pk"))


def let_the_partner_be_down(settings):
    down = {"base_url": "http://127.0.0.1:9/api/open"}
    settings.XHS, settings.PUGONGYING = settings.XHS | down, settings.PUGONGYING | down


@pytest.mark.parametrize("partner", ["juguang", "pugongying"])
def test_a_consent_that_nobody_uses_is_renewed_before_it_dies(request, partner):
    connection = request.getfixturevalue(partner)
    ends_in(days=13)

    for connection_id in expiry.due_for_renewal():
        expiry.renew(connection_id)

    renewed = reread()
    assert (connection.version, renewed.version) == (1, 2)
    assert renewed.refresh_expires_at > timezone.now() + timedelta(days=29)
    assert renewed.last_good_call_at


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_ten_workers_that_renew_a_consent_at_once_one_does(pugongying, sandbox):
    ends_in(days=13)
    issued = pairs_issued(sandbox)
    together = threading.Barrier(10)

    def work(_n):
        try:
            together.wait()
            expiry.renew(pugongying.pk)
        finally:
            database.close()

    with ThreadPoolExecutor(10) as workers:
        list(workers.map(work, range(10)))

    assert pairs_issued(sandbox) == issued + 1
    assert reread().version == 2


def test_renewing_twice_renews_once(pugongying):
    ends_in(days=13)

    expiry.renew(pugongying.pk)
    expiry.renew(pugongying.pk)

    assert reread().version == 2


def test_a_consent_that_a_renewal_does_not_prolong_is_renewed_once_a_day(pugongying):
    ends_in(days=13)
    expiry.renew(pugongying.pk)
    ends_in(days=13)

    assert expiry.due_for_renewal() == []
    expiry.renew(pugongying.pk)
    assert reread().version == 2

    with scope(Hat.NIGHT):
        Connection.objects.update(renewed_at=timezone.now() - timedelta(hours=21))
    assert expiry.due_for_renewal() == [pugongying.pk]


def test_a_fresh_consent_is_left_alone(pugongying):
    assert expiry.due_for_renewal() == []


def test_a_consent_that_the_partner_ended_is_found_out_and_kept(pugongying, sandbox):
    ends_in(days=13)
    sandbox.control(revoke=660001)

    expiry.renew(pugongying.pk)

    assert reread().status == "needs_consent"
    with scope(Hat.NIGHT):
        last = ConsentRecord.objects.newest_first().first()
    assert (last.step, last.actor, last.text_version) == ("lost", None, "2025-05-14")


def test_a_partner_that_is_down_is_asked_at_the_next_tick(pugongying, settings):
    ends_in(days=13)
    let_the_partner_be_down(settings)

    expiry.renew(pugongying.pk)

    assert (reread().status, reread().version) == ("connected", 1)
    assert expiry.due_for_renewal() == [pugongying.pk]


def test_owners_are_told_once_that_a_consent_ends(brand, user, store):
    make_membership(brand, make_user("he@example.test"), Role.VIEWER)
    connection = make_connection(store)
    ends_in(days=6)

    assert expiry.untold() == [connection.pk]
    for _night in range(2):
        expiry.tell(connection.pk)

    (notice,) = notices()
    assert (notice.user, notice.parameters["partner"]) == (user, "juguang")
    assert expiry.untold() == []


def test_an_end_that_comes_nearer_by_seconds_is_no_new_one(user, store):
    connection = make_connection(store)
    ends_in(days=6)
    expiry.tell(connection.pk)

    ends_in(days=6, seconds=40)

    assert expiry.untold() == []


def test_the_end_of_a_consent_given_again_is_told_anew(user, store):
    connection = make_connection(store)
    ends_in(days=2)
    expiry.tell(connection.pk)

    ends_in(days=6)
    expiry.tell(connection.pk)

    assert len(notices()) == 2


def test_a_consent_far_from_its_end_is_not_told(user, store):
    connection = make_connection(store)
    ends_in(days=8)

    expiry.tell(connection.pk)

    assert (expiry.untold(), notices()) == ([], [])


def test_the_notice_says_where_and_when_in_words(client_as, user, store, client):
    connection = make_connection(store)
    ends_in(days=6)
    expiry.tell(connection.pk)
    client.force_login(user)

    page = client.get("/b/shancha/notices/", headers={"accept-language": "en"})

    assert f"The consent of {store} at Juguang ends on" in page.text


@pytest.mark.parametrize("state", ConnectionState)
def test_the_state_in_a_list_is_the_state_of_the_row(store, state):
    ends = {"connected": {"days": 8}, "expiring": {"days": 6}, "needs_consent": {"days": -1}}
    make_connection(store, **({"status": "revoked"} if state == "revoked" else {}))
    ends_in(**ends.get(state, {"days": 8}))
    now = timezone.now()

    with scope(Hat.NIGHT):
        found = Connection.objects.in_state(state, now)
        assert [row.state_at(now) for row in found] == [state]


def test_the_nights_tasks_run_with_nothing_to_do(db):
    tasks.renew_idle_consents()
    tasks.tell_expiring_consents()
