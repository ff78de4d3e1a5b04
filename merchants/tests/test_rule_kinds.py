"""The kinds of rules that the first policies use little, the category tree, and the openings."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from merchants import rules
from merchants.categories import TREE
from merchants.models import Category, PolicyVersion
from merchants.openings import shelves
from merchants.rules import KINDS, Facts, Result

TODAY = date(2025, 6, 23)
MFA = {"id": "member_mfa", "kind": "member_mfa", "at_least": 2}
SPEND = {"id": "minimum_spend", "kind": "minimum_amount", "of": "spend", "floor": "5000"}
LICENCE = {"id": "evidence_licence", "kind": "evidence", "document": "licence"}
FRESH = LICENCE | {"max_age_days": 90}
GOODS = {"id": "category", "kind": "category_allowed", "only": ["consumer_goods"]}
DATED = GOODS | {"opens_on": {"home": "2025-07-01", "fashion": "2025-06-20"}}
NOT_FOOD = {"id": "category", "kind": "category_allowed", "never": ["food", "health_care"]}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def judge(rule, **facts):
    (verdict,) = rules.evaluate([rule], Facts(**{"kind": "B", "day": TODAY} | facts))
    return verdict


@pytest.mark.parametrize(
    ("rule", "facts", "result"),
    [
        (MFA, {}, Result.UNKNOWN),
        (MFA, {"members_with_mfa": 1}, Result.NOT_MET),
        (MFA, {"members_with_mfa": 2}, Result.MET),
        (SPEND | {"floor": ""}, {}, Result.NO_REQUIREMENT),
        (SPEND, {}, Result.UNKNOWN),
        (SPEND, {"amounts": {"fee": Decimal(9000)}}, Result.UNKNOWN),
        (SPEND, {"amounts": {"spend": Decimal("4999.99")}}, Result.NOT_MET),
        (SPEND, {"amounts": {"spend": Decimal(5000)}}, Result.MET),
        (LICENCE, {}, Result.UNKNOWN),
        (LICENCE, {"evidence": {}}, Result.NOT_MET),
        (LICENCE, {"evidence": {"licence": date(2001, 1, 1)}}, Result.MET),
        (FRESH, {"evidence": {"licence": date(2025, 3, 25)}}, Result.MET),
        (FRESH, {"evidence": {"licence": date(2025, 3, 24)}}, Result.NOT_MET),
        (FRESH, {"evidence": {"licence": TODAY}, "day": None}, Result.UNKNOWN),
        (GOODS, {"category": "food"}, Result.MET),
        (GOODS, {"category": "sports"}, Result.NOT_MET),
        (DATED, {"category": "home"}, Result.NOT_MET),
        (DATED, {"category": "home", "day": date(2025, 7, 1)}, Result.MET),
        (DATED, {"category": "designer"}, Result.MET),
        (DATED, {"category": "sports"}, Result.NOT_MET),
        (NOT_FOOD, {"category": "beauty"}, Result.MET),
        (NOT_FOOD, {"category": "food"}, Result.NOT_MET),
        (NOT_FOOD, {"category": "health"}, Result.NOT_MET),
    ],
)
def test_each_rule_judges_the_facts(rule, facts, result):
    assert judge(rule, **facts).result == result


@pytest.mark.parametrize(
    ("rule", "facts", "gap"),
    [
        (MFA, {"members_with_mfa": 1}, "Second factors still to set up: 1."),
        (SPEND, {"amounts": {"spend": Decimal("4999.99")}}, "Still lacking: ¥0.01."),
        (DATED, {"category": "home"}, "This category opens on 2025-07-01. Hand in from then on."),
        (SPEND | {"floor": ""}, {}, ""),
    ],
)
def test_the_gap_is_the_smallest_change(rule, facts, gap):
    assert judge(rule, **facts).gap == gap


def test_the_editor_shows_a_groups_day_at_each_of_its_categories():
    (rule,) = rules.read([DATED])
    shown = {name: day for name, day in rule.initial().items() if name.startswith("opens_on")}

    assert shown == {
        "opens_on_home": date(2025, 7, 1),
        "opens_on_apparel": date(2025, 6, 20),
        "opens_on_designer": date(2025, 6, 20),
    }


def test_a_requirement_that_nobody_published_says_so():
    assert judge(SPEND | {"floor": ""}).required == "Not published"


def test_every_kind_of_rule_says_what_it_asks_in_both_languages():
    filled = {"overall": "4.5", "each": "4.6", "at_least": 1}
    for kind in KINDS.values():
        for rule_id, fixed in kind.variants.items():
            own = {name: filled[name] for name in kind.fields() if name in filled}
            rule = kind.read({"id": rule_id} | fixed | own)
            said = (rule.name(), rule.required())
            with translation.override("zh-hans"):
                assert all(said)
                assert (rule.name(), rule.required()) != said


def test_no_two_rules_share_an_id():
    ids = [rule_id for kind in KINDS.values() for rule_id in kind.variants]
    assert len(ids) == len(set(ids)) == 12


def test_the_tree_holds_each_category_once():
    assert sorted(each for leaves in TREE.values() for each in leaves) == sorted(Category)


def version(start, *stored, end=None):
    return PolicyVersion(code=str(start), effective_from=start, effective_until=end, rules=stored)


def openings(*policies):
    found = shelves(policies, TODAY)
    return {each.category: each.day or each.is_open for shelf in found for each in shelf.openings}


def test_a_category_opens_by_its_date_or_by_a_later_version():
    later = date(2025, 8, 1)
    found = openings(version(date(2025, 5, 12), DATED, end=later), version(later, NOT_FOOD))

    assert (found["beauty"], found["apparel"], found["home"]) == (True, True, date(2025, 7, 1))
    assert (found["sports"], found["health"]) == (later, False)


def test_a_date_after_the_versions_end_opens_nothing():
    assert openings(version(date(2025, 5, 12), DATED, end=date(2025, 7, 1)))["home"] is False


def test_a_version_without_a_category_rule_opens_all():
    assert set(openings(version(date(2025, 5, 12))).values()) == {True}
