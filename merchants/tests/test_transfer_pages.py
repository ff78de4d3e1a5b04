"""The pages by which a store goes to another brand, seen from either side and by the platform."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from merchants import transfers
from merchants.models import (
    Brand,
    ReleaseStatus,
    Role,
    Store,
    StoreRelease,
    StoreTransfer,
    User,
)
from merchants.ownership import KEY
from merchants.tests.factories import (
    give_second_factor,
    make_application,
    make_brand,
    make_connection,
    make_membership,
    make_store,
    make_transfer,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

ENGLISH = {"accept-language": "en"}
STORES = "/b/shancha/stores/"
ASK = f"{STORES}transfers/ask/"
WORDS = {"reason": "The trademark is ours now.", "evidence": "Contract of 2025-06-01."}


@pytest.fixture
def holder(db):
    holder = make_brand("yejing", "野径")
    make_membership(holder, make_user("holder@example.test"))
    return holder


@pytest.fixture
def store(holder):
    store = make_store(holder, domain="yejing")
    make_connection(store, "top")
    return store


@pytest.fixture
def asker(client_as, store):
    """The owner of the brand whose seller has just consented for the store."""
    client = client_as(Role.OWNER)
    prove(client, store)
    return client


@pytest.fixture
def asked(brand, store):
    return make_transfer(brand, store)


@pytest.fixture
def answer_url(asked, store):
    return f"/b/yejing/stores/{store.pk}/transfer/{asked[1].pk}/"


@pytest.fixture
def owner(holder):
    return logged_in("holder@example.test")


@pytest.fixture
def decider(db):
    return staff("decider", "view_storetransfer", "decide_storetransfer")


def logged_in(email):
    client = Client(headers=ENGLISH)
    client.force_login(User.objects.get(email=email))
    return client


def staff(name, *codenames):
    user = make_user(f"{name}@example.test", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = logged_in(user.email)
    give_second_factor(client, user)
    return client


def prove(client, store, **changes):
    session = client.session
    with scope(Hat.ADMIN):
        brand = Brand.objects.get(slug="shancha").pk
    proof = {"brand": brand, "until": 9e9, "nick": store.nick, "title": store.title}
    session[KEY] = proof | {"seller_id": store.seller_id} | changes
    session.save()


def stored(model):
    with scope(Hat.ADMIN):
        return list(model.objects.order_by("pk"))


def released(asked):
    """Let the holder agree and the platform approve."""
    transfer, release = asked
    with scope(Hat.ADMIN):
        release.move_to(ReleaseStatus.AGREED)
        admin = make_user("chief@example.test", is_staff=True)
        transfers.approve_transfer(transfer, reason="The mark moved.", by=admin)


def admin_page(transfer, step="change"):
    return f"/admin/merchants/storetransfer/{transfer.pk}/{step}/"


def test_the_page_says_what_will_happen_before_it_is_asked(asker, store):
    text = asker.get(ASK, headers=ENGLISH).text

    assert store.title in text
    assert "is told that 山茶 asks for it" in text
    assert "You are not told which brand it is" in text
    assert "野径" not in text.replace(store.title, "").replace(store.nick, "")


def test_a_request_is_kept_and_stands_in_the_list(asker, store):
    response = asker.post(ASK, WORDS, headers=ENGLISH, follow=True)

    assert response.redirect_chain[-1][0] == STORES
    assert "Transfer requested" in response.text
    assert "Withdraw the request" in response.text
    (transfer,) = stored(StoreTransfer)
    assert (transfer.reason, transfer.evidence) == tuple(WORDS.values())
    assert KEY not in asker.session


def test_a_request_without_a_reason_is_refused_and_keeps_what_was_typed(asker):
    response = asker.post(ASK, WORDS | {"reason": " "}, headers=ENGLISH)

    assert response.status_code == 422
    assert "Contract of 2025-06-01." in response.text
    assert stored(StoreTransfer) == []


@pytest.mark.parametrize("spoilt", [{"until": 0}, {"brand": 0}])
def test_without_tmalls_word_nothing_can_be_asked_for(client_as, store, spoilt):
    client = client_as(Role.OWNER)
    prove(client, store, **spoilt)

    response = client.post(ASK, WORDS, headers=ENGLISH, follow=True)

    assert "First show at Tmall that the store is yours" in response.text
    assert stored(StoreTransfer) == []


def test_a_request_is_withdrawn_after_one_question(client_as, asked):
    client, url = client_as(Role.OWNER), f"{STORES}transfers/{asked[0].pk}/withdraw/"

    assert "Yes, withdraw the request" in client.get(url, headers=ENGLISH).text
    assert stored(StoreTransfer)[0].status == "requested"
    assert "is withdrawn" in client.post(url, headers=ENGLISH, follow=True).text
    assert stored(StoreTransfer)[0].status == "withdrawn"


def test_the_store_page_asks_the_present_owner(owner, asked, store, answer_url):
    text = owner.get(f"/b/yejing/stores/{store.pk}/").text

    assert "山茶 asks for this store" in text
    assert answer_url in text


def test_the_results_say_that_an_answer_is_wanted_and_nothing_once_it_is_over(owner, asked):
    assert "山茶 asks for this store. Agree or object by" in owner.get("/b/yejing/results/").text

    released(asked)

    assert "Needs you now" not in owner.get("/b/yejing/results/").text


def test_whoever_may_not_answer_reads_of_it_all_the_same(holder, asked, store, answer_url):
    make_membership(holder, make_user("viewer@example.test"), Role.VIEWER)

    text = logged_in("viewer@example.test").get(f"/b/yejing/stores/{store.pk}/").text

    assert "山茶 asks for this store" in text
    assert answer_url not in text


@pytest.mark.parametrize(("answer", "status"), [("agree", "agreed"), ("object", "objected")])
def test_an_owner_agrees_or_objects(owner, asked, answer_url, answer, status):
    posted = {"answer": answer, "text": "Our contract runs on."}

    assert "is kept" in owner.post(answer_url, posted, follow=True).text
    (release,) = stored(StoreRelease)
    assert (release.status, release.answer) == (status, "Our contract runs on.")


def test_an_objection_without_a_reason_is_refused(owner, asked, answer_url):
    response = owner.post(answer_url, {"answer": "object"})

    assert response.status_code == 422
    assert "Say why the store should stay" in response.text


def test_after_its_day_the_page_takes_no_answer(owner, asked, answer_url, monkeypatch):
    late = asked[1].answer_by + timedelta(days=1)
    monkeypatch.setattr(days, "today", lambda: late)

    assert "Send the answer" not in owner.get(answer_url).text
    assert owner.post(answer_url, {"answer": "agree"}).status_code == 422


def test_a_released_store_is_looked_back_at(owner, asked, store):
    released(asked)

    text = owner.get(f"/b/yejing/stores/{store.pk}/").text

    assert f"Released on {days.today()} to another brand" in text
    assert "Hand in" not in text
    assert "Renew" not in text
    assert "Released on" in owner.get("/b/yejing/stores/").text
    assert "its figures end there" in owner.get("/b/yejing/results/").text


@pytest.mark.parametrize("step", ["facts/", "application/", "application/withdraw/"])
def test_a_page_that_was_open_before_the_release_changes_nothing(owner, asked, store, step):
    make_application(store)
    released(asked)

    posted = {"category": "food", "overall_score": "4.9"}
    response = owner.post(f"/b/yejing/stores/{store.pk}/{step}", posted)

    assert response.status_code == 422
    assert "was released to another brand" in response.text


@pytest.mark.parametrize("step", ["juguang", "pugongying"])
def test_a_released_store_is_given_no_consent(owner, asked, store, step):
    released(asked)

    response = owner.get(f"/b/yejing/stores/{store.pk}/{step}/")

    assert response.status_code == 404


def test_the_list_takes_as_many_queries_for_ten_requests_as_for_one(client_as, brand, holder):
    client = client_as(Role.OWNER)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(STORES)
        return len(captured)

    make_transfer(brand, make_store(holder, 1))
    for_one = queries()
    for n in range(2, 11):
        make_transfer(brand, make_store(holder, n))
    assert queries() == for_one


def test_the_platform_sees_both_sides_and_finds_by_either(decider, asked):
    transfer, _release = asked
    text = decider.get(admin_page(transfer)).text

    assert "山茶" in text
    assert "野径" in text
    assert "Approve the transfer" in text


@pytest.mark.parametrize(("asked_for", "found"), [("山茶", 1), ("野径", 1), ("别家", 0)])
def test_a_transfer_is_found_by_either_brand(decider, asked, asked_for, found):
    page = decider.get("/admin/merchants/storetransfer/", {"q": asked_for})

    assert page.context["cl"].result_count == found


def test_a_decision_is_asked_once_with_what_it_means(decider, asked, store):
    owner_agrees(asked)

    page = decider.get(admin_page(asked[0], "approve"))
    assert "can&#x27;t be undone" in page.text
    assert stored(StoreTransfer)[0].status == "requested"

    decider.post(admin_page(asked[0], "approve"), {"reason": "The mark moved."})
    assert stored(StoreTransfer)[0].status == "approved"
    assert stored(Store)[0].released_at is not None


def owner_agrees(asked):
    with scope(Hat.ADMIN):
        asked[1].move_to(ReleaseStatus.AGREED)


def test_a_decision_without_a_reason_is_refused(decider, asked):
    response = decider.post(admin_page(asked[0], "reject"), {"reason": ""})

    assert response.status_code == 422
    assert stored(StoreTransfer)[0].status == "requested"


def test_too_early_an_approval_is_refused_and_told(decider, asked):
    page = admin_page(asked[0], "approve")

    answers = decider.get(page, follow=True), decider.post(page, {"reason": "No."}, follow=True)

    assert all("only the present brand&#x27;s consent" in answer.text for answer in answers)
    assert stored(StoreTransfer)[0].status == "requested"


def test_a_reviewer_without_the_right_does_not_decide(asked):
    reviewer = staff("reviewer", "view_storetransfer")

    assert "Approve the transfer" not in reviewer.get(admin_page(asked[0])).text
    for step in ("approve", "reject"):
        assert reviewer.post(admin_page(asked[0], step), {"reason": "Mine."}).status_code == 403
    assert stored(StoreTransfer)[0].status == "requested"


def test_the_admins_list_takes_as_many_queries_for_ten_as_for_one(decider, brand, holder):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            decider.get("/admin/merchants/storetransfer/")
        return len(captured)

    make_transfer(brand, make_store(holder, 1))
    for_one = queries()
    for n in range(2, 11):
        make_transfer(brand, make_store(holder, n))
    assert queries() == for_one
