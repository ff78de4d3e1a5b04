"""A person's walk to the partners' consent pages and back, with everything that can go wrong."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
import time_machine
from django.conf import settings as configured
from django.core import signing
from django.core.cache import cache
from django.db import connection as database
from django.test import RequestFactory

from merchants import consent_texts
from merchants.consent import NONCES, SALT, BadState, Purpose, take_state
from merchants.models import (
    Connection,
    ConnectionStatus,
    ConsentRecord,
    MembershipStore,
    Role,
    Store,
)
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

REGISTER = "/b/shancha/stores/register/"
STORES = "/b/shancha/stores/"


@pytest.fixture
def owner(client_as):
    return client_as(Role.OWNER)


@pytest.fixture
def store(brand):
    return make_store(brand)


def start(client, path=REGISTER):
    """Read the portal's text and agree; return the partner's consent page."""
    asked = client.get(path)
    response = client.post(path, {"text": asked.context["text"].version})
    assert response.status_code == 302
    return response["Location"]


def answer(page, **form):
    """Press a button of the partner's page; return the portal's callback."""
    response = httpx.post(page, data={"decision": "allow"} | form)
    assert response.status_code == 302, response.text
    target = urlsplit(response.headers["Location"])
    return f"{target.path}?{target.query}"


def follow(client, callback):
    return client.get(callback, follow=True, headers={"accept-language": "en"})


def stored(model=Store):
    with scope(Hat.ADMIN):
        return list(model.objects.all())


def test_an_owner_registers_a_store_by_tmalls_consent(owner, sandbox):
    response = follow(owner, answer(start(owner), seller="2200657001"))

    (store,), (connection,) = stored(), stored(Connection)
    assert response.redirect_chain[-1][0] == f"{STORES}{store.pk}/"
    assert "山茶官方旗舰店 is registered." in response.text
    assert (store.sid, store.kind, connection.subject) == ("318840721", "B", "2200657001")


def test_registering_a_known_store_renews_its_consent(owner, sandbox):
    follow(owner, answer(start(owner), seller="2200657001"))

    response = follow(owner, answer(start(owner), seller="2200657001"))

    assert "is renewed" in response.text
    assert len(stored()) == 1
    assert stored(Connection)[0].version == 2


def test_a_c_shop_is_turned_away_with_the_reason(owner, sandbox):
    response = follow(owner, answer(start(owner), seller="2200657004"))

    assert response.status_code == 422
    assert "小满手作铺 is a Taobao C-shop" in response.text
    assert stored() == stored(Connection) == []


def test_a_store_of_another_brand_is_refused(owner, sandbox):
    other = make_brand("yejing", "野径")
    make_store(other, seller_id="2200657001")

    response = follow(owner, answer(start(owner), seller="2200657001"))

    assert "registered by another brand already" in response.text
    assert response.redirect_chain[-1][0] == f"{STORES}transfers/ask/"
    assert "Request the transfer" in response.text
    assert len(stored()) == 1
    assert stored(Connection) == []


def test_a_refused_consent_is_told_and_stores_nothing(owner, sandbox):
    response = follow(owner, answer(start(owner), decision="refuse"))

    assert response.redirect_chain[-1][0] == STORES
    assert "You refused the consent" in response.text
    assert stored() == []


def test_a_consent_works_once(owner, sandbox):
    callback = answer(start(owner), seller="2200657001")
    follow(owner, callback)

    assert "has been used already" in follow(owner, callback).text
    assert stored(Connection)[0].version == 1


def request_back(owner, callback):
    """The callback's request as a web process has it that has just read the session."""
    request = RequestFactory().get(callback)
    sessions = import_module(configured.SESSION_ENGINE)
    request.session = sessions.SessionStore(owner.session.session_key)
    request.session.load()
    request.user = owner.get("/account/").wsgi_request.user
    return request


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_eight_answers_to_one_question_at_once_one_is_taken(owner, sandbox):
    callback = answer(start(owner), seller="2200657001")
    requests = [request_back(owner, callback) for _n in range(8)]
    together = Barrier(len(requests))

    def take(request):
        try:
            together.wait()
            return take_state(request, Purpose.TOP).brand
        except BadState:
            return "refused"
        finally:
            database.close()

    with ThreadPoolExecutor(len(requests)) as threads:
        answers = sorted(threads.map(take, requests))
    cache.clear()

    assert answers == ["refused"] * 7 + ["shancha"]


