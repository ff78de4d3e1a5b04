from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from merchants import applications
from merchants.models import Application, ApplicationStatus, ConnectionStatus, Role, StoreStatus
from merchants.reasons import read as reasons
from merchants.seed import seed_policy
from merchants.tests.factories import (
    make_application,
    make_connection,
    make_membership,
    make_participation,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

STORES = "/b/shancha/stores/"
ENGLISH = {"accept-language": "en"}
GOOD = {"category": "beauty", "overall_score": "4.8"}


@pytest.fixture
def store(brand):
    """Registered and connected, but nothing stated yet."""
    seed_policy()
    store = make_store(
        brand, status=StoreStatus.REGISTERED, category="", overall_score=None, nick="山茶"
    )
    make_connection(store, "top")
    return store


@pytest.fixture
def page(store):
    return f"{STORES}{store.pk}/"


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def read(client, url):
    response = client.get(url, headers=ENGLISH)
    assert response.status_code == 200
    return response.text


def test_a_brand_without_a_store_is_told_what_will_happen(client_as, brand):
    assert "No store yet" in read(client_as(Role.VIEWER), STORES)
    assert "Register a Tmall store" in read(client_as(Role.OWNER), STORES)


def test_only_an_owner_is_offered_to_register(client_as, store):
    assert "Register a Tmall store" not in read(client_as(Role.VIEWER), STORES)


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        ({}, "State category and scores"),
        ({"category": "beauty", "overall_score": "4.8"}, "Submit the application"),
    ],
)
def test_the_list_names_each_stores_next_step(client_as, brand, store, facts, step):
    with scope(Hat.WEB, brand=brand.pk):
        type(store).objects.update(**facts)

    assert step in read(client_as(Role.VIEWER), STORES)


def test_a_store_that_must_wait_is_not_sent_to_apply(client_as, store):
    again_from = days.today() + timedelta(days=7)
    make_application(store, status="rejected", again_from=again_from)

    assert f"Apply again from {again_from} on" in read(client_as(Role.VIEWER), STORES)


def test_what_needs_somebody_stands_above_the_list(client_as, store):
    make_participation(store)

    assert "Needs you now" in read(client_as(Role.VIEWER), STORES)


def test_a_consent_that_ended_is_the_next_step(client_as, store):
    with scope(Hat.NIGHT):
        store.connections.update(status=ConnectionStatus.NEEDS_CONSENT)

    assert "Renew the Tmall consent" in read(client_as(Role.VIEWER), STORES)


def test_the_check_names_rule_requirement_and_policy(client_as, page):
    text = read(client_as(Role.VIEWER), page)

    assert "Overall ≥ 4.5" in text
    assert "A Tmall store; Taobao C-shops are not supported" in text
    assert "Policy 2025-06, in force since 2025-06-05" in text
    assert "State the store&#x27;s overall score." in text


def test_stating_the_facts_meets_the_rules(marketer, page):
    response = marketer.post(f"{page}facts/", GOOD, follow=True, headers=ENGLISH)

    assert "Every rule is met" in response.text
    assert "Stated by marketer@example.test" in response.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"overall_score": "5.1"},
        {"overall_score": "-0.1"},
        {"overall_score": "4.85"},
        {"overall_score": "NaN"},
        {"overall_score": "good"},
        {"overall_score": ""},
        {"service_score": "6"},
        {"category": "weapons"},
        {"category": ""},
    ],
)
def test_facts_that_cannot_be_are_refused_and_kept_in_the_form(marketer, page, store, wrong):
    response = marketer.post(f"{page}facts/", GOOD | {"logistics_score": "4.1"} | wrong)

    assert response.status_code == 422
    assert 'value="4.1"' in response.text
    with scope(Hat.ADMIN):
        store.refresh_from_db()
    assert store.facts_stated_at is None


def test_an_application_that_lacks_something_is_refused_with_the_reasons(marketer, page):
    response = marketer.post(f"{page}application/", headers=ENGLISH)

    assert response.status_code == 422
    assert "Not handed in. Still lacking" in response.text
    assert "State the store&#x27;s main category." in response.text


def test_an_application_is_handed_in_and_then_waits(marketer, page):
    marketer.post(f"{page}facts/", GOOD)

    response = marketer.post(f"{page}application/", follow=True, headers=ENGLISH)

    assert "is handed in" in response.text
    assert "A reviewer confirms the category and the store scores" in response.text
    assert "facts/" not in response.text
    assert "A decision is promised by" in response.text


def test_facts_and_application_are_closed_while_under_review(marketer, page, brand, store):
    make_application(store, status=ApplicationStatus.SUBMITTED)

    assert marketer.post(f"{page}facts/", GOOD).status_code == 422
    assert marketer.post(f"{page}application/").status_code == 422


def test_a_rejection_shows_its_reason_and_the_way_on(marketer, page, brand, store):
    marketer.post(f"{page}facts/", GOOD)
    marketer.post(f"{page}application/")
    reviewer = make_user("reviewer@example.test", name="Reviewer Lin")
    with scope(Hat.ADMIN):
        application = Application.objects.get()
        applications.claim_application(application, by=reviewer)
        because = reasons(["score_differs"])
        applications.reject_application(application, because=because, note="4.3.", by=reviewer)

    text = read(marketer, page)

    assert "The store scores we see differ from those stated." in text
    assert "“4.3.”" in text
    assert "Hand in again" in text
    assert "Reviewer Lin" not in text


