"""An application's steps, each by the one who may take it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.utils import timezone, translation

from merchants import applications
from merchants.models import Application, ApplicationStatus, IllegalMove, Store, StoreStatus
from merchants.models.application import MOVES, Claimed
from merchants.reasons import NEVER, REASONS, Reason, next_try
from merchants.seed import seed_policy
from merchants.services import Refused, keep_draft
from merchants.tasks import expire_unanswered
from merchants.tests.factories import make_connection, make_policy, make_store, make_user
from portal.lib import days
from portal.lib.scope import Hat, scope

NOW = [REASONS["score_differs"]]


@pytest.fixture(autouse=True)
def own_clock_in_english(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with translation.override("en"):
        yield


@pytest.fixture
def user(db):
    return make_user()


@pytest.fixture
def first(db):
    return make_user("first@example.test", name="Reviewer One", is_staff=True)


@pytest.fixture
def second(db):
    return make_user("second@example.test", name="Reviewer Two", is_staff=True)


@pytest.fixture
def candidate(brand):
    seed_policy()
    store = make_store(brand, status=StoreStatus.REGISTERED)
    make_connection(store, "top")
    return store


@pytest.fixture
def submitted(brand, candidate, user):
    with scope(Hat.WEB, brand=brand.pk):
        return applications.submit_application(candidate, by=user)


@pytest.fixture
def in_review(submitted, first):
    with scope(Hat.ADMIN):
        applications.claim_application(submitted, by=first)
    return submitted


@pytest.fixture
def asked(in_review, first):
    with scope(Hat.ADMIN):
        applications.ask_brand(in_review, question="Whose licence is this?", by=first)
    return in_review


@pytest.fixture
def rejected(in_review, first):
    with scope(Hat.ADMIN):
        applications.reject_application(in_review, because=NOW, note="We see 4.3.", by=first)
    return in_review


@pytest.fixture
def appealed(brand, rejected, user):
    with scope(Hat.WEB, brand=brand.pk):
        applications.appeal_application(rejected, text="It is 4.8.", by=user)
    return rejected


def advance(**by):
    days.set_demo_clock(days.known_now() + timedelta(**by))


def submit(store, user, answer=""):
    with scope(Hat.WEB, brand=store.brand_id):
        return applications.submit_application(store, by=user, answer=answer)


def test_what_is_handed_in_is_frozen_in_the_row_and_its_event(brand, submitted):
    with scope(Hat.WEB, brand=brand.pk):
        Store.objects.update(overall_score="1.0")
        kept = Application.objects.get()
        frozen = kept.events.get().frozen

    assert kept.facts["scores"]["overall"] == "4.8"
    assert frozen["facts"] == kept.facts
    assert frozen["verdicts"] == kept.verdicts
    assert frozen["policy"] == "2025-06"


def test_several_reasons_are_kept_with_the_decision_and_its_event(in_review, first):
    because = [REASONS["score_below"], REASONS["category_differs"]]
    with scope(Hat.ADMIN):
        applications.reject_application(in_review, because=because, by=first)
        event = in_review.events.last()

    assert in_review.reasons == event.reasons == ["score_below", "category_differs"]
    assert in_review.again_from == days.today() + timedelta(days=7)
    assert not in_review.is_final


def test_the_longest_wait_of_several_reasons_holds():
    day = days.today()
    waits = [Reason("a", "x", "", wait=w) for w in (0, 30, 7)]

    assert next_try(waits, day) == (day + timedelta(days=30), False)
    assert next_try([*waits, Reason("b", "x", "", wait=NEVER)], day) == (None, True)
    assert next_try(waits[:1], day) == (day, False)


@pytest.mark.parametrize(("because", "note"), [([], "no"), ([REASONS["other"]], "  ")])
def test_a_rejection_without_a_reason_in_words_is_refused(in_review, first, because, note):
    with scope(Hat.ADMIN), pytest.raises(Refused):
        applications.reject_application(in_review, because=because, note=note, by=first)


def test_a_store_applies_again_only_when_its_wait_is_over(in_review, candidate, first, user):
    with scope(Hat.ADMIN):
        applications.reject_application(in_review, because=[REASONS["score_below"]], by=first)

    with pytest.raises(Refused, match="2025-06-30"):
        submit(candidate, user)
    advance(days=7)
    again = submit(candidate, user)
    assert (again.status, again.reasons, again.again_from) == ("submitted", [], None)


def test_a_store_that_may_never_apply_again_may_appeal(in_review, candidate, first, user):
    with scope(Hat.ADMIN):
        applications.reject_application(in_review, because=[REASONS["counterfeit"]], by=first)

    advance(days=4000)
    with pytest.raises(Refused, match="it may appeal"):
        submit(candidate, user)
    with scope(Hat.WEB, brand=candidate.brand_id):
        applications.appeal_application(in_review, text="Not ours.", by=user)


def test_an_answer_goes_back_to_the_platform(asked, candidate, user):
    assert asked.answer_due == days.today() + timedelta(days=14)
    again = submit(candidate, user, answer="Ours, see the seal.")

    assert (again.status, again.asked, again.claimed_by) == ("submitted", "", None)
    with scope(Hat.ADMIN):
        assert again.events.last().note == "Ours, see the seal."


def test_a_question_cannot_be_answered_with_silence(asked, candidate, user):
    with pytest.raises(Refused, match="Answer what the reviewer asked"):
        submit(candidate, user, answer="  ")


def test_a_later_policy_does_not_reach_a_question(asked, candidate, user):
    closed = {"id": "score", "kind": "score_floor", "overall": "5.0", "each": "5.0"}
    with scope(Hat.ADMIN):
        newest = type(asked.policy).objects.filter(effective_until=None)
        newest.update(effective_until=days.today())
    make_policy("2025-07", effective_from=days.today(), rules=[closed])

    assert submit(candidate, user, answer="Ours.").policy.code == "2025-06"


def test_a_question_that_nobody_answered_expires_after_its_last_day(asked, candidate, user):
    advance(days=14)
    expire_unanswered()
    assert reread().status == "needs_info"
    advance(days=1)
    expire_unanswered()
    expire_unanswered()

    assert reread().status == "expired"
    assert submit(candidate, user).status == "submitted"


def test_what_was_answered_does_not_expire(asked, candidate, user):
    submit(candidate, user, answer="Ours.")
    advance(days=30)
    expire_unanswered()

    assert reread().status == "submitted"


@pytest.mark.parametrize("stage", ["submitted", "in_review", "asked"])
def test_a_brand_withdraws_what_is_not_decided(request, stage, user):
    application = request.getfixturevalue(stage)
    with scope(Hat.WEB, brand=application.brand_id):
        applications.withdraw_application(application, by=user)

    assert (reread().status, reread().claimed_by) == ("withdrawn", None)


def test_a_decision_cannot_be_withdrawn(rejected, user):
    with scope(Hat.WEB, brand=rejected.brand_id), pytest.raises(IllegalMove):
        applications.withdraw_application(rejected, by=user)


def test_what_was_handed_in_anew_is_claimed_anew(in_review, candidate, user, first):
    """Who still looks at the withdrawn one has not seen what it holds now."""
    with scope(Hat.WEB, brand=candidate.brand_id):
        applications.withdraw_application(Application.objects.get(), by=user)
    submit(candidate, user)

    with scope(Hat.ADMIN), pytest.raises(Refused, match="Claim the application"):
        applications.approve_application(in_review, by=first)


def test_what_one_reviewer_holds_another_cannot_claim(in_review, second):
    with scope(Hat.ADMIN), pytest.raises(Claimed, match="Reviewer One is reviewing"):
        applications.claim_application(in_review, by=second)


def test_a_claim_that_ran_out_is_taken_over_and_then_decides(in_review, first, second):
    with scope(Hat.ADMIN):
        ran_out = timezone.now() - timedelta(seconds=1)
        Application.objects.update(claimed_until=ran_out)
        applications.claim_application(in_review, by=second)

        with pytest.raises(Refused, match="Reviewer Two has taken this application over"):
            applications.approve_application(in_review, by=first)
        applications.approve_application(in_review, by=second)
    assert reread().status == "approved"


def test_who_rejected_cannot_judge_the_appeal(appealed, first, second):
    with scope(Hat.ADMIN):
        with pytest.raises(Refused, match="another reviewer"):
            applications.claim_application(appealed, by=first)
        applications.claim_application(appealed, by=second)
        applications.overturn_rejection(appealed, by=second)
        assert Store.objects.get().status == StoreStatus.APPROVED


def test_the_database_refuses_an_appeal_judged_by_who_rejected(appealed, first):
    with scope(Hat.ADMIN):
        rows = Application.objects.filter(pk=appealed.pk)
        with pytest.raises(IntegrityError, match="judged_by_another"), transaction.atomic():
            rows.update(status="upheld", appeal_judged_by=first)
        with pytest.raises(IntegrityError, match="has_its_judge"), transaction.atomic():
            rows.update(status="overturned")


def test_an_upheld_rejection_is_not_appealed_twice(appealed, second, user):
    with scope(Hat.ADMIN):
        applications.claim_application(appealed, by=second)
        applications.uphold_rejection(appealed, note="We still see 4.3.", by=second)

    with scope(Hat.WEB, brand=appealed.brand_id), pytest.raises(IllegalMove):
        applications.appeal_application(appealed, text="Again.", by=user)


def test_an_unfinished_draft_is_not_handed_in(candidate, user):
    with scope(Hat.WEB, brand=candidate.brand_id):
        keep_draft(candidate, {"overall_score": "4."})

    with pytest.raises(Refused, match="not complete"):
        submit(candidate, user)


def test_every_status_has_its_row_in_the_table_of_moves():
    assert set(MOVES) == set(ApplicationStatus)


def reread():
    with scope(Hat.ADMIN):
        return Application.objects.get()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_four_reviewers_who_claim_at_once_one_gets_it(submitted):
    together = Barrier(4)
    reviewers = [make_user(f"{n}@example.test", name=f"R{n}") for n in range(4)]

    def claim(reviewer):
        try:
            with scope(Hat.ADMIN):
                application = Application.objects.get()
                together.wait()
                applications.claim_application(application, by=reviewer)
                return "claimed"
        except Claimed:
            return "too late"
        finally:
            database.close()

    with ThreadPoolExecutor(4) as people:
        outcomes = sorted(people.map(claim, reviewers))

    assert outcomes == ["claimed"] + ["too late"] * 3
    assert reread().status == "in_review"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_an_approval_and_a_rejection_at_once_one_is_the_decision(in_review, first):
    together = Barrier(2)

    def decide(step):
        try:
            with scope(Hat.ADMIN):
                application = Application.objects.get()
                together.wait()
                step(application, by=first)
                return "decided"
        except IllegalMove:
            return "too late"
        finally:
            database.close()

    def reject(application, by):
        applications.reject_application(application, because=NOW, by=by)

    with ThreadPoolExecutor(2) as people:
        outcomes = sorted(people.map(decide, [applications.approve_application, reject]))

    assert outcomes == ["decided", "too late"]
    with scope(Hat.ADMIN):
        assert reread().events.exclude(waited=None).count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_two_reviewers_who_approve_at_once_the_holder_of_the_claim_does(
    in_review, first, second
):
    """The second took over a claim that ran out, while the first still looks at the page."""
    together = Barrier(2)
    with scope(Hat.ADMIN):
        Application.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        applications.claim_application(in_review, by=second)

    def approve(reviewer):
        try:
            with scope(Hat.ADMIN):
                application = Application.objects.get()
                together.wait()
                applications.approve_application(application, by=reviewer)
                return "approved"
        except (Refused, IllegalMove):
            return "too late"
        finally:
            database.close()

    with ThreadPoolExecutor(2) as people:
        assert list(people.map(approve, [first, second])) == ["too late", "approved"]
    with scope(Hat.ADMIN):
        assert [event.actor for event in reread().events.exclude(waited=None)] == [second]


def test_of_two_moves_from_one_status_the_second_is_refused(in_review, user):
    with scope(Hat.ADMIN):
        stale = Application.objects.get()
        in_review.move_to(ApplicationStatus.WITHDRAWN, by=user)

        with pytest.raises(IllegalMove, match="Someone else just changed"):
            stale.move_to(ApplicationStatus.REJECTED, by=user)
        assert in_review.events.filter(source="in_review").count() == 1
