"""The audit page: what an owner reads of each change, how it is narrowed, and what stays hidden."""

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from merchants.models import ApplicationStatus, NoticePreference, Role, Store
from merchants.tests.factories import (
    make_application,
    make_brand,
    make_connection,
    make_evidence,
    make_grant,
    make_membership,
    make_participation,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

CHANGES = "/b/shancha/settings/audit/"
ACCESS = "/b/shancha/settings/audit/access/"
EN = {"accept-language": "en"}
pytestmark = pytest.mark.usefixtures("own_files")


@pytest.fixture
def owner(client_as) -> Client:
    client = client_as(Role.OWNER)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def wu(brand):
    return make_membership(brand, make_user("wu@example.test", name="吴"), Role.VIEWER)


def lines(client, url=CHANGES, **narrowed) -> list[str]:
    answer = client.get(url, narrowed)
    assert answer.status_code == 200
    return [f"{each.who} {each.said}" for each in answer.context["told"]]


def member_page(wu, move="") -> str:
    return f"/b/shancha/settings/members/{wu.pk}/{move}"


def test_a_changed_role_is_told_with_both_people_and_both_roles(owner, wu):
    owner.post(member_page(wu), {"role": "marketer", "reach": "all"})

    said = lines(owner)[0]
    assert (
        said == "owner@example.test changed the role of the member 吴 from “Viewer” to “Marketer”"
    )
    owner.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    assert "将成员 吴 的角色由“只读成员”改为“运营”" in owner.get(CHANGES).text


def test_each_move_of_a_member_is_told(owner, brand, wu):
    store = make_store(brand, title="旗舰店")
    owner.post(member_page(wu), {"role": "viewer", "reach": "chosen", "stores": [store.pk]})
    for move in ("suspend/", "reinstate/", "remove/"):
        owner.post(member_page(wu, move))

    told = [line.partition(" ")[2] for line in lines(owner, person=owner.session["_auth_user_id"])]
    assert told == [
        "removed the member 吴",
        "took the store 旗舰店 from what 吴 sees",
        "reinstated the member 吴",
        "suspended the member 吴",
        "let 吴 see the store 旗舰店",
    ]


def test_each_kind_of_row_is_told_and_none_breaks_the_page(owner, brand, wu):
    store = make_store(brand, title="旗舰店")
    make_connection(store, subject_name="账户")
    make_evidence(store, name="执照")
    make_application(store)
    with scope(Hat.WEB, brand=brand.pk):
        NoticePreference.objects.create(brand=brand, user=wu.user, kind="approved", by_mail=False)
        Store.objects.filter(pk=store.pk).update(
            overall_score="4.9", facts_stated_at=timezone.now()
        )
    owner.post("/b/shancha/settings/members/invite/", {"email": "he@x.test", "role": "viewer"})
    owner.post(
        "/b/shancha/settings/members/invite/",
        {"email": "he@x.test", "role": "viewer", "reach": "chosen", "stores": [store.pk]},
    )

    said = " | ".join(lines(owner))
    for words in (
        "registered the store 旗舰店",
        "connected Juguang · 账户",
        "uploaded the file 执照.png",
        "began the application A-",
        "changed the overall score of the store 旗舰店 from “4.8” to “4.9”",
        "invited he@x.test",
        "limited an invitation to the store 旗舰店",
    ):
        assert words in said


def test_rows_without_a_name_are_told_by_their_store_and_their_agency(owner, brand):
    store = make_store(brand, title="旗舰店")
    make_participation(store)
    make_grant(brand, make_brand("agency", "红枫代运营"), (store,))

    said = [line.removeprefix("RedCat, by itself ") for line in lines(owner)]
    assert "began to judge how the store 旗舰店 takes part" in said
    assert "offered access to the agency agency" in said
    assert "opened the store 旗舰店 to an agency" in said


def test_no_kind_of_change_is_offered_by_the_name_of_its_table(owner):
    owner.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    names = [str(name) for _kind, name in owner.get(CHANGES).context["form"].fields["kind"].choices]

    assert [name for name in names if name.isascii()] == []


def test_what_the_platform_does_is_told_without_naming_who(owner, brand):
    store = make_store(brand)
    application = make_application(store, status=ApplicationStatus.SUBMITTED)
    reviewer = make_user("reviewer@example.test", name="审核员某某", is_staff=True)
    with scope(Hat.ADMIN, user=reviewer.pk):
        application.claim(by=reviewer)
        application.move_to(ApplicationStatus.IN_REVIEW, by=reviewer)

    page = owner.get(CHANGES)

    assert lines(owner, person="staff", kind="application")[0].startswith("RedCat platform staff")
    assert "审核员某某" not in page.text
    assert "10.0.0.1" not in page.text


def test_changes_are_narrowed_by_person_kind_and_day(owner, brand, wu):
    make_store(brand)
    owner.post(member_page(wu, "suspend/"))
    me, today = owner.session["_auth_user_id"], timezone.localdate().isoformat()

    assert len(lines(owner, person=me)) == 1
    assert len(lines(owner, kind="store")) == 1
    assert len(lines(owner, kind="membership", person=me, day=today)) == 1
    assert lines(owner, day="2020-01-01") == []
    assert "Nothing matches" in owner.get(CHANGES, {"day": "2020-01-01"}).text


ODDITIES = [
    {"person": "0"},
    {"kind": "user"},
    {"kind": "a\0"},
    {"day": "x"},
    {"day": "9999-12-31"},
    {"day": "0001-01-01"},
    {"page": "x"},
]


@pytest.mark.parametrize("asked", ODDITIES)
def test_what_cannot_be_read_narrows_nothing(owner, wu, asked):
    assert len(lines(owner, **asked)) == len(lines(owner)) > 0
    assert lines(owner, ACCESS, **asked) == []


def test_fifty_changes_stand_on_a_page(owner, brand):
    store = make_store(brand)
    with scope(Hat.WEB, brand=brand.pk):
        for number in range(55):
            Store.objects.filter(pk=store.pk).update(nick=f"n{number}")

    first, second = lines(owner), lines(owner, page=2)
    assert (len(first), len(second)) == (50, 8)


def test_the_rows_themselves_are_read_for_one_page_only(owner, brand):
    for n in range(60):
        make_store(brand, n)

    with CaptureQueriesContext(connection) as captured:
        lines(owner, page="2")

    (found,) = [each["sql"] for each in captured if "OFFSET 50" in each["sql"]]
    assert "merchants_change" in found
    assert '"kept"' not in found


def test_the_page_takes_as_many_queries_for_ten_changes_as_for_one(owner, brand):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            owner.get(CHANGES)
        return len(captured)

    def more(number: int) -> None:
        store = make_store(brand, number)
        user = make_user(f"{number}@example.test")
        make_membership(brand, user, Role.VIEWER, stores=(store,))

    more(1)
    for_one = queries()
    for number in range(2, 11):
        more(number)
    assert queries() == for_one


def test_who_was_turned_away_is_told_without_name_or_address(owner, brand):
    stranger = make_user("he@yejing.test", name="何某")
    make_membership(make_brand("yejing", "野径"), stranger)
    browser = Client(REMOTE_ADDR="198.51.100.77")
    browser.force_login(stranger)
    browser.get("/b/shancha/")

    text = owner.get(ACCESS).text

    assert "was turned away" in text
    assert [word for word in ("何某", "yejing", "198.51.100.77") if word in text] == []


def test_an_export_is_told_with_who_and_from_where(owner):
    owner.get("/b/shancha/results.csv", REMOTE_ADDR="203.0.113.9")

    assert lines(owner, ACCESS)[0].startswith("owner@example.test exported shancha-")
    assert "203.0.113.9" in owner.get(ACCESS).text
    assert lines(owner, ACCESS, kind="evidence") == lines(owner, ACCESS, person="staff") == []


def test_an_owner_of_one_store_sees_what_concerns_that_store_only(brand, wu):
    first, _second = make_store(brand, 1, title="甲店"), make_store(brand, 2, title="乙店")
    user = make_user("narrow@example.test")
    make_membership(brand, user, Role.OWNER, stores=(first,))
    client = Client(headers=EN)
    client.force_login(user)

    said = " | ".join(lines(client))

    assert "registered the store 甲店" in said
    assert "乙店" not in said
    assert "吴" not in said
    assert client.get(ACCESS).status_code == 200


def test_the_members_page_leads_an_owner_there_and_nobody_else(owner, client_as):
    members = "/b/shancha/settings/members/"

    assert CHANGES in owner.get(members).text
    assert CHANGES not in client_as(Role.VIEWER).get(members).text


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_first_change_of_a_row_older_than_its_history_claims_no_more_than_it_knows(owner, wu):
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM merchants_membershiphistory")

    owner.post(member_page(wu), {"role": "marketer", "reach": "all"})

    assert lines(owner)[0] == "owner@example.test changed the member 吴"
