"""What the portal finds out by itself: second factors of a brand's members, and its evidence."""

from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from merchants import impact, rules
from merchants.models import EvidenceKind, Role, Store
from merchants.policies import change_rules
from merchants.policy_forms import rule_forms
from merchants.rules import Facts, Result
from merchants.standing import stand_today
from merchants.tests.factories import (
    PIXEL,
    make_brand,
    make_draft,
    make_evidence,
    make_membership,
    make_policy,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.tests.hostile_files import picture

pytestmark = pytest.mark.usefixtures("own_files")
ENGLISH = {"accept-language": "en"}
MFA = {"id": "member_mfa", "kind": "member_mfa", "at_least": 1}
LICENCE = {"id": "evidence_licence", "kind": "evidence", "document": "licence"}
FORMER = {"id": "evidence_authorisation", "kind": "evidence", "document": "authorisation"}
TMALL = {"id": "store_type", "kind": "store_type"}
TOTP, WEBAUTHN = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN


@pytest.fixture
def store(brand):
    return make_store(brand, status="registered")


def facts(store, **how):
    with scope(Hat.WEB, brand=store.brand_id, **how):
        return stand_today(store).facts


def join(brand, name, *types, **fields):
    user = make_user(f"{name}@example.test", **fields)
    for kind in types:
        Authenticator.objects.create(user=user, type=kind, data={})
    return make_membership(brand, user, Role.VIEWER)


def test_members_are_counted_who_have_an_app_or_a_key(brand, store):
    join(brand, "app", TOTP)
    join(brand, "both", TOTP, WEBAUTHN, WEBAUTHN)
    join(brand, "neither")
    RecoveryCodes.activate(join(brand, "codes").user)

    assert facts(store).members_with_mfa == 2


def test_who_may_not_come_in_is_not_counted(brand, store):
    join(brand, "gone", TOTP, is_active=False)
    suspended = join(brand, "suspended", TOTP)
    with scope(Hat.WEB, brand=brand.pk):
        suspended.suspended_at = timezone.now()
        suspended.save()
    join(make_brand("yejing", "野径"), "stranger", TOTP)

    assert facts(store).members_with_mfa == 0


def test_a_narrowed_member_is_told_the_same_number(brand, store):
    join(brand, "app", TOTP)
    member = make_membership(brand, make_user("n@example.test"), Role.VIEWER, stores=(store,))

    assert facts(store, stores=member.narrowed_to).members_with_mfa == 1


def test_each_kind_of_evidence_has_the_day_of_its_newest_piece(store):
    make_evidence(store)
    make_evidence(store, content=picture("PNG"), kind=EvidenceKind.SCORES)
    days.set_demo_clock(days.known_now() + timedelta(days=3))
    make_evidence(store, content=picture("PNG", (50, 30)))

    assert facts(store).evidence == {"licence": date(2025, 6, 26), "scores": date(2025, 6, 23)}


def test_what_was_replaced_or_has_run_out_is_no_evidence(store):
    first = make_evidence(store)
    make_evidence(store, content=picture("PNG"), replaces=first, valid_until=days.today())

    assert facts(store).evidence == {"licence": date(2025, 6, 23)}
    days.set_demo_clock(days.known_now() + timedelta(days=1))
    assert facts(store).evidence == {}


def test_ten_stores_take_as_many_queries_as_one(brand, store, client_as):
    make_policy(rules=[TMALL, MFA, LICENCE])
    client = client_as(Role.VIEWER)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/b/shancha/stores/").status_code == 200
        return len(captured)

    make_evidence(store)
    before = queries()
    for number in range(2, 11):
        make_evidence(make_store(brand, number))
    assert queries() == before


def test_the_preview_judges_each_version_by_what_is_valid_on_its_day(brand, store):
    make_evidence(store, valid_until=date(2025, 7, 31))
    current = make_policy(rules=[LICENCE])

    def leaving(draft):
        with scope(Hat.ADMIN), translation.override("en"):
            return [each.reasons for each in impact.preview(draft, current).affected]

    assert leaving(make_draft("a", rules=[LICENCE])) == [("Evidence: Business licence",)]
    assert leaving(make_draft("b", rules=[LICENCE], effective_from=date(2025, 7, 31))) == []


def test_the_preview_counts_second_factors_brand_by_brand(brand, store):
    join(brand, "app", TOTP)
    make_store(make_brand("yejing", "野径"))
    with scope(Hat.ADMIN):
        found = impact.preview(make_draft(rules=[MFA]), make_policy())

    assert [each.store.brand.slug for each in found.affected] == ["yejing"]


def test_the_preview_of_ten_brands_takes_as_many_queries_as_one(brand, store):
    current, draft = make_policy(), make_draft(rules=[MFA, LICENCE])

    def queries():
        with scope(Hat.ADMIN), CaptureQueriesContext(connection) as captured:
            impact.preview(draft, current)
        return len(captured)

    make_evidence(store)
    before = queries()
    for n in range(9):
        other = make_brand(f"other-{n}")
        make_evidence(make_store(other))
        join(other, f"app-{n}", TOTP)
    assert queries() == before


def test_a_former_name_of_a_kind_of_evidence_is_still_read():
    (rule,) = rules.read([FORMER | {"max_age_days": 90}])

    assert (rule.id, rule.document) == ("evidence_category", EvidenceKind.CATEGORY)
    known = Facts(kind="B", day=date(2025, 6, 23), evidence={"category": date(2025, 6, 1)})
    assert rule.judge(known) == Result.MET


def test_a_rule_under_its_former_name_survives_the_editor(db):
    make_policy(rules=[FORMER])
    draft = make_draft(rules=[FORMER])
    shown = {form.rule_id: form.initial for form in rule_forms(draft)}
    with scope(Hat.ADMIN):
        change_rules(draft, [FORMER | {"id": "evidence_category", "document": "category"}])

    assert shown["evidence_category"]["used"]
    assert draft.rules[0]["since"] == "2025-06"


def test_the_check_leads_to_the_upload_until_the_file_is_there(brand, store, client_as):
    make_policy(rules=[LICENCE, MFA])
    client, page = client_as(Role.MARKETER), f"/b/shancha/stores/{store.pk}/"

    text = client.get(page, headers=ENGLISH).text
    assert "No valid file yet. Upload one: Business licence." in text
    assert 'href="#evidence-licence"' in text
    assert 'id="evidence-licence"' in text
    assert "Set up your second step" in text
    make_evidence(store, content=PIXEL)
    text = client.get(page, headers=ENGLISH).text
    assert "file of 2025-06-23" in text
    assert 'href="#evidence-licence"' not in text


def test_who_only_reads_is_led_to_no_form(store, client_as):
    make_policy(rules=[LICENCE, MFA])
    text = client_as(Role.VIEWER).get(f"/b/shancha/stores/{store.pk}/", headers=ENGLISH).text

    assert 'href="#evidence-licence"' not in text


def test_stated_scores_name_the_file_that_shows_them(store, client_as):
    floor = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}
    make_policy(rules=[floor])
    with scope(Hat.ADMIN):
        Store.objects.update(facts_stated_at=days.known_now())
    client, page = client_as(Role.MARKETER), f"/b/shancha/stores/{store.pk}/"

    assert "Stated by the brand, 2025-06-23; no file" in client.get(page, headers=ENGLISH).text
    make_evidence(store, kind=EvidenceKind.SCORES)
    assert "2025-06-23; file of 2025-06-23" in client.get(page, headers=ENGLISH).text