def test_a_session_that_another_tab_wrote_back_opens_no_question_again(owner, sandbox):
    callback = answer(start(owner), seller="2200657001")
    kept = owner.session[NONCES]
    follow(owner, callback)
    session = owner.session
    session[NONCES] = kept
    session.save()

    assert "has been used already" in follow(owner, callback).text


def test_a_code_that_the_partner_refuses_is_told(owner, sandbox):
    callback = answer(start(owner), seller="2200657001").replace("code=", "code=x")

    assert "did not accept this consent" in follow(owner, callback).text
    assert stored() == []


def test_a_partner_that_does_not_answer_is_told(owner, sandbox, settings):
    callback = answer(start(owner), seller="2200657001")
    settings.TOP = settings.TOP | {"token_url": "http://127.0.0.1:9/token"}

    assert "does not answer just now" in follow(owner, callback).text
    assert stored() == []


def test_an_answer_without_a_code_is_told(owner, sandbox):
    callback = answer(start(owner), seller="2200657001").replace("code=", "kode=")

    assert "sent no consent back" in follow(owner, callback).text


def test_an_aged_state_is_void(owner, sandbox):
    with time_machine.travel("2026-01-01 10:00"):
        page = start(owner)
    state = httpx.URL(page).params["state"]
    with time_machine.travel("2026-01-01 10:16"):
        response = follow(owner, f"/consent/top/?{urlencode({'state': state, 'code': 'c'})}")

    assert "longer than 15 minutes" in response.text


@pytest.mark.parametrize(
    "state",
    ["", "made-up", signing.dumps({"brand": "shancha"})],
    ids=["none", "made up", "signed for something else"],
)
def test_a_forged_state_is_refused(owner, caplog, state):
    response = follow(owner, f"/consent/top/?{urlencode({'state': state, 'code': 'c'})}")

    assert response.redirect_chain[-1][0] == STORES
    assert "did not start here" in response.text
    assert "bad consent state" in caplog.text


def test_a_state_made_for_someone_else_is_refused(owner, client_as, sandbox):
    callback = answer(start(owner), seller="2200657001")

    response = follow(client_as(None), callback)

    assert "by someone else" in response.text
    assert stored() == []


def test_a_state_from_another_session_of_the_same_person_is_refused(owner, brand, sandbox):
    callback = answer(start(owner), seller="2200657001")
    session = owner.session
    session[NONCES] = []
    session.save()

    assert "used already" in follow(owner, callback).text
    assert stored() == []


def test_a_state_for_the_other_partner_is_refused(owner, store, sandbox):
    state = httpx.URL(start(owner, f"{STORES}{store.pk}/juguang/")).params["state"]

    response = follow(owner, f"/consent/top/?{urlencode({'state': state, 'code': 'c'})}")

    assert "for something else" in response.text


def test_the_state_tells_nothing_secret_and_is_signed(owner, sandbox):
    state = httpx.URL(start(owner)).params["state"]
    content = signing.loads(state, salt=SALT)
    assert set(content) == {"purpose", "brand", "user", "nonce", "store", "text", "language"}


def test_an_owner_who_left_the_brand_meanwhile_gets_nothing(owner, brand, sandbox):
    callback = answer(start(owner), seller="2200657001")
    make_membership(brand, make_user("zhao@example.test"))
    with scope(Hat.ADMIN):
        brand.memberships.get(user__email="owner@example.test").delete()

    assert owner.get(callback).status_code == 404
    assert stored() == []


def test_an_owner_narrowed_meanwhile_adds_none_either(owner, brand, store, sandbox):
    callback = answer(start(owner), seller="2200657001")
    make_membership(brand, make_user("zhao@example.test"))
    with scope(Hat.ADMIN):
        membership = brand.memberships.get(user__email="owner@example.test")
        MembershipStore.objects.create(brand=brand, membership=membership, store=store)

    assert owner.get(callback).status_code == 403
    assert stored() == [store]


def test_an_owner_narrowed_to_some_stores_cannot_add_one(brand, store, client):
    user = make_user()
    make_membership(brand, user, Role.OWNER, stores=(store,))
    client.force_login(user)

    assert client.post(REGISTER).status_code == 403


def test_an_owner_connects_the_only_advertiser(owner, store, sandbox):
    page = start(owner, f"{STORES}{store.pk}/juguang/")

    response = follow(owner, answer(page, advertiser="880001"))

    (connection,) = stored(Connection)
    assert (connection.partner, connection.subject) == ("juguang", "880001")
    assert connection.subject_name == "山茶官方旗舰店"
    assert "is connected" in response.text


