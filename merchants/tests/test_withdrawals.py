"""Withdrawing a consent in the portal, and what is kept of each consent."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from merchants import consent_texts
from merchants.models import (
    Connection,
    ConnectionStatus,
    ConsentRecord,
    Notice,
    Partner,
    Role,
)
from merchants.tests.factories import (
    make_application,
    make_connection,
    make_consent,
    make_membership,
    make_policy,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

CONSENTS = "/b/shancha/settings/consents/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def owner(client_as):
    return client_as(Role.OWNER)


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def joined(store):
    return make_connection(store)


def withdrawal(store, partner="juguang"):
    return f"/b/shancha/stores/{store.pk}/consents/{partner}/withdraw/"


def stored(model=Connection):
    with scope(Hat.ADMIN):
        return list(model.objects.order_by("pk"))


def test_withdrawing_asks_once_and_says_what_will_happen(owner, store, joined):
    page = owner.get(withdrawal(store), headers=ENGLISH)

    assert "Nothing more is read from there" in page.text
    assert "The figures so far stay" in page.text
    assert stored()[0].status == ConnectionStatus.CONNECTED


def test_a_withdrawn_consent_is_revoked_and_its_tokens_are_gone(owner, store, joined):
    page = owner.post(withdrawal(store), follow=True, headers=ENGLISH)

    (kept,) = stored()
    assert (kept.status, kept.version) == (ConnectionStatus.REVOKED, 2)
    assert bytes(kept.access_sealed) == bytes(kept.refresh_sealed) == b""
    assert "Withdrawn by the brand" in page.text


def test_a_withdrawal_is_kept_with_who_and_with_the_text_it_was_given_to(owner, store, joined):
    given = make_consent(store)

    owner.post(withdrawal(store))

    record = stored(ConsentRecord)[-1]
    assert (record.step, record.actor.email) == ("withdrawn", "owner@example.test")
    assert record.text_sha256 == given.text_sha256


def test_a_withdrawal_is_told_to_the_others(owner, brand, store, joined):
    other = make_user("he@example.test")
    make_membership(brand, other, Role.VIEWER)

    owner.post(withdrawal(store))

    (notice,) = stored(Notice)
    assert (notice.user, notice.kind) == (other, "consent_withdrawn")


def test_withdrawing_twice_is_told_and_kept_once(owner, store, joined):
    owner.post(withdrawal(store))

    page = owner.post(withdrawal(store), follow=True, headers=ENGLISH)

    assert "was withdrawn already" in page.text
    assert [record.step for record in stored(ConsentRecord)] == ["withdrawn"]


def test_a_consent_that_the_partner_ended_can_be_withdrawn_too(owner, store):
    make_connection(store, status=ConnectionStatus.NEEDS_CONSENT)

    owner.post(withdrawal(store))

    assert stored()[0].status == ConnectionStatus.REVOKED


def test_a_store_without_that_consent_has_nothing_to_withdraw(owner, store, joined):
    assert owner.get(withdrawal(store, "pugongying")).status_code == 404


@pytest.mark.parametrize("page", ["results", "data"])
def test_pages_of_figures_say_that_the_consent_is_withdrawn(owner, store, joined, page):
    owner.post(withdrawal(store))

    answer = owner.get(f"/b/shancha/{page}/", headers=ENGLISH)

    shown = answer.text.split('id="alerts"')[1].split("</section>")[0]
    assert "Consent withdrawn" in shown
    assert "Juguang: no new data is pulled until an owner renews the consent" in shown
    assert f"/b/shancha/stores/{store.pk}/" in answer.text


@pytest.mark.parametrize("page", ["results", "data"])
def test_pages_of_figures_say_nothing_while_the_consent_holds(owner, joined, page):
    assert "consents again" not in owner.get(f"/b/shancha/{page}/", headers=ENGLISH).text


def test_an_expired_consent_is_told_as_one_to_be_given_again(owner, store, joined):
    with scope(Hat.NIGHT):
        Connection.objects.update(refresh_expires_at=timezone.now() - timedelta(minutes=1))

    for path in (f"/b/shancha/stores/{store.pk}/", "/b/shancha/stores/", "/b/shancha/data/"):
        assert "Needs consent again" in owner.get(path, headers=ENGLISH).text


def test_a_consent_near_its_end_says_so_and_what_to_do(owner, store, joined):
    with scope(Hat.NIGHT):
        Connection.objects.update(refresh_expires_at=timezone.now() + timedelta(days=6))

    page = owner.get(f"/b/shancha/stores/{store.pk}/", headers=ENGLISH)

    assert "Expires soon" in page.text
    assert "an owner should consent again before" in page.text
    for path in ("/b/shancha/data/", "/b/shancha/stores/"):
        assert "Expires soon" in owner.get(path, headers=ENGLISH).text


def test_the_next_step_of_a_joined_store_is_to_consent_before_the_end(owner, store, joined):
    make_connection(store, "top")
    make_application(store, status="approved", policy=make_policy())
    with scope(Hat.NIGHT):
        Connection.objects.update(refresh_expires_at=timezone.now() + timedelta(days=6))

    stores = owner.get("/b/shancha/stores/", headers=ENGLISH)

    assert "Consent again before it ends" in stores.text


def test_every_role_reads_the_consents_and_their_exact_text(client_as, store):
    record = make_consent(store, Partner.TOP)
    viewer = client_as(Role.VIEWER)

    listed = viewer.get(CONSENTS, headers=ENGLISH)
    page = viewer.get(f"{CONSENTS}{record.pk}/", headers=ENGLISH)

    assert "Consent given" in listed.text
    for _heading, body in consent_texts.newest(Partner.TOP).read_in("en"):
        assert body.split(".")[0].replace("'", "&#x27;") in page.text
    assert record.text_sha256 in page.text


def test_a_text_is_shown_in_the_language_it_was_agreed_in(owner, store):
    record = make_consent(store, language="zh-hans")

    page = owner.get(f"{CONSENTS}{record.pk}/", headers=ENGLISH)

    assert "读取哪些数据" in page.text


def test_a_text_that_was_changed_afterwards_is_not_passed_off_as_the_one_agreed_to(owner, store):
    record = make_consent(store, text_sha256="0" * 64)

    page = owner.get(f"{CONSENTS}{record.pk}/", headers=ENGLISH)

    assert "fingerprint differs" in page.text


@pytest.mark.parametrize("hat", Hat)
def test_no_hat_may_change_or_delete_a_record(brand, store, hat):
    record = make_consent(store)
    refused = pytest.raises(ProgrammingError, match="permission denied")

    with refused, scope(hat, brand=brand.pk):
        ConsentRecord.objects.filter(pk=record.pk).update(step="withdrawn")
    with refused, scope(hat, brand=brand.pk):
        ConsentRecord.objects.filter(pk=record.pk).delete()


@pytest.mark.parametrize("step", ["given", "lost", "withdrawn"])
def test_staff_write_no_record_of_a_store_that_no_brand_lets_go(store, step):
    refused = pytest.raises(ProgrammingError, match="row-level security")

    with refused, scope(Hat.ADMIN):
        ConsentRecord.objects.create(brand_id=store.brand_id, store=store, partner="top", step=step)


def test_staff_end_no_consent_of_a_store_that_no_brand_lets_go(joined):
    refused = pytest.raises(ProgrammingError, match="row-level security")

    with refused, scope(Hat.ADMIN):
        joined.revoke()


def test_a_brand_without_consents_is_told_how_one_comes(owner):
    assert "No consent has been recorded yet" in owner.get(CONSENTS, headers=ENGLISH).text


def test_the_list_takes_as_many_queries_for_ten_consents_as_for_one(owner, store):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            owner.get(CONSENTS)
        return len(captured)

    make_consent(store)
    for_one = queries()
    for _each in range(9):
        make_consent(store)

    assert queries() == for_one


def test_a_joined_store_whose_consent_is_withdrawn_is_judged_at_once(
    owner, store, joined, django_capture_on_commit_callbacks, monkeypatch
):
    sent = []
    monkeypatch.setattr(
        "celery.app.task.Task.delay", lambda task, *ids: sent.append((task.name, ids))
    )
    with django_capture_on_commit_callbacks(execute=True):
        owner.post(withdrawal(store))

    assert ("merchants.tasks.requalify_store", (store.pk,)) in sent
