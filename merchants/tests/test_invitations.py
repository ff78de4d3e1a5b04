"""An invitation, from the owner's form to the new member: whoever proves the address, once."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from merchants import members
from merchants.models import Invitation, Membership, Role
from merchants.models.invitations import hash_token
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
WISH = {"email": "Wu@example.test", "role": "marketer", "reach": "all"}
EN = {"accept-language": "en"}


@pytest.fixture
def owner(client_as) -> Client:
    return client_as(Role.OWNER)


@pytest.fixture
def wu(db) -> Client:
    client = Client(headers=EN)
    client.force_login(make_user("wu@example.test", name="吴"))
    return client


def token_in(message) -> str:
    return re.search(r"^http://\S+/invitations/(\S+)/$", message.body, re.MULTILINE).group(1)


def stored(brand) -> list[Invitation]:
    with scope(Hat.WEB, brand=brand.pk):
        return list(brand.invitations.newest_first())


def place_of(brand, email="wu@example.test") -> tuple[str, tuple[int, ...]]:
    with scope(Hat.WEB, brand=brand.pk):
        membership = brand.memberships.get(user__email=email)
        membership.load_stores()
    return membership.role, membership.narrowed_to


def test_an_owner_invites_and_the_mail_holds_the_link(owner, brand):
    answer = owner.post(LIST + "invite/", WISH, headers=EN)

    assert answer["Location"] == LIST
    [sent] = mail.outbox
    assert sent.to == ["wu@example.test"]
    assert sent.subject == "RedCat · Invitation to 山茶"
    assert [each.token_hash for each in stored(brand)] == [hash_token(token_in(sent))]


def test_the_invitation_is_chinese_where_the_owner_reads_chinese(owner):
    owner.post(LIST + "invite/", WISH, headers={"accept-language": "zh-CN"})

    [sent] = mail.outbox
    assert sent.subject == "红猫 · 邀请你加入“山茶”"
    assert "角色是运营" in sent.body


def test_the_token_is_kept_nowhere_but_in_the_mail(owner, brand):
    owner.post(LIST + "invite/", WISH)

    token = token_in(mail.outbox[0])
    assert token not in owner.get(LIST).text
    assert token not in str([vars(each) for each in stored(brand)])


def test_the_invited_person_joins_with_the_role_and_stores_offered(wu, brand):
    store = make_store(brand)
    make_store(brand, 2)
    invitation, token = make_invitation(brand, role=Role.MARKETER, stores=(store,))
    action = f"/invitations/{invitation.pk}/accept/"
    assert action in wu.get(f"/invitations/{token}/").text

    assert wu.post(action)["Location"] == "/b/shancha/"

    assert place_of(brand) == (Role.MARKETER, (store.pk,))
    assert wu.get("/b/shancha/stores/").text.count("官方旗舰店1</a>") == 1
    assert "官方旗舰店2" not in wu.get("/b/shancha/stores/").text


def test_an_invitation_works_once(wu, brand):
    invitation, token = make_invitation(brand)
    wu.post(f"/invitations/{invitation.pk}/accept/")

    again = wu.post(f"/invitations/{invitation.pk}/accept/", follow=True)
    assert "no longer open" in again.text
    assert "was accepted" in wu.get(f"/invitations/{token}/").text


def test_home_shows_what_waits_before_any_brand(wu, brand):
    make_membership(make_brand("yejing", "野径"), make_user("x@example.test"))
    invitation, _token = make_invitation(brand)

    page = wu.get("/")

    assert "山茶" in page.text
    assert f"/invitations/{invitation.pk}/accept/" in page.text


def test_somebody_else_is_told_whose_the_invitation_is_and_cannot_take_it(brand):
    invitation, token = make_invitation(brand)
    other = Client(headers=EN)
    other.force_login(make_user("zheng@example.test"))

    page = other.get(f"/invitations/{token}/").text
    assert "signed in as zheng@example.test, but the invitation is for wu@example.test" in page
    assert "/accept/" not in page
    assert other.post(f"/invitations/{invitation.pk}/accept/").status_code == 404


def test_an_address_that_is_not_proved_takes_nothing(wu, brand):
    invitation, _token = make_invitation(brand)
    EmailAddress.objects.update(verified=False)

    assert wu.post(f"/invitations/{invitation.pk}/accept/").status_code == 404


def test_the_database_alone_shows_an_invitation_only_to_its_proved_address(wu, brand):
    make_invitation(brand)
    user = EmailAddress.objects.get(email="wu@example.test").user

    with scope(Hat.WEB, user=user.pk):
        assert Invitation.objects.count() == 1
    with scope(Hat.WEB, user=make_user("zheng@example.test").pk):
        assert not Invitation.objects.exists()
    EmailAddress.objects.update(verified=False)
    with scope(Hat.WEB, user=user.pk):
        assert not Invitation.objects.exists()


def test_the_pages_own_filter_alone_asks_for_a_proved_address(wu, brand):
    make_invitation(brand)
    user = EmailAddress.objects.get(email="wu@example.test").user

    with scope(Hat.ADMIN):
        assert Invitation.objects.sent_to(user).exists()
        assert not Invitation.objects.sent_to(make_user("zheng@example.test")).exists()
        EmailAddress.objects.update(verified=False)
        assert not Invitation.objects.sent_to(user).exists()


def test_an_invitation_alone_makes_nobody_a_member_in_the_database(wu, brand):
    make_invitation(brand, role=Role.OWNER)
    user = EmailAddress.objects.get(email="wu@example.test").user

    refused = pytest.raises(ProgrammingError, match="row-level security")
    with refused, transaction.atomic(), scope(Hat.WEB, user=user.pk):
        Membership.objects.create(brand=brand, user=user, role=Role.OWNER)


@pytest.mark.parametrize(
    ("field", "days", "said"),
    [("expires_at", -1, "has expired"), ("revoked_at", 0, "was revoked")],
)
def test_an_invitation_that_is_over_says_so_and_cannot_be_accepted(wu, brand, field, days, said):
    over = {field: timezone.now() + timedelta(days=days)}
    invitation, token = make_invitation(brand, **over)

    assert said in wu.get(f"/invitations/{token}/").text
    answer = wu.post(f"/invitations/{invitation.pk}/accept/", follow=True)
    assert "no longer open" in answer.text
    assert wu.get("/b/shancha/").status_code == 404


def test_sending_again_kills_the_first_link_and_opens_seven_more_days(owner, brand):
    expired = timezone.now() - timedelta(days=1)
    invitation, token = make_invitation(brand, expires_at=expired)

    owner.post(f"/b/shancha/settings/invitations/{invitation.pk}/resend/")

    assert owner.get(f"/invitations/{token}/").status_code == 404
    assert owner.get(f"/invitations/{token_in(mail.outbox[0])}/").status_code == 200
    assert not stored(brand)[0].is_expired


def test_an_invitation_is_sent_five_times_at_most(owner, brand):
    invitation, _token = make_invitation(brand, times_sent=5)

    answer = owner.post(f"/b/shancha/settings/invitations/{invitation.pk}/resend/", headers=EN)

    assert answer.status_code == 422
    assert "sent 5 times" in answer.text
    assert mail.outbox == []


def test_a_brand_invites_fifty_people_a_day_at_most(owner, brand):
    for n in range(50):
        make_invitation(brand, f"n{n}@example.test")

    assert owner.post(LIST + "invite/", WISH).status_code == 422


def test_a_revoked_invitation_can_be_followed_by_another(owner, brand):
    invitation, _token = make_invitation(brand)
    owner.post(f"/b/shancha/settings/invitations/{invitation.pk}/revoke/")

    assert owner.post(LIST + "invite/", WISH).status_code == 302
    assert len(stored(brand)) == 2


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"email": "wu"}, "valid email"),
        ({"email": "owner@example.test"}, "is a member already"),
        ({"email": "invited@example.test"}, "is invited already"),
        ({"role": "emperor"}, "Select a valid choice"),
        ({"reach": "chosen"}, "at least one store"),
        ({"reach": "chosen", "stores": "999999"}, "Select a valid choice"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_its_reason(owner, brand, wish, said):
    make_store(brand)
    make_invitation(brand, "invited@example.test")

    answer = owner.post(LIST + "invite/", WISH | wish, headers=EN)

    assert answer.status_code == 422
    assert said in answer.text
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("step", "wish"),
    [
        ("suspend/", {}),
        ("remove/", {}),
        ("", {"role": "marketer", "reach": "all"}),
    ],
)
def test_who_loses_the_right_to_invite_leaves_no_invitation_behind(owner, wu, brand, step, wish):
    user = make_user("second@example.test")
    second = make_membership(brand, user, Role.OWNER)
    invitation, _token = make_invitation(brand, role=Role.OWNER, invited_by=user)

    owner.post(f"{LIST}{second.pk}/{step}", wish)

    assert stored(brand)[0].revoked_at
    answer = wu.post(f"/invitations/{invitation.pk}/accept/", follow=True)
    assert "no longer open" in answer.text


def test_whoever_was_demoted_meanwhile_invites_nobody(brand):
    make_membership(brand, make_user("first@example.test"), Role.OWNER)
    second = make_membership(brand, make_user("second@example.test"), Role.OWNER)
    with scope(Hat.WEB, brand=brand.pk):
        brand.memberships.filter(pk=second.pk).update(role=Role.VIEWER)
        with pytest.raises(Refused, match=r"不再是|no longer"):
            members.invite(brand, "x@example.test", members.Place(Role.OWNER), by=second)


def test_a_mail_that_cannot_be_sent_is_said_and_the_invitation_stays(owner, brand, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    answer = owner.post(LIST + "invite/", WISH, headers=EN, follow=True)

    assert "could not be sent" in answer.text
    assert len(stored(brand)) == 1


def test_a_narrowed_owner_invites_for_their_own_stores_only(brand, client):
    mine, other = make_store(brand, 1), make_store(brand, 2)
    client.force_login(user := make_user("narrow@example.test"))
    me = make_membership(brand, user, Role.OWNER, stores=(mine,))

    for reach in ({"reach": "all"}, {"reach": "chosen", "stores": [mine.pk, other.pk]}):
        assert client.post(LIST + "invite/", WISH | reach).status_code == 422
    wish = WISH | {"reach": "chosen", "stores": [mine.pk]}
    assert client.post(LIST + "invite/", wish).status_code == 302
    with scope(Hat.WEB, brand=brand.pk), pytest.raises(Refused, match=r"超出|beyond"):
        members.invite(brand, "x@example.test", members.Place(Role.VIEWER), by=me)


def test_a_narrowed_owner_touches_no_invitation_beyond_their_stores(brand, client):
    mine = make_store(brand, 1)
    client.force_login(user := make_user("narrow@example.test"))
    make_membership(brand, user, Role.OWNER, stores=(mine,))
    invitation, _token = make_invitation(brand)

    for move in ("resend", "revoke"):
        url = f"/b/shancha/settings/invitations/{invitation.pk}/{move}/"
        assert client.post(url).status_code == 422
    assert mail.outbox == []
