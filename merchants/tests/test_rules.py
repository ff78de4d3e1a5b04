from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from merchants import rules
from merchants.rules import BadPolicy, Facts, Result, Scores

UNTIL = datetime(2026, 5, 11, tzinfo=UTC)
FLOOR = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}
LAUNCH = {"id": "category", "kind": "category_allowed", "only": ["beauty", "sports"]}
WIDENED = {"id": "category", "kind": "category_allowed"}
EXCEPT_HOME = {"id": "category", "kind": "category_allowed", "never": ["home"]}
TMALL = {"id": "type", "kind": "store_type"}
CONSENT = {"id": "consent", "kind": "connection", "partner": "top"}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def judge(rule, **facts):
    (verdict,) = rules.evaluate([rule], Facts(**{"kind": "B"} | facts))
    return verdict


def scores(*values):
    return Scores(*(value and Decimal(value) for value in values))


@pytest.mark.parametrize(
    ("rule", "facts", "result"),
    [
        (TMALL, {}, Result.MET),
        (TMALL, {"kind": "C"}, Result.NOT_MET),
        (CONSENT, {"connected": {"top": UNTIL}}, Result.MET),
        (CONSENT, {"connected": {"juguang": UNTIL}}, Result.NOT_MET),
        (LAUNCH, {"category": "beauty"}, Result.MET),
        (LAUNCH, {"category": "home"}, Result.NOT_MET),
        (LAUNCH, {}, Result.UNKNOWN),
        (WIDENED, {"category": "home"}, Result.MET),
        (WIDENED, {}, Result.UNKNOWN),
        (EXCEPT_HOME, {"category": "food"}, Result.MET),
        (EXCEPT_HOME, {"category": "home"}, Result.NOT_MET),
    ],
)
def test_each_rule_judges_the_facts(rule, facts, result):
    assert judge(rule, **facts).result == result


@pytest.mark.parametrize(
    ("values", "result"),
    [
        (("4.5",), Result.MET),
        (("4.8", "1.0", "1.0", "1.0"), Result.MET),
        (("4.4", "4.6", "4.6", "4.6"), Result.MET),
        ((None, "4.6", "4.6", "4.6"), Result.MET),
        (("4.4", "4.6", "4.5", "4.3"), Result.NOT_MET),
        (("4.4", "4.6", "4.6", None), Result.UNKNOWN),
        (("4.4",), Result.UNKNOWN),
        ((None, "4.0", "4.0", "4.0"), Result.UNKNOWN),
        ((), Result.UNKNOWN),
    ],
)
def test_the_score_floor_takes_the_overall_score_or_all_three(values, result):
    assert judge(FLOOR, scores=scores(*values)).result == result


def test_what_is_lacking_names_the_smallest_change_first():
    near = judge(FLOOR, scores=scores("4.4", "4.6", "4.5", "4.3"))
    far = judge(FLOOR, scores=scores("4.0", "4.6", "4.6", "4.5"))

    assert near.gap == (
        "Raise the overall score from 4.4 to 4.5."
        " Or: Raise each of these to 4.6: service 4.5, logistics 4.3."
    )
    assert far.gap.startswith("Raise each of these to 4.6: logistics 4.5.")


def test_a_rule_that_is_met_lacks_nothing():
    assert judge(FLOOR, scores=scores("4.9")).gap == ""


def test_an_unknown_fact_is_not_shown_as_a_value():
    assert judge(LAUNCH).seen == ""
    assert judge(FLOOR).seen == ""


@pytest.mark.parametrize(
    "stored", [{"id": "x", "kind": "horoscope"}, {"id": "x"}, FLOOR | {"planet": "mars"}]
)
def test_a_policy_with_a_rule_we_do_not_know_is_refused(stored):
    with pytest.raises(BadPolicy):
        judge(stored)


def test_frozen_verdicts_are_read_in_the_readers_language():
    frozen = rules.freeze([TMALL], Facts(kind="B"))

    with translation.override("zh-hans"):
        assert rules.thaw(frozen)[0].name == "店铺类型"
    assert rules.thaw(frozen)[0] == judge(TMALL)
