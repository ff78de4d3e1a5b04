"""The members' page: who sees what, and what each change does to the person's next page."""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from merchants import members
from merchants.members import Place
from merchants.models import MembershipStore, Role
from merchants.models.people import MAY
from merchants.services import Refused
from merchants.tests.factories import (
    make_brand,
    make_invitation,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

LIST = "/b/shancha/settings/members/"
EN = {"accept-language": "en"}
ALL = {"reach": "all"}


@pytest.fixture
def owner(client_as) -> Client:
    return client_as(Role.OWNER)


@pytest.fixture
def chief(brand, owner):
    """The membership behind `owner`."""
    with scope(Hat.WEB, brand=brand.pk):
        membership = brand.memberships.select_related("user", "brand").get()
        membership.load_stores()
    return membership


@pytest.fixture
def wu(brand):
    return make_membership(brand, make_user("wu@example.test", name="吴"), Role.MARKETER)


@pytest.fixture
def browser_of_wu(wu) -> Client:
    client = Client()
    client.force_login(wu.user)
    return client


def page_of(member, move="") -> str:
    return f"{LIST}{member.pk}/{move}"


def narrowed(brand, store):
    return make_membership(brand, make_user("narrow@example.test"), Role.OWNER, stores=(store,))


def test_a_viewer_sees_names_and_roles_but_no_address_and_no_button(client_as, wu):
    page = client_as(Role.VIEWER).get(LIST, headers=EN).text

    assert "吴" in page
    assert "wu@example.test" not in page
    assert page_of(wu) not in page
    assert "/invite/" not in page


def test_an_owner_sees_addresses_and_who_is_invited(owner, brand, wu):
    make_invitation(brand, "new@example.test")

    page = owner.get(LIST).text

    assert "wu@example.test" in page
    assert "new@example.test" in page
    assert page_of(wu) in page


def test_ten_members_cost_what_one_costs(owner, brand, wu):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            owner.get(LIST)
        return len(captured)

    make_store(brand)
    make_invitation(brand, "new@example.test")
    few = queries()
    for n in range(2, 11):
        user, store = make_user(f"n{n}@example.test"), make_store(brand, n)
        make_membership(brand, user, Role.VIEWER, stores=(store,))
        make_invitation(brand, f"i{n}@example.test", stores=(store,))
    assert queries() == few


def test_a_new_role_holds_from_the_next_page_on(owner, brand, wu, browser_of_wu):
    facts = f"/b/shancha/stores/{make_store(brand).pk}/facts/"
    assert browser_of_wu.post(facts).status_code == 422

    assert owner.post(page_of(wu), {"role": "viewer"} | ALL)["Location"] == LIST

    assert browser_of_wu.post(facts).status_code == 403


def test_narrowing_holds_from_the_next_page_on(owner, brand, wu, browser_of_wu):
    first, second = make_store(brand, 1), make_store(brand, 2)
    wish = {"role": "marketer", "reach": "chosen", "stores": [first.pk]}

    owner.post(page_of(wu), wish)

    page = browser_of_wu.get("/b/shancha/stores/").text
    assert first.title in page
    assert second.title not in page
    owner.post(page_of(wu), {"role": "marketer"} | ALL)
    assert second.title in browser_of_wu.get("/b/shancha/stores/").text


def test_a_suspended_member_finds_nothing_until_reinstated(owner, wu, browser_of_wu):
    owner.post(page_of(wu, "suspend/"))
    assert browser_of_wu.get(LIST).status_code == 404

    owner.post(page_of(wu, "reinstate/"))
    assert browser_of_wu.get(LIST).status_code == 200


def test_a_removed_member_finds_nothing_and_can_be_invited_again(owner, wu, browser_of_wu):
    owner.post(page_of(wu, "remove/"))

    assert browser_of_wu.get(LIST).status_code == 404
    wish = {"email": "wu@example.test", "role": "viewer"} | ALL
    assert owner.post(LIST + "invite/", wish).status_code == 302


@pytest.mark.parametrize("step", ["", "suspend/", "remove/"])
def test_the_last_owner_stays_and_is_told_why(owner, chief, step):
    answer = owner.post(page_of(chief, step), {"role": "viewer"} | ALL, headers=EN)

    assert answer.status_code == 422
    assert "last owner" in answer.text
    assert owner.get(LIST).status_code == 200


def test_the_last_owner_of_all_stores_cannot_be_narrowed(owner, brand, chief):
    store = make_store(brand)
    narrowed_too = make_membership(brand, make_user("wu@example.test"), Role.VIEWER)
    owner.post(page_of(narrowed_too), {"role": "owner", "reach": "chosen", "stores": [store.pk]})

    wish = {"role": "owner", "reach": "chosen", "stores": [store.pk]}
    assert owner.post(page_of(chief), wish).status_code == 422


def test_an_owner_may_go_when_there_is_another(owner, brand, chief):
    make_membership(brand, make_user("wu@example.test"), Role.OWNER)

    assert owner.post(page_of(chief, "remove/"))["Location"] == "/"
    assert owner.get(LIST).status_code == 404


@pytest.mark.parametrize("hat", [Hat.WEB, Hat.ADMIN])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM merchants_membership",
        "UPDATE merchants_membership SET role = 'finance'",
        "UPDATE merchants_membership SET suspended_at = now()",
    ],
)
def test_the_database_keeps_an_owner_whatever_asks(brand, chief, hat, statement):
    refused = pytest.raises(IntegrityError, match="keeps an owner")
    with refused, scope(hat, brand=brand.pk), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_to_narrow_the_only_owner(brand, chief):
    store = make_store(brand)
    refused = pytest.raises(IntegrityError, match="keeps an owner")
    with refused, transaction.atomic(), scope(Hat.ADMIN):
        MembershipStore.objects.create(brand=brand, membership=chief, store=store)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_two_owners_who_go_at_once_one_stays(brand, chief):
    other = make_membership(brand, make_user("wu@example.test"), Role.OWNER)
    start, said = Barrier(2), []

    def go(who, by) -> None:
        try:
            with scope(Hat.WEB, brand=brand.pk):
                start.wait(10)
                members.suspend_member(who, by=by)
                said.append("gone")
        except Refused:
            said.append("stays")
        finally:
            connection.close()

    threads = [Thread(target=go, args=pair) for pair in ((other, chief), (chief, other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(said) == ["gone", "stays"]
    with scope(Hat.WEB, brand=brand.pk):
        assert brand.memberships.active().count() == 1


def test_a_narrowed_owner_changes_only_people_within_their_stores(brand, client, wu):
    mine, other = make_store(brand, 1), make_store(brand, 2)
    client.force_login(narrowed(brand, mine).user)
    near = make_membership(brand, make_user("near@example.test"), Role.VIEWER, stores=(mine,))
    far = make_membership(brand, make_user("far@example.test"), Role.VIEWER, stores=(mine, other))

    page = client.get(LIST).text
    assert page_of(near) in page
    assert page_of(far) not in page
    statuses = {who: client.get(page_of(who)).status_code for who in (near, far, wu)}
    assert statuses == {near: 200, far: 404, wu: 404}


def test_a_narrowed_owner_takes_nobody_beyond_their_stores_themself_included(brand, client):
    mine, other = make_store(brand, 1), make_store(brand, 2)
    me = narrowed(brand, mine)
    client.force_login(me.user)
    near = make_membership(brand, make_user("near@example.test"), Role.VIEWER, stores=(mine,))

    for who in (me, near):
        for reach in (ALL, {"reach": "chosen", "stores": [mine.pk, other.pk]}):
            assert client.post(page_of(who), {"role": "owner"} | reach).status_code == 422
    with scope(Hat.WEB, brand=brand.pk), pytest.raises(Refused, match=r"超出|beyond"):
        members.change_member(near, Place(Role.OWNER), by=me)


def test_a_member_widened_meanwhile_is_out_of_a_narrowed_owners_reach(brand):
    mine = make_store(brand, 1)
    me = narrowed(brand, mine)
    near = make_membership(brand, make_user("near@example.test"), Role.VIEWER, stores=(mine,))
    with scope(Hat.WEB, brand=brand.pk):
        MembershipStore.objects.filter(membership=near).delete()
        with pytest.raises(Refused, match=r"超出|beyond"):
            members.remove_member(near, by=me)


def test_a_member_of_another_brand_is_not_found(owner, brand):
    other = make_membership(make_brand("yejing", "野径"), make_user("wu@example.test"))

    assert owner.get(page_of(other)).status_code == 404
    assert owner.post(page_of(other, "remove/")).status_code == 404


def test_each_role_may_what_its_table_says():
    assert {role: sorted(MAY[role]) for role in Role} == {
        Role.VIEWER: ["viewer"],
        Role.FINANCE: ["finance", "viewer"],
        Role.MARKETER: ["marketer", "viewer"],
        Role.OWNER: ["finance", "marketer", "owner", "viewer"],
    }
