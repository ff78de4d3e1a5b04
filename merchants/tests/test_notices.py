"""Who is told what, in which language, and how they read it."""

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from merchants import applications, members
from merchants.models import (
    Membership,
    Notice,
    NoticeKind,
    NoticeMail,
    Role,
    StoreOwnedQuerySet,
    StoreStatus,
    User,
)
from merchants.notice_kinds import WORDINGS
from merchants.notices import notify
from merchants.reasons import REASONS
from merchants.seed import seed_policy
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_invitation,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

INBOX = "/b/shancha/notices/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def store(brand):
    return make_store(brand, title="山茶旗舰店", status=StoreStatus.REGISTERED)


@pytest.fixture
def reader(brand):
    user = make_user("reader@example.test")
    make_membership(brand, user, Role.VIEWER)
    return user


@pytest.fixture
def client(reader):
    return logged_in(reader)


def logged_in(user):
    client = Client(headers=ENGLISH)
    client.force_login(user)
    return client


def tell(store, kind=NoticeKind.APPROVED, **options):
    with scope(Hat.WEB, brand=store.brand_id):
        notify(store, kind, **{"application": "A-1", "reason": "4.3", "partner": "top"} | options)


def told():
    with scope(Hat.ADMIN):
        return list(Notice.objects.order_by("pk").values_list("user__email", "kind"))


def mails():
    with scope(Hat.ADMIN):
        rows = NoticeMail.objects.order_by("notice")
        return list(rows.values_list("notice__user__email", "notice__kind"))


def test_every_kind_has_its_words():
    assert set(WORDINGS) == set(NoticeKind)


def test_an_application_tells_of_each_step_but_not_who_took_it(brand, store, reader):
    seed_policy()
    make_connection(store, "top")
    marketer = make_user("marketer@example.test")
    make_membership(brand, marketer, Role.MARKETER)
    with scope(Hat.WEB, brand=brand.pk):
        application = applications.submit_application(store, by=marketer)
    reviewer = make_user()
    with scope(Hat.ADMIN):
        applications.claim_application(application, by=reviewer)
        because = [REASONS["score_below"]]
        applications.reject_application(
            application, because=because, note="We see 4.3.", by=reviewer
        )

    assert told() == [
        ("reader@example.test", "handed_in"),
        ("reader@example.test", "rejected"),
        ("marketer@example.test", "rejected"),
    ]


def test_owners_of_every_store_are_told_who_joined(brand, store, reader):
    chief, limited = make_user("chief@example.test", language="en"), make_user("some@example.test")
    make_membership(brand, chief)
    make_membership(brand, limited, stores=(store,))
    invitation, _token = make_invitation(brand, role=Role.FINANCE)
    with scope(Hat.WEB, brand=brand.pk):
        members.accept_invitation(invitation, by=make_user("wu@example.test", name="吴"))

    assert ("chief@example.test", "member_joined") in told()
    assert {"some@example.test", "wu@example.test"}.isdisjoint({who for who, _kind in told()})
    page = logged_in(chief).get(INBOX).text
    assert "吴 has joined" in page
    assert "the role is Finance" in page


def test_what_is_undone_tells_nobody(store, reader):
    with transaction.atomic():
        tell(store)
        transaction.set_rollback(True)

    assert (told(), mails()) == ([], [])


def test_who_cannot_see_the_store_is_not_told(brand, store, reader):
    narrowed, suspended = make_user("narrowed@example.test"), make_user("gone@example.test")
    make_membership(brand, narrowed, Role.VIEWER, stores=(make_store(brand, 2),))
    make_membership(brand, suspended, Role.VIEWER)
    make_membership(brand, make_user("off@example.test", is_active=False))
    with scope(Hat.WEB, brand=brand.pk):
        Membership.objects.filter(user=suspended).update(suspended_at=timezone.now())

    tell(store)

    assert told() == [("reader@example.test", "approved")]


def test_a_notice_reads_in_the_language_of_the_page(client, store):
    tell(store, NoticeKind.NEEDS_CONSENT, partner="juguang")

    assert "Juguang needs the consent of 山茶旗舰店 again" in client.get(INBOX).text
    chinese = client.get(INBOX, headers={"accept-language": "zh-CN"}).text
    assert "山茶旗舰店 需要重新授权聚光" in chinese


