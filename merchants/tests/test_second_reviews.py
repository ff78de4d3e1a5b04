"""Blind second reviews: who is drawn, what the second reviewer may know, and what comes of it."""

import re
from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client

from merchants import applications, second_reviews
from merchants.models import (
    Application,
    IllegalMove,
    Judgement,
    PolicyVersion,
    SecondReview,
    Store,
    User,
)
from merchants.reasons import REASONS
from merchants.seed import seed_people, seed_policy
from merchants.tests.factories import (
    another_picture,
    give_second_factor,
    make_brand,
    make_connection,
    make_draft,
    make_evidence,
    make_store,
    make_user,
)
from portal import settings as environment
from portal.lib.scope import Hat, scope

REVIEWS = "/admin/merchants/secondreview/"
APPLICATIONS = "/admin/merchants/application/"
NOTE = "We see 4.3 in the back end."
ENGLISH = {"accept-language": "en"}
HARDER = "2099-01"  # a draft that the store doesn't meet
NO = {"judgement": "rejected", "reasons": ["score_differs"], "note": "4.3, too."}


@pytest.fixture(autouse=True)
def own_world(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.SECOND_REVIEW_SHARE = 1.0


@pytest.fixture
def people(db):
    seed_policy()
    seed_people()
    floor = {"id": "score", "kind": "score_floor", "overall": "5.0", "each": "5.0"}
    make_draft(HARDER, effective_from=date(2099, 1, 1), rules=[floor])


@pytest.fixture
def application(people):
    brand = make_brand("camellia", "茶花")
    store = make_store(brand, status="registered")
    make_connection(store, "top")
    make_evidence(store, name="licence-of-then")
    with scope(Hat.WEB, brand=brand.pk):
        return applications.submit_application(store, by=make_user())


@pytest.fixture
def review(application):
    """Rejected by the reviewer, and drawn."""
    return decided(application)


@pytest.fixture
def second(people):
    """A reviewer like the first one, and no more."""
    user = make_user("second@example.test", name="高复核", is_staff=True)
    user.groups.set(person("reviewer").groups.all())
    return logged_in(user)


def person(login):
    return User.objects.get(email=f"{login}@demo.redcat.test")


def logged_in(user):
    client = Client(headers=ENGLISH)
    client.force_login(user)
    give_second_factor(client, user)
    return client


def decided(application, *, rejected=True):
    by, because = person("reviewer"), [REASONS["score_differs"]]
    with scope(Hat.ADMIN):
        applications.claim_application(application, by=by)
        if rejected:
            applications.reject_application(application, because=because, note=NOTE, by=by)
        else:
            applications.approve_application(application, by=by)
        return SecondReview.objects.filter(application=application).first()


def reread(review):
    with scope(Hat.ADMIN):
        return SecondReview.objects.get(pk=review.pk)


def judge_url(review):
    return f"{REVIEWS}{review.pk}/judge/"


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_share_says_how_many_are_drawn(settings, application, share):
    settings.SECOND_REVIEW_SHARE = share
    assert (decided(application) is not None) == (share == 1.0)


def test_a_draw_depends_on_nothing_but_what_was_handed_in(settings, application):
    settings.SECOND_REVIEW_SHARE = 0.5
    drawn = second_reviews.is_drawn(application)

    with scope(Hat.ADMIN):
        application.refresh_from_db()
    application.status = "approved"
    assert second_reviews.is_drawn(application) == drawn


def test_about_the_share_of_many_is_drawn(settings, application):
    settings.SECOND_REVIEW_SHARE = 0.1
    of = [Application(pk=n, submitted_at=application.submitted_at) for n in range(5000)]

    assert 400 < sum(map(second_reviews.is_drawn, of)) < 600


def test_nobody_foresees_a_draw_without_the_key(settings, application):
    settings.SECOND_REVIEW_SHARE = 0.5
    of = [Application(pk=n, submitted_at=application.submitted_at) for n in range(64)]
    before = [second_reviews.is_drawn(each) for each in of]
    settings.SECRET_KEY = "another"

    assert [second_reviews.is_drawn(each) for each in of] != before


def test_the_share_is_read_from_the_environment_as_a_part_of_one(monkeypatch):
    assert environment.share("NO_SUCH_SHARE", 0.1) == 0.1
    for wrong in ("10", "-0.1", "ten", "nan"):
        monkeypatch.setenv("NO_SUCH_SHARE", wrong)
        with pytest.raises(ImproperlyConfigured):
            environment.share("NO_SUCH_SHARE", 0.1)


def test_an_appeals_decision_is_not_drawn_again(review, application):
    with scope(Hat.ADMIN):
        applications.appeal_application(application, text="It is 4.8.", by=make_user("b@x.test"))
        applications.claim_application(application, by=person("lead"))
        applications.uphold_rejection(application, note="4.3.", by=person("lead"))
        assert SecondReview.objects.count() == 1


PAGES = [
    REVIEWS,
    f"{REVIEWS}?state=open",
    f"{REVIEWS}?q=茶花",
    f"{REVIEWS}?first_judgement__exact=rejected",
    f"{REVIEWS}?first_by__email=reviewer@demo.redcat.test&first_judgement=approved",
    f"{REVIEWS}{{review}}/change/",
    f"{REVIEWS}{{review}}/history/",
    f"{REVIEWS}{{review}}/judge/",
    APPLICATIONS,
    f"{APPLICATIONS}?q=茶花",
    f"{APPLICATIONS}?status__exact=rejected",
    f"{APPLICATIONS}{{application}}/change/",
    f"{APPLICATIONS}{{application}}/history/",
    f"{APPLICATIONS}{{application}}/claim/",
    f"{APPLICATIONS}figures/",
    "/admin/merchants/store/",
    "/admin/merchants/store/?status__exact=registered",
    "/admin/merchants/store/{store}/change/",
    "/admin/merchants/evidence/",
    "/admin/merchants/policyversion/{draft}/impact/",
    "/admin/merchants/policyversion/{draft}/impact/?as=csv",
    "/admin/search/?s=茶花&extended=1",
    "/admin/",
]
# what differs between any two answers
VARYING = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|X-CSRFToken[^}]*|nonce-\w+|\d+\.\d+ ?s'
)


