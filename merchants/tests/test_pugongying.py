"""The consent at 蒲公英: given as at 聚光, and optional."""

import httpx
import pytest
from django.utils.translation import gettext

from merchants import consent_texts
from merchants.models import Connection, ConsentRecord, Role
from merchants.standing import stand_today
from merchants.tests.factories import make_application, make_connection, make_policy, make_store
from merchants.tests.test_consents import answer, follow, start
from portal.lib.scope import Hat, scope
from portal.partners.juguang import JuguangApp


@pytest.fixture
def owner(client_as):
    return client_as(Role.OWNER)


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def path(store):
    return f"/b/shancha/stores/{store.pk}/pugongying/"


def connections():
    with scope(Hat.ADMIN):
        return list(Connection.objects.order_by("pk"))


def test_an_owner_connects_the_stores_account(owner, path, sandbox):
    page = follow(owner, answer(start(owner, path), account="660001"))

    (connection,) = connections()
    assert (connection.partner, connection.status) == ("pugongying", "connected")
    assert connection.subject_name == "上海山茶生物科技有限公司"
    assert "Its creator orders follow within minutes" in page.text


def test_it_is_kept_with_its_own_text(owner, path, sandbox):
    follow(owner, answer(start(owner, path), account="660001"))

    with scope(Hat.ADMIN):
        record = ConsentRecord.objects.get()
    assert record.text_sha256 == consent_texts.newest("pugongying").sha256
    assert record.scope == "report_service"


def test_a_consent_that_is_juguangs_own_is_not_taken(owner, path, sandbox, settings):
    page = start(owner, path)
    other = JuguangApp.of(settings.XHS)
    url = httpx.URL(page).copy_merge_params({"appId": other.app_id})
    settings.PUGONGYING = settings.PUGONGYING | {
        "app_id": settings.XHS["app_id"],
        "app_secret": settings.XHS["app_secret"],
    }

    response = follow(owner, answer(str(url), advertiser="880001"))

    assert "did not accept this consent" in response.text
    assert connections() == []


def test_a_refusal_is_told_and_stores_nothing(owner, path, sandbox):
    response = follow(owner, answer(start(owner, path), decision="refuse"))

    assert "You refused the consent" in response.text
    assert connections() == []


def test_an_account_belongs_to_one_store_of_the_brand(owner, brand, path, sandbox):
    second = make_store(brand, 2)
    follow(owner, answer(start(owner, path), account="660001"))

    other = f"/b/shancha/stores/{second.pk}/pugongying/"
    response = follow(owner, answer(start(owner, other), account="660001"))

    assert "is connected to" in response.text
    assert len(connections()) == 1


def test_without_it_a_store_lacks_nothing(brand, store):
    make_connection(store, "top")
    make_connection(store, "juguang")
    policy = make_policy()
    make_application(store, status="approved", policy=policy)

    with scope(Hat.WEB, brand=brand.pk):
        standing = stand_today(store)

    assert [verdict.rule_id for verdict in standing.lacking] == []
    assert standing.next_step == gettext("Attach links to notes")


def test_a_policy_may_ask_for_it(brand, store):
    make_policy(rules=[{"id": "pugongying", "kind": "connection", "partner": "pugongying"}])

    with scope(Hat.WEB, brand=brand.pk):
        assert [v.rule_id for v in stand_today(store).lacking] == ["pugongying"]
        make_connection(store, "pugongying")
        assert stand_today(store).lacking == []
