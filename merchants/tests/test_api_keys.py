"""Making API keys, and ending them."""

import pytest
from django.test import Client

from merchants import api_keys
from merchants.models import ApiKey, Change, Membership, Role
from merchants.tests.factories import (
    make_brand,
    make_grant,
    make_key,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

HOME = "/b/shancha/settings/api-keys/"
ASKED = {"name": "数据仓库", "scopes": ["read", "links"], "days": "30"}


@pytest.fixture
def marketer(client_as):
    client = client_as(Role.MARKETER)
    client.cookies["django_language"] = "en"
    return client


def keys(brand) -> list[ApiKey]:
    with scope(Hat.WEB, brand=brand.pk):
        return list(ApiKey.objects.order_by("pk"))


def secret_in(page: str) -> str:
    return page.split('<code class="rc-secret">')[1].split("</code>")[0]


def test_a_key_is_shown_once_and_only_its_hash_is_kept(brand, marketer):
    secret = secret_in(marketer.post(f"{HOME}new/", ASKED).text)
    [key] = keys(brand)

    assert secret.startswith(f"rc_{key.prefix}_")
    assert key.secret_hash not in secret
    assert secret not in marketer.get(HOME).text
    assert (key.name, key.scopes) == ("数据仓库", ["read", "links"])
    assert (key.expires_at - key.created_at).days in {29, 30}
    assert api_keys.use_key(secret)[0] == key


def test_what_is_missing_is_said_and_nothing_made(brand, marketer):
    answer = marketer.post(f"{HOME}new/", {"name": "", "days": "7"})

    assert answer.status_code == 422
    assert "Choose at least one." in answer.text
    assert keys(brand) == []


def test_members_see_and_end_their_own_keys_alone(brand, marketer):
    other = make_key(make_membership(brand, make_user("wu@example.test")), "别人的")
    marketer.post(f"{HOME}new/", ASKED)
    [_other, own] = keys(brand)

    assert "别人的" not in marketer.get(HOME).text
    assert marketer.post(f"{HOME}{other.pk}/revoke/").status_code == 404
    assert marketer.post(f"{HOME}{own.pk}/revoke/").status_code == 302
    assert [key.state for key in keys(brand)] == ["live", "revoked"]


def test_owners_see_and_end_every_key(brand, client_as):
    key = make_key(make_membership(brand, make_user("wu@example.test"), Role.MARKETER), "别人的")
    owner = client_as(Role.OWNER)

    assert "别人的" in owner.get(HOME).text
    owner.post(f"{HOME}{key.pk}/revoke/")
    assert [key.state for key in keys(brand)] == ["revoked"]


def test_a_suspended_member_has_no_key_any_more_even_when_reinstated(brand, client_as):
    member = make_membership(brand, make_user("wu@example.test"), Role.MARKETER)
    make_key(member)
    owner = client_as(Role.OWNER)

    owner.post(f"/b/shancha/settings/members/{member.pk}/suspend/")
    owner.post(f"/b/shancha/settings/members/{member.pk}/reinstate/")

    assert [key.state for key in keys(brand)] == ["revoked"]


def test_a_removed_members_keys_are_gone(brand, client_as):
    member = make_membership(brand, make_user("wu@example.test"), Role.MARKETER)
    make_key(member)

    client_as(Role.OWNER).post(f"/b/shancha/settings/members/{member.pk}/remove/")

    assert keys(brand) == []


def test_who_came_through_an_agency_makes_no_key(brand):
    agency, person = make_brand("agency", "代运营"), make_user("agent@example.test")
    make_membership(agency, person, Role.MARKETER)
    make_grant(brand, agency, (make_store(brand),), Role.MARKETER)
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)

    answer = client.post(f"{HOME}new/", ASKED)

    assert answer.status_code == 422
    assert "through an agency" in answer.text
    assert keys(brand) == []


def test_one_member_has_a_bounded_number_of_keys(brand, marketer, monkeypatch):
    monkeypatch.setattr(api_keys, "MOST", 1)
    marketer.post(f"{HOME}new/", ASKED)

    answer = marketer.post(f"{HOME}new/", ASKED)

    assert answer.status_code == 422
    assert len(keys(brand)) == 1


def test_the_history_tells_of_making_and_ending_and_not_of_use(brand, marketer):
    secret = secret_in(marketer.post(f"{HOME}new/", ASKED).text)
    api_keys.use_key(secret)
    [key] = keys(brand)
    marketer.post(f"{HOME}{key.pk}/revoke/")

    with scope(Hat.ADMIN):
        member = Membership.objects.get(brand=brand)
        changes = Change.objects.filter(subject="apikey").order_by("pgh_id")
        told = [(change.label, change.actor_id) for change in changes]
    assert told == [("insert", member.user_id), ("update", member.user_id)]


def test_a_key_is_found_by_its_secret_alone_and_never_read_across_brands(brand):
    key = make_key(make_membership(brand, make_user("wu@example.test")))
    other = make_brand("yejing", "野径")

    with scope(Hat.WEB, brand=other.pk):
        assert not ApiKey.objects.exists()
    assert api_keys.use_key(f"rc_{key.prefix}_{'x' * 43}") is None