def pages_after(client, application, *, rejected):
    """Return each page as it looks after that decision, and take the decision back."""
    with transaction.atomic():
        review = decided(application, rejected=rejected)
        ids = {"review": review.pk, "application": application.pk, "store": review.store_id}
        with scope(Hat.ADMIN):
            ids["draft"] = PolicyVersion.objects.get(code=HARDER).pk
        texts = {each: client.get(each.format(**ids), follow=True).text for each in PAGES}
        transaction.set_rollback(True)
    own = re.compile(rf"secondreview/{review.pk}/|{review}")
    return {each: VARYING.sub("", own.sub("", text)) for each, text in texts.items()}


def test_no_page_tells_a_second_reviewer_the_first_decision(second, application):
    """Whatever differed between an approval and a rejection would tell it."""
    after_rejection = pages_after(second, application, rejected=True)
    after_approval = pages_after(second, application, rejected=False)

    assert [each for each in PAGES if after_rejection[each] != after_approval[each]] == []
    assert "茶花" in after_rejection[REVIEWS]


@pytest.mark.parametrize("who", ["second", "lead", "admin"])
def test_no_page_names_the_first_reviewer_or_their_words(request, application, who):
    client = request.getfixturevalue("second") if who == "second" else logged_in(person(who))
    texts = pages_after(client, application, rejected=True)

    told = re.compile(f"{person('reviewer')}|{NOTE}")
    own = {f"{APPLICATIONS}figures/"} if who != "second" else set()  # loads, whatever was decided
    assert {each for each, text in texts.items() if told.search(text)} <= own


def test_the_first_reviewer_goes_on_seeing_their_decision(review):
    text = logged_in(person("reviewer")).get(f"{APPLICATIONS}{review.application_id}/change/").text
    assert NOTE in text


def test_the_second_reviewer_sees_the_facts_and_files_of_then(second, review, application):
    with scope(Hat.WEB, brand=review.brand_id):
        Store.objects.update(overall_score="1.0")
    make_evidence(application.store, another_picture(b"now"), name="licence-of-now")

    text = second.get(f"{REVIEWS}{review.pk}/change/").text

    assert "Overall ≥ 4.5" in text
    assert "licence-of-then" in text
    assert "licence-of-now" not in text
    assert "1.0" not in re.sub(r"<(script|link|meta)[^>]*>", "", text)


def test_whoever_opens_a_hidden_application_is_led_to_its_second_review(second, review):
    answer = second.get(f"{APPLICATIONS}{review.application_id}/change/")

    assert answer["Location"] == f"{REVIEWS}{review.pk}/change/"


