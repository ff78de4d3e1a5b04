import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from merchants import connections, seed, services
from merchants.connections import call_juguang, call_top
from merchants.consent import Purpose, redirect_uri
from merchants.consent_texts import agree_now
from merchants.models import Connection, ConnectionStatus, Notice, Partner
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent, Unavailable


@pytest.fixture
def user(db):
    return make_user()


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def juguang(store, user, sandbox):
    seed.consent_juguang(store, user, 880001)
    return reread()


@pytest.fixture
def top(brand, user, sandbox):
    seed.consent_store(brand, user, 2200657001)
    return reread()


def reread():
    with scope(Hat.NIGHT):
        return Connection.objects.get()


def change(connection, **fields):
    with scope(Hat.NIGHT):
        Connection.objects.filter(pk=connection.pk).update(**fields)


def consent_again(store, user):
    page = connections.juguang_app().consent_url(
        state=seed.STATE, redirect_uri=redirect_uri(Purpose.JUGUANG)
    )
    found = connections.accept_juguang(seed.agree(page, "auth_code", advertiser=880001))
    with scope(Hat.WEB, brand=store.brand_id):
        agreed = agree_now(Partner.JUGUANG)
        (advertiser,) = found.advertisers
        services.connect_account(
            store, Partner.JUGUANG, advertiser, found.grant, agreed=agreed, by=user
        )


def pairs_issued(sandbox):
    """Count the token pairs that the partner ever gave out."""
    tokens = json.loads((sandbox.var_dir / "sandbox-state.json").read_text())["tokens"]
    return len({token["pair"] for token in tokens.values()})


def first_note(client):
    return client.notes("880001", 1, 1).notes[0].note_id


def test_a_call_goes_out_with_the_connections_token(juguang):
    assert call_juguang(juguang, first_note)
    assert reread().version == 1


def test_top_is_called_the_same_way(top):
    assert call_top(top, lambda client: client.seller().kind) == "B"


def test_an_expired_token_is_renewed_once_and_the_call_repeated(juguang, sandbox):
    sandbox.control(expire_access_tokens=True)

    assert call_juguang(juguang, first_note)

    renewed = reread()
    assert (renewed.version, renewed.refresh_lease_until) == (2, None)
    assert renewed.access_token != juguang.access_token
    assert call_juguang(juguang, first_note)  # though it knows only the old pair
    assert reread().version == 2


@pytest.mark.parametrize(
    ("partner", "call"),
    [("juguang", call_juguang), ("top", call_top)],
)
def test_a_token_about_to_expire_is_renewed_ahead(request, partner, call):
    connection = request.getfixturevalue(partner)
    change(connection, access_expires_at=timezone.now() + timedelta(minutes=9))

    assert call(connection, lambda client: True)

    assert reread().version == 2
    assert reread().access_expires_at > timezone.now() + timedelta(hours=1)


@pytest.mark.parametrize(("partner", "call", "subject"), [
    ("juguang", call_juguang, 880001),
    ("top", call_top, 2200657001),
])  # fmt: skip
def test_a_withdrawn_consent_asks_for_a_person_and_is_not_hammered(
    request, sandbox, partner, call, subject
):
    connection = request.getfixturevalue(partner)
    sandbox.control(revoke=subject)
    work = {"juguang": first_note, "top": lambda client: client.seller()}[partner]
    tries = []

    with pytest.raises(NeedsConsent):
        call(connection, work)
    with pytest.raises(NeedsConsent):
        call(connection, tries.append)

    assert tries == []
    assert reread().status == ConnectionStatus.NEEDS_CONSENT


def test_that_a_person_must_consent_again_is_told_once(brand, user, juguang, sandbox):
    make_membership(brand, user)
    sandbox.control(revoke=880001)

    for _ in range(2):
        with pytest.raises(NeedsConsent):
            call_juguang(juguang, first_note)

    with scope(Hat.NIGHT):
        notice = Notice.objects.get()
    assert (notice.user, notice.kind) == (user, "needs_consent")
    assert notice.parameters["partner"] == "juguang"