def test_the_frame_counts_what_is_unread(client, store):
    assert 'class="n"' not in client.get(INBOX).text
    tell(store)
    tell(store)

    assert '<span class="n">2<' in client.get("/b/shancha/stores/").text


def test_opening_a_notice_marks_it_read_and_goes_to_the_store(client, store):
    tell(store)
    with scope(Hat.ADMIN):
        notice = Notice.objects.get()

    response = client.post(f"{INBOX}{notice.pk}/")

    assert response["Location"] == f"/b/shancha/stores/{store.pk}/"
    assert "Unread" not in client.get(INBOX).text


def test_all_are_marked_read_but_nobody_elses(brand, client, store):
    make_membership(brand, make_user("other@example.test"))
    tell(store)

    client.post(f"{INBOX}read/")

    with scope(Hat.ADMIN):
        unread = Notice.objects.unread().values_list("user__email", flat=True)
        assert list(unread) == ["other@example.test"]


def test_another_members_notice_is_not_found(brand, client, store):
    with scope(Hat.WEB, brand=brand.pk):
        Membership.objects.update(suspended_at=timezone.now())
    make_membership(brand, make_user("other@example.test"))
    tell(store)
    with scope(Hat.WEB, brand=brand.pk):
        Membership.objects.update(suspended_at=None)
    with scope(Hat.ADMIN):
        notice = Notice.objects.get()

    assert client.post(f"{INBOX}{notice.pk}/").status_code == 404
    assert "山茶旗舰店" not in client.get(INBOX).text


@pytest.fixture
def elsewhere(reader):
    """The same person is told of another brand's store."""
    brand = make_brand("yejing", "野径")
    make_membership(brand, reader)
    tell(make_store(brand, title="Zwilling"))


def test_notices_of_ones_other_brand_stay_there(client, store, elsewhere):
    assert "Zwilling" not in client.get(INBOX).text
    assert "Zwilling" in client.get("/b/yejing/notices/").text


def test_row_level_security_alone_keeps_them_there(client, store, elsewhere, monkeypatch):
    monkeypatch.setattr(StoreOwnedQuerySet, "seen_by", lambda rows, membership: rows)
    monkeypatch.setattr(
        "merchants.views.notices._own",
        lambda request: Notice.objects.told_to(request.user),
    )
    assert "Zwilling" not in client.get(INBOX).text
    assert "Zwilling" in client.get("/b/yejing/notices/").text


def test_a_member_narrowed_later_no_longer_reads_of_other_stores(brand, reader, client, store):
    tell(store)
    with scope(Hat.WEB, brand=brand.pk):
        Membership.objects.filter(user=reader).delete()
    make_membership(brand, reader, stores=(make_store(brand, 2),))

    assert "山茶旗舰店" not in client.get(INBOX).text


def test_mail_of_a_kind_comes_until_its_box_is_empty(client, store):
    tell(store)
    page = client.get(f"{INBOX}preferences/").text
    assert page.count("checked") == len(NoticeKind)

    client.post(f"{INBOX}preferences/", {"rejected": "on"})
    tell(store)
    tell(store, NoticeKind.REJECTED)

    assert mails() == [("reader@example.test", "approved"), ("reader@example.test", "rejected")]
    assert len(told()) == 3
    assert client.get(f"{INBOX}preferences/").text.count("checked") == 1


def test_the_switch_of_the_pages_sets_the_language_of_the_mails(client, reader):
    client.post("/language/", {"language": "en"})
    assert User.objects.get(pk=reader.pk).language == "en"

    client.post("/language/", {"language": "tlh"})
    assert User.objects.get(pk=reader.pk).language == "en"


def test_the_inbox_takes_as_many_queries_for_many_as_for_one(
    client, store, django_assert_num_queries, django_assert_max_num_queries
):
    tell(store)
    with django_assert_max_num_queries(100) as for_one:
        client.get(INBOX)
    for _ in range(9):
        tell(store)

    with django_assert_num_queries(len(for_one)):
        client.get(INBOX)


def test_more_notices_than_fit_go_on_the_next_page(client, store):
    for _ in range(31):
        tell(store)

    assert "?page=2" in client.get(INBOX).text
    assert client.get(f"{INBOX}?page=2").text.count("has joined") == 1
