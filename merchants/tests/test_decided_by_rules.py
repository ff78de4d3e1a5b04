"""Applications that the rules alone decide, and where a person goes first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from celery import current_app
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.utils import translation

from merchants import applications, reasons, review_clock
from merchants.models import (
    Application,
    IllegalMove,
    Notice,
    PolicyVersion,
    Role,
    Store,
    StoreStatus,
)
from merchants.models.application import Claimed
from merchants.policies import decides_alone
from merchants.rules import KINDS
from merchants.services import Refused
from merchants.tasks import decide_by_rules
from merchants.tests.factories import (
    give_second_factor,
    make_connection,
    make_membership,
    make_policy,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

ENGLISH = {"accept-language": "en"}
TMALL = {"id": "store_type", "kind": "store_type"}
CONSENT = {"id": "consent", "kind": "connection", "partner": "top"}
FEE = {"id": "minimum_fee", "kind": "minimum_amount", "of": "fee", "floor": ""}
CATEGORY = {"id": "category", "kind": "category_allowed"}
SCORE = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}
LICENCE = {"id": "evidence_licence", "kind": "evidence", "document": "licence"}


@pytest.fixture(autouse=True)
def own_clock_in_english(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with translation.override("en"):
        yield


@pytest.fixture
def policy(db):
    return make_policy(rules=[TMALL, CONSENT, FEE], decides_by_itself=True)


@pytest.fixture
def store(brand, policy):
    store = make_store(brand, status=StoreStatus.REGISTERED)
    make_connection(store, "top")
    return store


@pytest.fixture
def user(db):
    return make_user()


@pytest.fixture
def reviewer(db):
    return make_user("first@example.test", name="Reviewer One", is_staff=True)


@pytest.fixture
def submitted(store, user):
    return submit(store, user)


@pytest.fixture
def rejected(store, submitted):
    consent(store, "revoked")
    decide_by_rules(submitted.pk)
    return reread()


@pytest.fixture
def tasks_at_once():
    """Run each task where it is sent; the setting can't be patched, it hides its default."""
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


def submit(store, user):
    with scope(Hat.WEB, brand=store.brand_id):
        return applications.submit_application(store, by=user)


def consent(store, status):
    with scope(Hat.NIGHT):
        store.connections.update(status=status)


def reread():
    with scope(Hat.ADMIN):
        return Application.objects.select_related("store", "policy").get()


def last_event():
    with scope(Hat.ADMIN):
        return reread().events.last()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_what_meets_every_rule_is_approved_once_it_is_handed_in(store, user, tasks_at_once):
    submit(store, user)

    assert (reread().status, reread().store.status) == ("approved", "approved")
    assert (last_event().actor, last_event().decided_by_version) == (None, "2025-06")


def test_the_decision_keeps_the_facts_that_it_rests_on(store, rejected):
    frozen = last_event().frozen

    assert (frozen["facts"]["connected"], rejected.facts["connected"].keys()) == ({}, {"top"})
    assert [each["result"] for each in frozen["verdicts"]][1] == "not_met"


def test_a_rule_that_is_not_met_any_more_rejects_for_its_reason(rejected, store, user):
    assert (rejected.status, rejected.reasons) == ("rejected", ["consent_missing"])
    assert (rejected.rejected_by, rejected.left_to_rules) == (None, True)
    assert (rejected.again_from, rejected.is_final) == (days.today(), False)

    consent(store, "connected")
    again = submit(store, user)
    assert (again.status, again.rejected_by, again.left_to_rules) == ("submitted", None, True)


def test_the_facts_count_as_they_are_when_it_is_decided(store, submitted):
    consent(store, "revoked")
    consent(store, "connected")
    decide_by_rules(submitted.pk)

    assert reread().status == "approved"


def test_deciding_twice_decides_once(submitted):
    decide_by_rules(submitted.pk)
    decide_by_rules(submitted.pk)

    with scope(Hat.ADMIN):
        assert submitted.events.filter(target="approved").count() == 1