def test_one_of_several_advertisers_is_chosen(owner, store, sandbox):
    page = start(owner, f"{STORES}{store.pk}/juguang/")
    callback = answer(page, advertiser=["880001", "880002"])

    choice = follow(owner, callback)
    assert "山茶个护专营店 · 880002" in choice.text
    assert stored(Connection) == []

    owner.post(choice.redirect_chain[-1][0], {"advertiser": "880002"})
    (connection,) = stored(Connection)
    assert connection.subject == "880002"
    assert connection.access_token


def test_an_advertiser_outside_the_consent_is_not_taken(owner, store, sandbox):
    page = start(owner, f"{STORES}{store.pk}/juguang/")
    choice = follow(owner, answer(page, advertiser=["880001", "880002"]))

    response = owner.post(choice.redirect_chain[-1][0], {"advertiser": "880003"})

    assert response.status_code == 422
    assert stored(Connection) == []


def test_tokens_that_wait_for_a_choice_are_sealed(owner, store, sandbox):
    page = start(owner, f"{STORES}{store.pk}/juguang/")
    follow(owner, answer(page, advertiser=["880001", "880002"]))

    issued = json.loads((sandbox.var_dir / "sandbox-state.json").read_text())["tokens"]
    kept = base64.b64decode(owner.session[f"juguang_waiting_{store.pk}"])
    assert issued
    assert not any(token.encode() in kept for token in issued)


def test_tokens_sealed_under_a_key_that_is_gone_wait_no_longer(owner, store, sandbox, settings):
    page = start(owner, f"{STORES}{store.pk}/juguang/")
    choice = follow(owner, answer(page, advertiser=["880001", "880002"]))
    settings.PARTNER_TOKEN_KEYS = [f"new:{base64.b64encode(bytes(32)).decode()}"]

    response = owner.post(choice.redirect_chain[-1][0], {"advertiser": "880002"})

    assert response["Location"] == f"{STORES}{store.pk}/"
    assert stored(Connection) == []


def test_a_refused_juguang_consent_is_told_on_the_store(owner, store, sandbox):
    page = start(owner, f"{STORES}{store.pk}/juguang/")

    response = follow(owner, answer(page, decision="refuse"))

    assert response.redirect_chain[-1][0] == f"{STORES}{store.pk}/"
    assert "You refused the consent" in response.text


def test_consenting_again_heals_a_connection(owner, store, sandbox):
    make_connection(store, subject="880001", status=ConnectionStatus.NEEDS_CONSENT)
    page = start(owner, f"{STORES}{store.pk}/juguang/")

    follow(owner, answer(page, advertiser="880001"))

    (connection,) = stored(Connection)
    assert (connection.status, connection.version) == ("connected", 2)


def test_nobody_goes_to_a_partner_before_the_text_is_read(owner, store):
    response = owner.post(f"{STORES}{store.pk}/juguang/", headers={"accept-language": "en"})

    assert response.status_code == 422
    assert "has changed since you opened the page" in response.text


def test_the_text_says_what_is_read_and_for_whom(owner, store):
    page = owner.get(f"{STORES}{store.pk}/juguang/", headers={"accept-language": "en"})

    for heading in ("What is read", "Who gets to see it", "How long it is kept"):
        assert heading in page.text


def test_a_consent_is_kept_with_its_text_and_who_gave_it(owner, sandbox):
    follow(owner, answer(start(owner), seller="2200657001"))

    (record,) = stored(ConsentRecord)
    text = consent_texts.newest("top")
    assert (record.partner, record.step, record.subject) == ("top", "given", "2200657001")
    assert (record.text_version, record.text_sha256) == (text.version, text.sha256)
    assert record.actor.email == "owner@example.test"


def test_the_text_that_was_read_stays_with_a_consent_that_waits_for_a_choice(owner, store, sandbox):
    page = start(owner, f"{STORES}{store.pk}/juguang/")
    choice = follow(owner, answer(page, advertiser=["880001", "880002"]))
    assert stored(ConsentRecord) == []

    owner.post(choice.redirect_chain[-1][0], {"advertiser": "880002"})
    (record,) = stored(ConsentRecord)
    assert (record.subject, record.scope.split()[0]) == ("880002", "report_service")
    assert record.text_version == consent_texts.newest("juguang").version


def test_a_refused_consent_leaves_no_record(owner, store, sandbox):
    follow(owner, answer(start(owner, f"{STORES}{store.pk}/juguang/"), decision="refuse"))

    assert stored(ConsentRecord) == []
