"""Who changed what of an alert rule, on its page and in the audit."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from campaigns.models import AlertRule
from campaigns.results.alert_history import changes_of
from campaigns.tests.alerts import make_alert
from campaigns.tests.plans import make_campaign
from campaigns.tests.test_alert_pages import FILLED
from merchants.models import Change, Membership, Role
from merchants.tests.factories import make_brand, make_membership, make_store, make_user
from portal.lib.scope import Hat, scope

pytestmark = pytest.mark.usefixtures("own_files", "in_english")
URL = "/b/shancha/settings/alerts/"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def marketer(client_as):
    client = client_as(Role.MARKETER)
    client.post(f"{URL}new/", FILLED, headers=ENGLISH)
    return client


def rule_of(brand):
    with scope(Hat.ADMIN):
        return AlertRule.objects.select_related("brand", "made_by").get(brand=brand)


def changes(rule):
    member = Membership(brand=rule.brand, role=Role.VIEWER)
    member.narrowed_to = ()
    with override("en"), scope(Hat.WEB, brand=rule.brand_id):
        return changes_of(rule, member)


def test_a_change_is_told_in_the_rules_own_words(brand, marketer):
    rule, campaign = rule_of(brand), make_campaign(make_store(brand))
    asked = {"limit": "1.5", "smallest": "40", "campaign": campaign.pk}
    marketer.post(f"{URL}{rule.pk}/edit/", FILLED | asked, headers=ENGLISH)

    changed, written = changes(rule)

    assert written.said == "wrote the rule"
    assert written.who == changed.who == str(rule.made_by)
    assert [(step.name, step.old, step.new) for step in changed.steps] == [
        ("Notes", "All notes of the brand", campaign.name),
        ("What it asks", "ROI 15 d is above 1.20", "ROI 15 d is above 1.50"),
        ("Smallest sample", "30 orders", "40 orders"),
    ]


def test_switching_and_deleting_are_told_newest_first(brand, marketer):
    rule = rule_of(brand)
    marketer.post(f"{URL}{rule.pk}/switch/", {"on": "0"})
    marketer.post(f"{URL}{rule.pk}/switch/", {"on": "1"})
    marketer.post(f"{URL}{rule.pk}/delete/")

    assert [each.said for each in changes(rule)] == [
        "deleted the rule",
        "switched the rule on",
        "switched the rule off",
        "wrote the rule",
    ]


def test_saving_what_stands_already_changes_nothing(brand, marketer):
    rule = rule_of(brand)
    marketer.post(f"{URL}{rule.pk}/edit/", FILLED, headers=ENGLISH)

    assert len(changes(rule)) == 1


def test_the_page_shows_it_to_whoever_sees_the_rule(brand, marketer, client_as):
    rule = rule_of(brand)
    marketer.post(f"{URL}{rule.pk}/edit/", FILLED | {"limit": "1.5"}, headers=ENGLISH)

    page = client_as(Role.VIEWER).get(f"{URL}{rule.pk}/", headers=ENGLISH).text

    assert "ROI 15 d is above 1.20 → ROI 15 d is above 1.50" in page


def test_the_audit_names_the_rule_and_no_raw_number(brand, marketer, client_as):
    rule = rule_of(brand)
    marketer.post(f"{URL}{rule.pk}/edit/", FILLED | {"limit": "1.5"}, headers=ENGLISH)
    marketer.post(f"{URL}{rule.pk}/delete/")

    page = (
        client_as(Role.OWNER).get("/b/shancha/settings/audit/?kind=alertrule", headers=ENGLISH).text
    )

    assert "changed the alert rule 放量" in page
    assert "deleted the alert rule 放量" in page
    assert "15000" not in page


def test_another_brands_rules_have_no_history_here(brand, marketer):
    theirs = make_alert(make_brand("yejing", "野径"))
    with scope(Hat.WEB, brand=brand.pk):
        kept = Change.objects.filter(subject="alertrule")
        assert {each.brand_id for each in kept} == {brand.pk}
        assert not kept.filter(row_id=theirs.pk).exists()


def test_who_is_narrowed_reads_none_of_it(brand, marketer):
    store = make_store(brand, 1)
    make_membership(brand, make_user("narrowed@example.test"), Role.OWNER, stores=(store,))
    with scope(Hat.WEB, brand=brand.pk, stores=[store.pk]):
        assert not Change.objects.filter(subject="alertrule").exists()


def test_ten_changes_cost_as_many_queries_as_one(brand, marketer):
    rule = rule_of(brand)

    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            marketer.get(f"{URL}{rule.pk}/")
        return len(captured)

    for_one = queries()
    for limit in range(2, 11):
        marketer.post(f"{URL}{rule.pk}/edit/", FILLED | {"limit": f"{limit}"}, headers=ENGLISH)
    assert queries() == for_one