def test_whoever_claimed_it_meanwhile_decides(submitted, reviewer):
    with scope(Hat.ADMIN):
        applications.claim_application(submitted, by=reviewer)
    decide_by_rules(submitted.pk)

    assert (reread().status, reread().claimed_by) == ("in_review", reviewer)


def test_what_a_reviewer_asked_or_rejected_is_read_by_one_ever_after(submitted, store, reviewer):
    with scope(Hat.ADMIN):
        applications.claim_application(submitted, by=reviewer)
        applications.ask_brand(submitted, question="Whose is it?", by=reviewer)
    with scope(Hat.WEB, brand=store.brand_id):
        applications.withdraw_application(submitted, by=reviewer)
    submit(store, reviewer)
    decide_by_rules(submitted.pk)

    assert (reread().status, reread().left_to_rules, left()) == ("submitted", False, [])


def test_what_was_withdrawn_is_not_decided(submitted, user):
    with scope(Hat.WEB, brand=submitted.brand_id):
        applications.withdraw_application(submitted, by=user)
    decide_by_rules(submitted.pk)

    assert reread().status == "withdrawn"


@pytest.mark.parametrize("rule", [CATEGORY, SCORE, LICENCE, FEE | {"floor": "100"}])
def test_one_rule_that_rests_on_a_word_leaves_it_to_a_person(rule):
    alone = PolicyVersion(rules=[TMALL, CONSENT], decides_by_itself=True)
    mixed = PolicyVersion(rules=[TMALL, CONSENT, rule], decides_by_itself=True)

    assert (decides_alone(alone), decides_alone(mixed)) == (True, False)


def test_a_version_with_such_a_rule_waits_for_its_reviewer(brand, user):
    make_policy(rules=[TMALL, CATEGORY], decides_by_itself=True)
    application = submit(make_store(brand, status=StoreStatus.REGISTERED), user)
    decide_by_rules(application.pk)

    assert left() == []
    assert reread().status == "submitted"


def test_a_version_decides_nothing_unless_it_says_so(brand, user):
    assert not make_policy(rules=[TMALL]).decides_by_itself
    application = submit(make_store(brand, status=StoreStatus.REGISTERED), user)
    decide_by_rules(application.pk)

    assert (left(), reread().status) == ([], "submitted")


def left():
    with scope(Hat.NIGHT):
        return applications.left_to_the_rules()


def test_the_tick_finds_what_a_lost_message_left(submitted):
    assert left() == [submitted.pk]
    decide_by_rules(submitted.pk)
    assert left() == []


def test_the_median_of_the_platforms_decisions_knows_no_machine(submitted):
    decide_by_rules(submitted.pk)
    with scope(Hat.WEB, brand=submitted.brand_id):
        assert review_clock.pace() is None


def test_every_rule_that_a_machine_may_fail_has_its_reason():
    filled = {"at_least": 1, "overall": "4.5", "each": "4.6"}
    for kind in KINDS.values():
        for rule_id, fixed in kind.variants.items():
            own = {name: filled[name] for name in kind.fields() if name in filled}
            rule = kind.read({"id": rule_id} | fixed | own)
            never_fails = kind.kind == "minimum_amount"
            given = len(reasons.of_rules([rule]))
            assert given == (1 if rule.machine_checkable and not never_fails else 0), rule_id


def test_any_reviewer_judges_the_appeal(rejected, reviewer, user):
    with scope(Hat.WEB, brand=rejected.brand_id):
        applications.appeal_application(rejected, text="It was renewed.", by=user)
    decide_by_rules(rejected.pk)
    with scope(Hat.ADMIN):
        applications.claim_application(rejected, by=reviewer)
        applications.uphold_rejection(rejected, note="It was not.", by=reviewer)

    assert (reread().status, reread().appeal_judged_by) == ("upheld", reviewer)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "upheld"},
        {"status": "upheld", "appeal_judged_by": True, "left_to_rules": False},
        {"rejected_by": True},
    ],
)
def test_the_database_wants_a_judge_and_one_who_rejected(rejected, reviewer, change):
    change = {name: reviewer if value is True else value for name, value in change.items()}
    with scope(Hat.ADMIN), pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.update(**change)