def test_a_second_judgement_is_kept_and_then_both_are_shown(second, review, application):
    second.post(judge_url(review), NO)

    kept = reread(review)
    assert (kept.judgement, kept.reasons, kept.note) == ("rejected", ["score_differs"], "4.3, too.")
    text = second.get(f"{REVIEWS}{review.pk}/change/").text
    assert NOTE in text
    assert "both agree" in text
    assert second.get(f"{APPLICATIONS}{application.pk}/change/").status_code == 200


def test_a_disagreement_is_listed_for_a_lead_and_changes_nothing(second, review, application):
    second.post(judge_url(review), {"judgement": "approved"})

    with scope(Hat.ADMIN):
        application.refresh_from_db()
    assert application.status == "rejected"
    assert str(review) in logged_in(person("lead")).get(f"{REVIEWS}?state=disagreed").text


@pytest.mark.parametrize("form", [{}, {"judgement": "rejected"}, {"judgement": "maybe"}])
def test_a_rejection_needs_a_reason_and_a_judgement_is_one_of_two(second, review, form):
    assert second.post(judge_url(review), form or {"note": "?"}).status_code == 422
    assert not reread(review).is_done


def test_nobody_judges_their_own_decision_a_second_time(review):
    first = logged_in(person("reviewer"))

    assert first.post(judge_url(review), NO).status_code == 404
    assert str(review) not in first.get(REVIEWS).text
    with scope(Hat.ADMIN), pytest.raises(IllegalMove):
        second_reviews.judge(review, Judgement.APPROVED, by=person("reviewer"))


def test_of_two_at_once_one_judges(second, review):
    second.post(judge_url(review), NO)

    with scope(Hat.ADMIN), pytest.raises(IllegalMove):
        second_reviews.judge(review, Judgement.APPROVED, by=person("lead"))
    assert reread(review).judgement == "rejected"


def test_an_appeal_ends_a_second_review_that_nobody_gave(second, review, application):
    with scope(Hat.ADMIN):
        applications.appeal_application(application, text="It is 4.8.", by=make_user("b@x.test"))

    assert second.post(judge_url(review), NO).status_code == 404
    text = second.get(f"{APPLICATIONS}{application.pk}/change/").text
    assert NOTE in text


def test_a_reviewer_compares_only_what_they_judged_themselves(second, review):
    with scope(Hat.ADMIN):
        second_reviews.judge(review, Judgement.APPROVED, by=person("lead"))

    assert str(review) not in second.get(REVIEWS).text
    assert second.get(f"{REVIEWS}{review.pk}/change/").status_code == 302
    assert str(review) in logged_in(person("lead")).get(REVIEWS).text


def test_staff_without_the_right_judge_nothing(review):
    trainee = logged_in(make_user("trainee@example.test", is_staff=True))

    assert trainee.get(REVIEWS).status_code == 403
    assert trainee.post(judge_url(review), NO).status_code in {403, 404}
    assert not reread(review).is_done


@pytest.mark.parametrize("oddity", ["abc", "0", "9" * 30, "1'", "_00", "²"])
@pytest.mark.parametrize("page", ["change", "judge"])
def test_a_second_review_that_is_none_is_no_error_of_ours(second, oddity, page):
    assert second.get(f"{REVIEWS}{oddity}/{page}/", follow=True).status_code in {200, 404}
    assert second.get(f"{APPLICATIONS}{oddity}/change/", follow=True).status_code == 200


def test_the_database_wants_two_people_and_a_whole_judgement(review):
    rows = SecondReview.objects.filter(pk=review.pk)
    for half in ({"judgement": "approved"}, {"second_by": person("lead")}):
        with pytest.raises(IntegrityError), scope(Hat.ADMIN):
            rows.update(**half)
    whole = {"judgement": "approved", "at": review.sampled_at, "second_by": review.first_by}
    with pytest.raises(IntegrityError, match="by_another"), scope(Hat.ADMIN):
        rows.update(**whole)


def test_what_was_drawn_and_decided_stays_as_it_was(review):
    rows = SecondReview.objects.filter(pk=review.pk)
    with pytest.raises(ProgrammingError), scope(Hat.ADMIN):
        rows.update(first_judgement="approved")
    with pytest.raises(ProgrammingError), scope(Hat.ADMIN):
        rows.delete()
