"""Staff suspend a store with a reason that the brand reads, and only they lift it."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import translation

from merchants import suspension, tasks
from merchants.models import Notice, Participation, ParticipationEvent, Store, User
from merchants.seed import seed_people, seed_policy
from merchants.services import Refused
from merchants.tests.factories import (
    give_second_factor,
    make_brand,
    make_connection,
    make_membership,
    make_participation,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

ENGLISH = {"accept-language": "en"}
WHY = {"reason": "Counterfeit goods were sold."}


@pytest.fixture(autouse=True)
def own_clock_in_english(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with translation.override("en"):
        yield


@pytest.fixture
def people(db):
    seed_policy()
    seed_people()


@pytest.fixture
def store(people):
    brand = make_brand("camellia", "茶花")
    store = make_store(brand, title="茶花旗舰店")
    make_connection(store, "top")
    make_membership(brand, make_user("reader@example.test"))
    return store


@pytest.fixture
def admin(people):
    return logged_in("admin")


@pytest.fixture
def reviewer(people):
    return logged_in("reviewer")


def logged_in(name):
    client = Client(headers=ENGLISH)
    user = User.objects.get(email=f"{name}@demo.redcat.test")
    client.force_login(user)
    give_second_factor(client, user)
    return client


def url(store, step):
    return f"/admin/merchants/store/{store.pk}/{step}/"


def standing(store):
    with scope(Hat.ADMIN):
        return Participation.objects.get(store=store)


def told():
    with scope(Hat.ADMIN):
        return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def lower_the_score(store):
    scores = ("overall_score", "description_score", "service_score", "logistics_score")
    with scope(Hat.NIGHT):
        Store.objects.filter(pk=store.pk).update(**dict.fromkeys(scores, "4.3"))


def test_an_admin_is_asked_once_and_suspends_with_a_reason(admin, store):
    page = admin.get(url(store, "suspend"))
    assert "Its links are paused at once" in page.text

    said = admin.post(url(store, "suspend"), WHY, follow=True)

    assert "the brand has been told" in said.text
    found = standing(store)
    assert (found.status, found.held_because, found.held_from) == (
        "suspended",
        WHY["reason"],
        "good",
    )
    assert told() == ["held"]
    with scope(Hat.ADMIN):
        event = ParticipationEvent.objects.get()
        assert (event.actor.email, event.note) == ("admin@demo.redcat.test", WHY["reason"])
    with scope(Hat.ADMIN):
        assert LogEntry.objects.get().object_repr == "茶花旗舰店"


@pytest.mark.parametrize("step", ["suspend", "lift"])
def test_a_step_without_a_reason_is_not_taken(admin, store, step):
    if step == "lift":
        admin.post(url(store, "suspend"), WHY)
    before = told()

    assert admin.post(url(store, step), {"reason": "  "}).status_code == 422
    assert told() == before


@pytest.mark.parametrize("step", ["suspend", "lift"])
def test_a_reviewer_may_not(reviewer, store, step):
    assert reviewer.get(url(store, "change")).status_code == 200
    assert url(store, step) not in reviewer.get(url(store, "change")).text
    assert reviewer.get(url(store, step)).status_code == 403
    assert reviewer.post(url(store, step), WHY).status_code == 403
    assert told() == []


def test_each_step_is_offered_where_it_can_be_taken(admin, store):
    waiting = make_store(store.brand, 2, status="registered")
    assert url(store, "suspend") in admin.get(url(store, "change")).text
    assert url(waiting, "suspend") not in admin.get(url(waiting, "change")).text
    admin.post(url(store, "suspend"), WHY)

    text = admin.get(url(store, "change")).text
    assert url(store, "suspend") not in text
    assert url(store, "lift") in text
    assert WHY["reason"] in text


@pytest.mark.parametrize(
    ("step", "words"),
    [("suspend", "suspended this store already"), ("lift", "has not suspended")],
)
def test_a_second_time_is_refused_in_words(admin, store, step, words):
    for _ in range(2):
        admin.post(url(store, "suspend"), WHY)
    text = ""
    for _ in range(2):
        text = admin.post(url(store, step), WHY, follow=True).text
    assert words in text


def test_a_store_that_has_not_joined_cannot_be_suspended(store):
    waiting = make_store(store.brand, 2, status="registered")
    with scope(Hat.ADMIN), pytest.raises(Refused, match="has joined"):
        suspension.suspend_store(waiting, reason="x", by=make_user())


def test_the_nightly_judgement_does_not_lift_it(admin, store):
    admin.post(url(store, "suspend"), WHY)
    days.set_demo_clock(days.DEMO_NOW + timedelta(days=40))

    tasks.requalify_store(store.pk)

    assert (standing(store).status, standing(store).judged_on) == ("suspended", days.today())
    assert told() == ["held"]


def test_when_it_is_lifted_a_store_that_meets_every_rule_is_in_good_standing(admin, store):
    admin.post(url(store, "suspend"), WHY)
    admin.post(url(store, "lift"), {"reason": "The goods were genuine."})

    found = standing(store)
    assert (found.status, found.held_because, found.is_held) == ("good", "", False)
    assert told() == ["held", "released"]


def test_when_it_is_lifted_a_store_goes_back_to_where_it_was_with_new_grace(admin, store):
    lower_the_score(store)
    make_participation(store, "restricted", until=date(2025, 6, 24), failing=["score"])
    admin.post(url(store, "suspend"), WHY)
    days.set_demo_clock(days.DEMO_NOW + timedelta(days=40))
    admin.post(url(store, "lift"), WHY)

    found = standing(store)
    assert (found.status, found.until) == ("restricted", date(2025, 8, 16))
    assert told() == ["held", "released", "restricted"]


def test_what_the_rules_suspended_stays_so_when_staff_let_go(admin, store):
    lower_the_score(store)
    make_participation(store, "suspended", failing=["score"])
    admin.post(url(store, "suspend"), WHY)
    admin.post(url(store, "lift"), WHY)

    assert (standing(store).status, standing(store).is_held) == ("suspended", False)


def test_a_suspension_can_be_lifted_while_no_policy_is_in_force(admin, store):
    days.set_demo_clock(days.starts_at(date(2025, 1, 2)))
    admin.post(url(store, "suspend"), WHY)
    admin.post(url(store, "lift"), WHY)

    assert standing(store).status == "good"


@pytest.mark.parametrize("status", ["good", "at_risk", "restricted", "suspended", "held"])
def test_the_list_is_filtered_by_how_stores_take_part(admin, store, status):
    fields = (
        {"status": status}
        if status != "held"
        else {"status": "suspended", "held_because": "x", "held_from": "good"}
    )
    make_participation(store, **fields)
    stores = "/admin/merchants/store/?participation="

    assert "茶花旗舰店" in admin.get(f"{stores}{status}").text
    other = "good" if status != "good" else "at_risk"
    assert "茶花旗舰店" not in admin.get(f"{stores}{other}").text


def test_the_brand_reads_the_reason_but_not_who(admin, store):
    admin.post(url(store, "suspend"), WHY)
    member = Client(headers=ENGLISH)
    member.force_login(User.objects.get(email="reader@example.test"))

    inbox = member.get("/b/camellia/notices/").text
    assert WHY["reason"] in inbox
    assert "平台管理员" not in inbox
