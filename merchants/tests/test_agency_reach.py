"""What an agency's people find in the brand that lets them in, and what they are told of it."""

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from merchants import outbox
from merchants.models import (
    Brand,
    BrandGrant,
    BrandGrantStore,
    Membership,
    MembershipStore,
    Notice,
    NoticeKind,
    NoticeMail,
    Role,
)
from merchants.notices import notify
from merchants.readers import agency_people
from merchants.tests.factories import (
    make_brand,
    make_grant,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

MEMBERS = "/b/shancha/settings/members/"
AGENCIES = "/b/shancha/settings/agencies/"
STORES = "/b/shancha/stores/"
EN = {"accept-language": "en"}


@pytest.fixture
def owner(client_as) -> Client:
    return client_as(Role.OWNER)


@pytest.fixture
def agency(db):
    return make_brand("agency", "红枫代运营")


@pytest.fixture
def store(brand):
    return make_store(brand, 1, title="山茶旗舰店")


@pytest.fixture
def grant(brand, agency, store):
    return make_grant(brand, agency, (store,), Role.MARKETER)


@pytest.fixture
def ming(agency, grant):
    make_membership(agency, make_user("chief@example.test", name="方主管"))
    return make_membership(agency, make_user("ming@example.test", name="明"), Role.MARKETER)


@pytest.fixture
def client(ming) -> Client:
    return browser(ming)


def browser(member) -> Client:
    client = Client(headers=EN)
    client.force_login(member.user)
    return client


def facts(store):
    return f"{STORES}{store.pk}/facts/"


def change(member, **values):
    with scope(Hat.WEB, brand=member.brand_id):
        Membership.objects.filter(pk=member.pk).update(**values)


def narrow(member, store):
    with scope(Hat.WEB, brand=member.brand_id):
        MembershipStore.objects.create(brand=member.brand, membership=member, store=store)


def told():
    with scope(Hat.ADMIN):
        return list(Notice.objects.order_by("pk").values_list("user__email", "kind"))


def test_an_agencys_people_find_the_chosen_stores_and_no_other(brand, store, client):
    other = make_store(brand, 2)

    page = client.get(STORES).text

    assert store.title in page
    assert other.title not in page
    assert client.get(f"{STORES}{other.pk}/").status_code == 404


def test_what_the_grant_and_the_agency_both_allow_is_allowed(agency, store, ming, client):
    assert client.post(facts(store)).status_code == 422

    change(ming, role=Role.FINANCE)
    assert client.post(facts(store)).status_code == 403
    assert client.get(STORES).status_code == 200

    change(ming, role=Role.OWNER)
    assert client.post(facts(store)).status_code == 422
    assert client.get(AGENCIES).status_code == 403
    assert client.post(f"{MEMBERS}invite/").status_code == 403


def test_new_stores_and_a_new_role_hold_from_the_next_page_on(brand, owner, store, grant, client):
    second = make_store(brand, 2)
    owner.post(f"{AGENCIES}{grant.pk}/", {"role": "viewer", "stores": [second.pk]})

    assert client.get(f"{STORES}{store.pk}/").status_code == 404
    assert client.get(f"{STORES}{second.pk}/").status_code == 200
    assert client.post(facts(second)).status_code == 403


def test_revoked_and_given_back_hold_from_the_next_page_on(brand, owner, agency, grant, client):
    owner.post(f"{AGENCIES}{grant.pk}/revoke/")
    assert client.get(STORES).status_code == 404

    again = make_grant(brand, agency, (make_store(brand, 2),))
    assert client.get(STORES).status_code == 200
    with scope(Hat.ADMIN):
        chief = Membership.objects.select_related("user").get(brand=agency, role=Role.OWNER)
    browser(chief).post(f"/b/agency/settings/clients/{again.pk}/return/")
    assert client.get(STORES).status_code == 404


def test_suspended_in_the_agency_is_out_of_the_brand(ming, client):
    change(ming, suspended_at=timezone.now())
    assert client.get(STORES).status_code == 404

    change(ming, suspended_at=None)
    assert client.get(STORES).status_code == 200


def test_a_member_of_some_of_the_agencys_stores_gets_nothing(agency, ming, client):
    narrow(ming, make_store(agency, 1))

    assert client.get(STORES).status_code == 404
    assert "山茶" not in client.get("/", follow=True).text


def test_a_membership_of_ones_own_is_the_one_that_holds(brand, ming, client, store):
    own = make_membership(brand, ming.user, Role.VIEWER, stores=(make_store(brand, 2),))
    assert client.get(f"{STORES}{store.pk}/").status_code == 404

    change(own, suspended_at=timezone.now())
    assert client.get(STORES).status_code == 404
    assert "山茶" not in client.get("/", follow=True).text


def test_of_two_agencies_the_older_grant_holds(brand, ming, client, store):
    second, other = make_brand("second", "Second"), make_store(brand, 2)
    make_membership(second, ming.user, Role.OWNER)
    make_grant(brand, second, (other,), Role.VIEWER)

    assert client.post(facts(store)).status_code == 422
    assert client.get(f"{STORES}{other.pk}/").status_code == 404
    assert client.get("/").text.count("/b/shancha/") == 1


def test_a_grant_whose_stores_are_gone_opens_none_and_not_every_store(brand, grant, client):
    with scope(Hat.WEB, brand=brand.pk):
        BrandGrantStore.objects.filter(grant=grant).delete()

    assert client.get(STORES).status_code == 404


def test_start_and_switcher_name_the_agency(client):
    assert "via 红枫代运营" in client.get("/").text
    frame = client.get(STORES).text
    assert frame.count("via 红枫代运营") == 3  # the switcher, and the account on wide and narrow


def test_colleagues_see_whom_the_agency_lets_in(brand, client_as, ming, agency):
    absent = make_membership(agency, make_user("gone@example.test", name="离职"), Role.VIEWER)
    change(absent, suspended_at=timezone.now())

    page = client_as(Role.VIEWER).get(MEMBERS, headers=EN).text

    assert "红枫代运营" in page
    assert "方主管" in page
    assert "明" in page
    assert "离职" not in page
    assert AGENCIES not in page


def test_an_agency_sees_no_other_agency(brand, store, client):
    make_grant(brand, make_brand("rival", "Rival"), (store,))

    page = client.get(MEMBERS).text

    assert "红枫代运营" in page
    assert "Rival" not in page


@pytest.mark.parametrize("path", [MEMBERS, AGENCIES])
def test_ten_agencies_cost_what_one_costs(brand, owner, store, ming, path):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            owner.get(path)
        return len(captured)

    one = queries()
    for n in range(9):
        another = make_brand(f"agency-{n}", f"代运营 {n}")
        make_membership(another, make_user(f"n{n}@example.test"))
        make_grant(brand, another, (store,))
    assert queries() == one


def test_ten_brands_to_work_for_cost_what_one_costs(agency, client):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(STORES)
            client.get("/")
        return len(captured)

    one = queries()
    for n in range(9):
        another = make_brand(f"client-{n}", f"客户 {n}")
        make_grant(another, agency, (make_store(another, 1),))
    assert queries() == one


def test_an_agencys_people_are_told_of_the_stores_they_may_see(brand, store, client):
    for each in (store, make_store(brand, 2)):
        with scope(Hat.WEB, brand=brand.pk):
            notify(each, NoticeKind.APPROVED, application="A-1")

    assert told() == [("chief@example.test", "approved"), ("ming@example.test", "approved")]
    assert "山茶旗舰店 has joined" in client.get("/b/shancha/notices/").text


@pytest.mark.parametrize("hat", [Hat.ADMIN, Hat.NIGHT])
def test_staff_and_the_night_tell_an_agencys_people_too(store, ming, hat):
    with scope(hat):
        notify(store, NoticeKind.NEEDS_CONSENT, partner="top")

    assert len(told()) == 2


def test_a_mail_owed_when_the_access_ends_is_not_sent(brand, owner, store, grant, ming):
    with scope(Hat.WEB, brand=brand.pk):
        notify(store, NoticeKind.APPROVED, application="A-1")
    with scope(Hat.ADMIN):
        owed = NoticeMail.objects.exclude(notice__user__email="owner@example.test")
        first, second = owed.order_by("notice")
    outbox.send(first.pk)

    owner.post(f"{AGENCIES}{grant.pk}/revoke/")
    outbox.send(second.pk)

    assert len(mail.outbox) == 1


def test_both_sides_are_told_of_what_the_other_did(owner, brand, store, agency):
    chief = make_membership(agency, make_user("chief@example.test"))
    wish = {"agency": "agency", "role": "viewer", "stores": [store.pk]}
    owner.post(f"{AGENCIES}offer/", wish)
    with scope(Hat.ADMIN):
        grant = BrandGrant.objects.get()
    browser(chief).post(f"/b/agency/settings/clients/{grant.pk}/accept/")
    owner.post(f"{AGENCIES}{grant.pk}/revoke/")

    assert told() == [
        ("chief@example.test", "agency_offered"),
        ("owner@example.test", "agency_accepted"),
        ("chief@example.test", "agency_revoked"),
    ]
    assert "山茶 offers you access" in browser(chief).get("/b/agency/notices/").text
    assert "红枫代运营 works for you now" in owner.get("/b/shancha/notices/", headers=EN).text


def test_a_narrowed_owner_reads_no_notice_that_is_of_no_store(brand, store, agency, owner):
    me = make_membership(brand, make_user("me@example.test"), Role.OWNER, stores=(store,))
    make_membership(agency, make_user("chief@example.test"))
    with scope(Hat.WEB, brand=brand.pk):
        Notice.objects.create(
            brand=brand, user=me.user, kind=NoticeKind.AGENCY_ACCEPTED, parameters={"agency": "X"}
        )
    assert "X works for you" not in browser(me).get("/b/shancha/notices/").text


def test_row_level_security_alone_shows_grants_only_to_whom_they_reach(brand, agency, ming):
    narrowed = make_user("narrowed@example.test")
    make_membership(agency, narrowed, Role.VIEWER, stores=(make_store(agency, 1),))
    suspended = make_membership(agency, make_user("gone@example.test"), Role.VIEWER)
    change(suspended, suspended_at=timezone.now())

    seen = {}
    for user in (ming.user, narrowed, suspended.user, make_user("stranger@example.test")):
        with scope(Hat.WEB, user=user.pk):
            rows = BrandGrant.objects.count(), BrandGrantStore.objects.count()
            seen[user.email] = (*rows, Brand.objects.filter(pk=brand.pk).exists())

    assert seen == {
        "ming@example.test": (1, 1, True),
        "narrowed@example.test": (0, 0, False),
        "gone@example.test": (0, 0, False),
        "stranger@example.test": (0, 0, False),
    }


def test_row_level_security_closes_the_brand_when_the_grant_ends(brand, ming, grant, owner):
    owner.post(f"{AGENCIES}{grant.pk}/revoke/")

    with scope(Hat.WEB, user=ming.user_id):
        assert not Brand.objects.filter(pk=brand.pk).exists()


def test_a_brand_asks_only_for_its_own_agencies_people(brand, agency, ming):
    with scope(Hat.WEB, brand=brand.pk):
        assert len(agency_people(brand.pk)) == 2
    with scope(Hat.WEB, brand=agency.pk):
        assert agency_people(brand.pk) == []


def test_the_granting_brand_cannot_read_the_agencys_members_or_stores(brand, agency, ming):
    make_store(agency, 1)
    with scope(Hat.WEB, brand=brand.pk):
        assert not Membership.objects.filter(brand=agency).exists()
        assert not agency.stores.exists()


def test_the_agency_cannot_write_what_it_was_granted(brand, grant, ming):
    with scope(Hat.WEB, brand=ming.brand_id, user=ming.user_id):
        assert BrandGrant.objects.filter(pk=grant.pk).update(role=Role.FINANCE) == 0
