"""What platform staff can do in the admin, and what no page of it ever shows."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from merchants import applications
from merchants.models import (
    Application,
    Connection,
    Membership,
    NoticeKind,
    NoticeMail,
    Role,
    Store,
    User,
)
from merchants.notices import notify
from merchants.seed import seed_people, seed_policy
from merchants.tests.factories import (
    give_second_factor,
    make_brand,
    make_connection,
    make_invitation,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

STEPS = ["claim", "approve", "ask", "reject", "overturn", "uphold"]
YES = {"confirmed": "True"}
NO = {"reasons": ["score_below", "category_differs"], "note": "We see 4.3."}
ENGLISH = {"accept-language": "en"}
LISTS = [
    "merchants/application",
    "merchants/brand",
    "merchants/brandgrant",
    "merchants/connection",
    "merchants/invitation",
    "merchants/membership",
    "merchants/noticemail",
    "merchants/policyversion",
    "merchants/store",
    "merchants/user",
    "auth/group",
]


@pytest.fixture
def people(db):
    seed_policy()
    seed_people()


@pytest.fixture
def reviewer(people):
    return logged_in("reviewer@demo.redcat.test")


@pytest.fixture
def boss(people):
    return logged_in("admin@demo.redcat.test")


@pytest.fixture
def application(people):
    brand = make_brand("camellia", "茶花")
    store = make_store(brand, status="registered")
    make_connection(store, "top")
    with scope(Hat.WEB, brand=brand.pk):
        return applications.submit_application(store, by=make_user())


@pytest.fixture
def page(application):
    return f"/admin/merchants/application/{application.pk}/"


def logged_in(email):
    client, user = Client(), User.objects.get(email=email)
    client.force_login(user)
    give_second_factor(client, user)
    return client


def claim(client, application):
    client.post(action_url(application, "claim"), {"confirmed": "True"})


def reread(application):
    with scope(Hat.ADMIN):
        return Application.objects.select_related("store").get(pk=application.pk)


def test_a_reviewer_sees_who_waits_and_for_how_long(reviewer, application):
    text = reviewer.get("/admin/merchants/application/?status__exact=submitted").text

    assert str(application) in text
    assert "茶花官方旗舰店1" in text


def test_a_reviewer_reads_facts_verdicts_and_events(reviewer, page):
    text = reviewer.get(f"{page}change/", headers=ENGLISH).text

    assert "Overall ≥ 4.5" in text
    assert "Draft → Submitted" in text
    assert 'name="_save"' not in text


def test_a_reviewer_approves(reviewer, application, page):
    claim(reviewer, application)
    action = action_url(application, "approve")
    assert reviewer.get(action).status_code == 200
    assert reread(application).status == "in_review"

    reviewer.post(action, {"confirmed": "True"})

    decided = reread(application)
    assert (decided.status, decided.store.status) == ("approved", "approved")
    with scope(Hat.ADMIN):
        assert LogEntry.objects.first().object_repr == str(application)


def test_a_reviewer_rejects_with_reasons_and_a_note(reviewer, application):
    claim(reviewer, application)
    reviewer.post(action_url(application, "reject"), NO)

    decided = reread(application)
    assert (decided.status, decided.reason) == ("rejected", "We see 4.3.")
    assert decided.reasons == ["score_below", "category_differs"]


@pytest.mark.parametrize(
    "form", [{}, {"reasons": []}, {"reasons": ["none"]}, {"reasons": ["other"], "note": "  "}]
)
def test_a_rejection_without_a_reason_in_words_is_refused(reviewer, application, form):
    claim(reviewer, application)
    response = reviewer.post(action_url(application, "reject"), form or {"note": "no"})

    assert response.status_code == 422
    assert reread(application).status == "in_review"


def test_the_second_of_two_reviewers_gets_a_clear_line(reviewer, boss, application):
    claim(boss, application)
    boss.post(action_url(application, "reject"), NO)

    response = reviewer.post(action_url(application, "approve"), YES, follow=True, headers=ENGLISH)

    assert "A Rejected application cannot become Approved." in response.text
    assert reread(application).status == "rejected"


def test_what_another_reviewer_holds_cannot_be_claimed_or_decided(reviewer, boss, application):
    claim(boss, application)

    said = reviewer.post(action_url(application, "claim"), YES, follow=True, headers=ENGLISH)
    assert "平台管理员 is reviewing this application until" in said.text
    said = reviewer.post(action_url(application, "approve"), YES, follow=True, headers=ENGLISH)
    assert "平台管理员 has taken this application over. Nothing was decided." in said.text
    assert reread(application).status == "in_review"


def test_a_decision_is_offered_only_to_who_holds_the_claim(reviewer, boss, application, page):
    approve = action_url(application, "approve")
    assert approve not in boss.get(f"{page}change/").text
    claim(boss, application)

    assert approve in boss.get(f"{page}change/").text
    assert approve not in reviewer.get(f"{page}change/").text


def test_a_decided_application_offers_no_step(boss, application, page):
    claim(boss, application)
    boss.post(action_url(application, "approve"), YES)

    text = boss.get(f"{page}change/").text
    assert action_url(application, "claim") not in text
    assert action_url(application, "approve") not in text


def test_a_reviewer_asks_the_brand(reviewer, application):
    claim(reviewer, application)
    reviewer.post(action_url(application, "ask"), {"question": "Whose licence is this?"})

    assert (reread(application).status, reread(application).asked) == (
        "needs_info",
        "Whose licence is this?",
    )


@pytest.mark.parametrize(("step", "outcome"), [("uphold", "upheld"), ("overturn", "overturned")])
def test_an_appeal_is_judged_by_another_reviewer(reviewer, boss, application, step, outcome):
    claim(reviewer, application)
    reviewer.post(action_url(application, "reject"), NO)
    with scope(Hat.ADMIN):
        applications.appeal_application(application, text="It is 4.8.", by=make_user("m@x.test"))

    claim(reviewer, application)
    reviewer.post(action_url(application, step), {"note": "Seen."})
    assert reread(application).status == "appealed"
    claim(boss, application)
    boss.post(action_url(application, step), {"note": "Seen."})
    assert reread(application).status == outcome


def test_the_list_tells_what_is_free_from_what_is_mine(reviewer, boss, application):
    free, mine = (f"/admin/merchants/application/?hands={hands}" for hands in ("free", "mine"))
    assert str(application) in reviewer.get(free).text
    claim(boss, application)

    assert str(application) not in reviewer.get(free).text
    assert str(application) not in reviewer.get(mine).text
    assert str(application) in boss.get(mine).text


def test_staff_without_the_right_decides_nothing(people, application):
    make_user("trainee@example.test", is_staff=True)
    trainee = logged_in("trainee@example.test")

    for name in STEPS:
        response = trainee.post(action_url(application, name), YES | NO)
        assert response.status_code == 403
    assert reread(application).status == "submitted"


def test_a_brands_owner_is_sent_away_from_the_admin(people, page):
    owner = logged_in("owner@demo.redcat.test")

    assert owner.get("/admin/").status_code in (302, 403)
    assert owner.get(f"{page}change/").status_code in (302, 403)


def test_a_reviewer_opens_applications_but_no_users(reviewer):
    assert reviewer.get("/admin/merchants/application/").status_code == 200
    assert reviewer.get("/admin/merchants/user/").status_code == 403
    assert "/admin/merchants/user/" not in reviewer.get("/admin/").text


@pytest.mark.parametrize("name", LISTS)
def test_an_admin_opens_every_list_and_searches_it(boss, application, name):
    assert boss.get(f"/admin/{name}/").status_code == 200
    assert boss.get(f"/admin/{name}/?q=a").status_code in (200, 302)


@pytest.mark.parametrize("model", [Application, Connection, Store, Membership, User])
def test_an_admin_opens_a_row_of_each_kind(boss, application, model):
    with scope(Hat.ADMIN):
        pk = model.objects.first().pk
    url = f"/admin/merchants/{model._meta.model_name}/{pk}/change/"
    assert boss.get(url).status_code == 200


def test_no_page_shows_a_token(boss, application):
    with scope(Hat.ADMIN):
        connection = Connection.objects.get()
    text = boss.get(f"/admin/merchants/connection/{connection.pk}/change/").text

    assert connection.access_token not in text
    assert "sealed" not in text
    assert str(bytes(connection.access_sealed)) not in text


def test_nobody_deletes_what_others_refer_to(boss, application, page):
    assert boss.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    user = User.objects.get(email="viewer@demo.redcat.test")
    response = boss.post(f"/admin/merchants/user/{user.pk}/delete/", {"post": "yes"})
    assert response.status_code == 403


def test_an_admin_invites_a_person(boss):
    new = {"email": "new@example.test", "name": "New", "usable_password": "true"}
    words = {"password1": "a-long-passphrase", "password2": "a-long-passphrase"}

    response = boss.post("/admin/merchants/user/add/", new | words)

    assert response.status_code == 302
    assert User.objects.get(email="new@example.test").check_password("a-long-passphrase")


def test_an_admin_narrows_a_membership_to_a_store_of_its_brand(boss, people):
    with scope(Hat.ADMIN):
        membership = Membership.objects.get(user__email="viewer@demo.redcat.test")
        brand = membership.brand
    own, foreign = make_store(brand), make_store(make_brand("camellia", "茶花"))
    url = f"/admin/merchants/membership/{membership.pk}/change/"

    assert boss.post(url, narrowing(membership, foreign)).status_code == 200
    assert boss.post(url, narrowing(membership, own)).status_code == 302
    with scope(Hat.ADMIN):
        assert list(membership.stores.all()) == [own]


@pytest.mark.parametrize("step", ["change", "delete"])
def test_an_admin_too_leaves_a_brand_its_last_owner(boss, people, step):
    with scope(Hat.ADMIN):
        owner = Membership.objects.get(user__email="owner@demo.redcat.test")
    url = f"/admin/merchants/membership/{owner.pk}/{step}/"
    demotion = {"role": "viewer", "stores-TOTAL_FORMS": "0", "stores-INITIAL_FORMS": "0"}

    answer = boss.post(url, demotion | {"post": "yes"}, headers={"accept-language": "en"})

    assert answer["Location"] == url
    assert "last owner" in boss.get(url, headers={"accept-language": "en"}).text
    with scope(Hat.ADMIN):
        assert Membership.objects.get(pk=owner.pk).role == Role.OWNER


def test_an_admin_reads_who_is_invited_but_no_token(boss, people):
    with scope(Hat.ADMIN):
        brand = Membership.objects.select_related("brand")[0].brand
    invitation, _token = make_invitation(brand)
    url = f"/admin/merchants/invitation/{invitation.pk}/change/"

    for page in (url, "/admin/merchants/invitation/"):
        text = boss.get(page).text
        assert invitation.email in text
        assert invitation.token_hash not in text
    assert boss.post(url, {"role": "owner"}).status_code == 403


def narrowing(membership, store):
    return {
        "role": membership.role,
        "stores-TOTAL_FORMS": "1",
        "stores-INITIAL_FORMS": "0",
        "stores-0-store": store.pk,
        "stores-0-membership": membership.pk,
    }


def action_url(application, name):
    return f"/admin/merchants/application/{application.pk}/{name}/"


@pytest.mark.parametrize("oddity", ["abc", "0", "9" * 30, "1'", "_00"])
@pytest.mark.parametrize("page", ["change", *STEPS])
def test_an_application_that_is_none_is_no_error_of_ours(boss, oddity, page):
    response = boss.get(f"/admin/merchants/application/{oddity}/{page}/", follow=True)

    assert response.status_code in {200, 404}


def test_the_side_bar_counts_the_applications_that_wait(boss, application):
    assert re.search(r"min-w-\[18px\][^>]*>1<", boss.get("/admin/").text)


def test_the_side_bar_shows_no_empty_count(boss):
    assert "min-w-[18px]" not in boss.get("/admin/").text


def test_staff_have_an_unsure_mail_sent_again_and_the_log_keeps_who(boss, application):
    with scope(Hat.ADMIN):
        user = make_user("reader@example.test")
        Membership.objects.create(brand=application.brand, user=user, role="owner")
        notify(application.store, NoticeKind.HANDED_IN, application=str(application))
        NoticeMail.objects.update(status="unsure")
        mail = NoticeMail.objects.get()
    form = {"action": "send_again", "_selected_action": mail.pk}

    said = [
        boss.post("/admin/merchants/noticemail/", form, follow=True, headers=ENGLISH).text
        for _ in range(2)
    ]

    assert "1 mail is owed." in said[0]
    assert "Only unsure and failed mails are sent again." in said[1]
    with scope(Hat.ADMIN):
        assert LogEntry.objects.get().object_repr == mail.message_id