def test_the_brand_reads_that_no_person_decided_and_how_to_ask_for_one(rejected, client_as):
    text = client_as(Role.MARKETER).get(page_of(rejected), headers=ENGLISH).text

    assert "Decided by the rules of 2025-06 alone" in text
    assert "A consent that the policy asks for is missing" in text
    assert "by the rules of 2025-06 alone, without a reviewer" in text
    assert "A reviewer of the platform judges it." in text


def test_the_reviewer_of_the_appeal_sees_what_the_rules_found(client, rejected):
    user = make_user("staff@example.test", is_staff=True, is_superuser=True)
    client.force_login(user)
    give_second_factor(client, user)
    url = f"/admin/merchants/application/{rejected.pk}/change/"
    text = client.get(url, headers=ENGLISH).text

    assert "A valid consent at Tmall (TOP) → No consent" in text
    assert "any reviewer may judge an appeal" in text


def test_everybody_of_the_brand_is_told_why_in_their_language(brand, store, submitted):
    make_membership(brand, make_user("owner@example.test"))
    consent(store, "revoked")
    decide_by_rules(submitted.pk)

    with scope(Hat.ADMIN):
        told = Notice.objects.get(kind="rejected")
    assert told.parameters["reason"] == "consent_missing"
    assert "A consent that the policy asks for" in reasons.in_words(told.parameters["reason"])


def test_a_reviewers_own_words_stay_as_they_are():
    assert reasons.in_words("We see 4.3.") == "We see 4.3."
    assert reasons.in_words("—") == "—"


def test_the_page_says_that_the_rules_decide(store, user, client_as):
    client, page = client_as(Role.MARKETER), f"/b/shancha/stores/{store.pk}/"
    assert "the rules decide it at once" in client.get(page, headers=ENGLISH).text
    submit(store, user)

    assert "The rules decide this application within minutes" in (
        client.get(page, headers=ENGLISH).text
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([TMALL], "Every rule of this version is checked automatically."),
        ([TMALL, CATEGORY], "so for now a reviewer decides each application"),
    ],
)
def test_the_policy_page_says_who_decides(client_as, asked, said):
    make_policy("2025-05", effective_from=date(2025, 5, 1), effective_until=date(2025, 5, 12))
    make_policy(rules=asked, decides_by_itself=True)
    text = client_as(Role.VIEWER).get("/b/shancha/policy/", headers=ENGLISH).text

    assert said in text
    assert text.count("The rules, at once, where each is checked automatically") == 2
    assert "A reviewer of the platform" in text  # what the version before says


def page_of(application):
    return f"/b/shancha/stores/{application.store_id}/"


def at_once(*steps):
    """Take the steps in threads, each with its own connection, and tell which were refused."""
    together = Barrier(len(steps))

    def take(step):
        try:
            with scope(Hat.ADMIN):
                application = Application.objects.get()
                together.wait()
                step(application)
                return "done"
        except (IllegalMove, Claimed, Refused):
            return "refused"
        finally:
            database.close()

    with ThreadPoolExecutor(len(steps)) as threads:
        return list(threads.map(take, steps))


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_the_rules_and_a_reviewer_at_once_one_has_it(submitted, reviewer):
    def claim(application):
        applications.claim_application(application, by=reviewer)

    rules, person = at_once(applications.decide_by_rules, claim)

    assert rules == "done"
    assert reread().status == ("in_review" if person == "done" else "approved")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_four_tasks_at_once_one_decides(submitted):
    at_once(*[applications.decide_by_rules] * 4)

    with scope(Hat.ADMIN):
        assert submitted.events.filter(target="approved").count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_rules_and_a_second_click_do_not_wait_for_each_other(submitted, user):
    def submit_again(application):
        applications.submit_application(Store.objects.get(), by=user)

    assert at_once(applications.decide_by_rules, submit_again) == ["done", "refused"]
    assert reread().status == "approved"