def test_what_was_judged_stays_as_it_was_judged(marketer, page, brand, store):
    marketer.post(f"{page}facts/", GOOD)
    marketer.post(f"{page}application/")
    with scope(Hat.WEB, brand=brand.pk):
        type(store).objects.update(overall_score="1.0")

    assert "Overall 4.8" in read(marketer, page)


def test_the_page_speaks_chinese_first(client_as, page):
    text = client_as(Role.VIEWER).get(page).text

    assert "资质自查" in text
    assert "还差什么" in text


def test_a_member_narrowed_to_other_stores_sees_neither_list_nor_page(brand, store, client):
    other = make_store(brand, 2)
    user = make_user()
    make_membership(brand, user, Role.MARKETER, stores=(other,))
    client.force_login(user)

    assert store.title not in client.get(STORES).text.replace(other.title, "")
    assert client.get(f"{STORES}{store.pk}/").status_code == 404


def test_the_list_takes_as_many_queries_for_ten_stores_as_for_one(client_as, brand, store):
    client = client_as(Role.VIEWER)

    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            client.get(STORES)
        return len(captured)

    for_one = queries()
    for n in range(2, 11):
        make_connection(make_store(brand, n))
    assert queries() == for_one


def test_a_score_that_is_wrong_twice_is_told_once(marketer, page):
    facts = GOOD | {"overall_score": "7.77"}
    response = marketer.post(f"{page}facts/", facts, headers=ENGLISH)
    assert response.text.count("Enter a number from 0 to 5") == 1


HTMX = {"hx-request": "true"} | ENGLISH


def test_what_is_typed_is_kept_before_it_is_complete(marketer, page, store):
    answer = marketer.post(f"{page}facts/", {"overall_score": "4."}, headers=HTMX)

    assert answer.status_code == 200
    assert "Draft kept" in answer.text
    assert 'value="4."' in read(marketer, page)
    with scope(Hat.ADMIN):
        store.refresh_from_db()
        assert Application.objects.get().status == "draft"
    assert store.facts_stated_at is None


def test_a_nul_is_left_out_of_what_is_kept(marketer, page):
    answer = marketer.post(
        f"{page}facts/", {"overall_score": "4\0.", "category": "\0"}, headers=HTMX
    )

    assert answer.status_code == 200
    assert 'value="4."' in read(marketer, page)


def test_what_is_typed_is_stated_by_itself_once_it_is_right(marketer, page):
    marketer.post(f"{page}facts/", {"overall_score": "4."}, headers=HTMX)
    answer = marketer.post(f"{page}facts/", GOOD, headers=HTMX)

    assert "Saved and stated." in answer.text
    assert "Every rule is met" in answer.text
    assert 'value="4.8"' in read(marketer, page)


def test_typing_on_after_somebody_handed_in_loads_the_page_anew(marketer, page):
    marketer.post(f"{page}facts/", GOOD)
    marketer.post(f"{page}application/")

    answer = marketer.post(f"{page}facts/", GOOD, headers=HTMX)
    assert answer.headers["HX-Refresh"] == "true"


def reviewed(store, step, **options):
    reviewer = make_user("reviewer@example.test", name="Reviewer Lin")
    with scope(Hat.ADMIN):
        application = Application.objects.get(store=store)
        applications.claim_application(application, by=reviewer)
        step(application, by=reviewer, **options)


def test_a_question_is_read_and_answered(marketer, page, store):
    marketer.post(f"{page}facts/", GOOD)
    marketer.post(f"{page}application/")
    reviewed(store, applications.ask_brand, question="Whose licence?")

    assert "Whose licence?" in read(marketer, page)
    refused = marketer.post(f"{page}application/", {"answer": " "}, headers=ENGLISH)
    assert (refused.status_code, "Answer what the reviewer asked." in refused.text) == (422, True)
    answered = marketer.post(f"{page}application/", {"answer": "Ours."}, follow=True)
    assert "“Ours.”" in answered.text
    assert "Reviewer Lin" not in answered.text


def test_a_rejection_is_appealed_from_the_page_once(marketer, page, store):
    marketer.post(f"{page}facts/", GOOD)
    marketer.post(f"{page}application/")
    because = reasons(["counterfeit"])
    reviewed(store, applications.reject_application, because=because)

    assert "The store may not apply again." in read(marketer, page)
    assert marketer.post(f"{page}application/").status_code == 422
    assert marketer.post(f"{page}application/appeal/", {"text": " "}).status_code == 422
    done = marketer.post(f"{page}application/appeal/", {"text": "No."}, follow=True)
    assert done.redirect_chain
    assert marketer.post(f"{page}application/appeal/", {"text": "No."}).status_code == 422


def test_an_application_is_withdrawn_and_handed_in_again(marketer, page):
    marketer.post(f"{page}facts/", GOOD)
    marketer.post(f"{page}application/")

    text = marketer.post(f"{page}application/withdraw/", follow=True, headers=ENGLISH).text
    assert "is withdrawn" in text
    assert "Hand in again" in text
    assert marketer.post(f"{page}application/withdraw/").status_code == 422


def test_a_viewer_reads_the_outcome_but_is_offered_no_step(client_as, marketer, page, store):
    marketer.post(f"{page}facts/", GOOD)
    marketer.post(f"{page}application/")
    reviewed(store, applications.reject_application, because=reasons(["score_differs"]))

    text = read(client_as(Role.VIEWER), page)
    assert "The store scores we see differ" in text
    assert "<textarea" not in text