def test_a_partner_that_does_not_answer_leaves_the_right_to_refresh_to_others(juguang, settings):
    change(juguang, access_expires_at=timezone.now())
    settings.XHS = settings.XHS | {"base_url": "http://127.0.0.1:9/api/open"}

    with pytest.raises(Unavailable):
        call_juguang(juguang, first_note)

    kept = reread()
    assert (kept.status, kept.version) == (ConnectionStatus.CONNECTED, 1)
    assert kept.refresh_lease_until is None


def test_waiting_for_another_workers_refresh_ends(juguang, sandbox, monkeypatch):
    monkeypatch.setattr(connections, "REFRESH_PATIENCE", 0.3)
    in_a_while = timezone.now() + timedelta(minutes=1)
    change(juguang, access_expires_at=timezone.now(), refresh_lease_until=in_a_while)

    with pytest.raises(Unavailable):
        call_juguang(juguang, first_note)

    assert reread().refresh_lease_until == in_a_while


def test_a_lease_that_its_holder_left_behind_is_taken_over(juguang):
    past = timezone.now() - timedelta(seconds=1)
    change(juguang, access_expires_at=past, refresh_lease_until=past)

    assert call_juguang(juguang, first_note)
    assert reread().version == 2


def test_a_consent_given_meanwhile_is_used_instead_of_a_refresh(juguang, store, user, sandbox):
    def consent_meanwhile(client):
        if reread().version == 1:
            sandbox.control(expire_access_tokens=True)
            consent_again(store, user)
        return first_note(client)

    assert call_juguang(juguang, consent_meanwhile)
    assert reread().version == 2


def test_a_consent_withdrawn_meanwhile_is_not_renewed(juguang, user, sandbox):
    def withdraw_meanwhile(client):
        with scope(Hat.WEB, brand=juguang.brand_id):
            services.withdraw_consent(juguang, by=user)
        sandbox.control(expire_access_tokens=True)
        return first_note(client)

    issued = pairs_issued(sandbox)
    with pytest.raises(NeedsConsent):
        call_juguang(juguang, withdraw_meanwhile)

    assert (reread().status, bytes(reread().refresh_sealed)) == ("revoked", b"")
    assert pairs_issued(sandbox) == issued


def test_the_last_good_call_is_noted_at_most_once_a_minute(juguang):
    call_juguang(juguang, first_note)
    first = reread().last_good_call_at
    call_juguang(juguang, first_note)
    assert reread().last_good_call_at == first

    change(juguang, last_good_call_at=first - timedelta(minutes=2))
    call_juguang(juguang, first_note)
    assert reread().last_good_call_at == first == days.known_now()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_no_call_is_made_inside_a_transaction(juguang):
    tries = []
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        call_juguang(juguang, tries.append)
    assert tries == []


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_no_transaction_is_open_while_a_partner_is_called(juguang, sandbox):
    sandbox.control(expire_access_tokens=True)
    seen = []

    def work(client):
        seen.append(database.in_atomic_block)
        return first_note(client)

    call_juguang(juguang, work)
    assert seen == [False, False]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_ten_workers_that_meet_a_dead_token_one_refreshes(juguang, sandbox):
    sandbox.control(expire_access_tokens=True)
    issued = pairs_issued(sandbox)
    together = threading.Barrier(10)

    def work(_n):
        try:
            together.wait()
            return call_juguang(juguang, first_note)
        finally:
            database.close()

    with ThreadPoolExecutor(10) as workers:
        notes = list(workers.map(work, range(10)))

    assert len(set(notes)) == 1
    assert pairs_issued(sandbox) == issued + 1
    assert reread().version == 2


def test_no_token_is_written_where_people_read(juguang, caplog):
    grant = connections.Grant("secret-a", timezone.now(), "secret-b", timezone.now())
    assert "secret" not in repr(grant)
    assert "access" not in str(juguang)
    assert juguang.access_token not in caplog.text


def test_a_token_that_the_partner_never_issued_asks_for_a_person(store, sandbox):
    connection = make_connection(store)

    with pytest.raises(NeedsConsent):
        call_juguang(connection, first_note)
