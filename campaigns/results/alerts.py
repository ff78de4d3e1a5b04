"""Judging each alert rule once for each complete day, by the figures that the page would show."""

import logging
from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef

from campaigns.models import AlertEvent, AlertRule
from campaigns.models.alert import Criterion, Turn, Verdict
from campaigns.results.answers import answer
from campaigns.results.calendar import last_days
from campaigns.results.change import compare
from campaigns.results.choice import NoteChoice
from campaigns.results.complete import is_complete, is_owed
from campaigns.results.metrics import METRICS, Unit
from campaigns.results.pace import pace_of
from campaigns.results.question import Against, Question, newest_closed
from campaigns.results.shown import cell
from campaigns.results.suggestion import Numbers, gone, stored, turn_of, verdict_of
from merchants.models import Brand, Membership, Role
from portal.lib import days
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)


def due() -> list[int]:
    """Return the rules that were not judged for the newest day that can be known."""
    day = newest_closed(days.known_now())
    judged = AlertEvent.objects.filter(rule=OuterRef("pk"), day=day)
    with scope(Hat.NIGHT):
        rules = AlertRule.objects.working().for_day(day).filter(~Exists(judged)).order_by("pk")
        return list(rules.values_list("pk", flat=True))


def judge(rule_pk: int) -> AlertEvent | None:
    """Judge the rule if its brand's newest day is complete; safe to run twice, or two at once."""
    with scope(Hat.NIGHT):
        brand = AlertRule.objects.filter(pk=rule_pk).values_list("brand", flat=True).first()
    if brand is None:
        return None
    with scope(Hat.NIGHT, brand=brand):
        moment = days.known_now()
        day = newest_closed(moment)
        working = AlertRule.objects.working().for_day(day).select_for_update(of=["self"])
        rule = working.select_related("brand", "campaign").filter(pk=rule_pk).first()
        if rule is None or rule.events.filter(day=day).exists():
            return None
        if not is_complete(rule.brand_id, day):
            return None
        return _judge(rule, day, moment)


def question_of(asked: Criterion, day: date, moment: datetime) -> Question:
    first, last = last_days(asked.span, day - timedelta(days=asked.skipped))
    if asked.is_of_pace and asked.campaign:
        first, last = asked.campaign.starts_on, day
    return Question(
        first=first,
        last=last,
        window=asked.window,
        moment=moment,
        notes=NoteChoice(campaign=asked.campaign_id),
    )


def _judge(rule: AlertRule, day: date, moment: datetime) -> AlertEvent:
    question = question_of(rule, day, moment)
    numbers = _numbers(rule.brand, rule, question)
    verdict = verdict_of(rule, numbers)
    asked = question.earlier(Against.PERIOD) if rule.is_of_change else question
    if _is_lacking(rule, asked.first, question):
        verdict = Verdict.LACKING
    newest = rule.events.newest_first().first()
    was_raised = newest is not None and newest.is_raised
    turn = turn_of(verdict, was_raised=was_raised)
    event = AlertEvent.objects.create(
        brand=rule.brand,
        rule=rule,
        day=day,
        first=question.first,
        last=question.last,
        moment=moment,
        verdict=verdict,
        turn=turn or "",
        is_raised=turn == Turn.RAISED or (was_raised and turn != Turn.CLEARED),
        **rule.criterion(),
        **asdict(numbers),
    )
    logger.info("alert judged rule=%s day=%s verdict=%s turn=%s", rule.pk, day, verdict, turn)
    return event


def _is_lacking(rule: AlertRule, first: date, question: Question) -> bool:
    if rule.is_of_pace and rule.campaign:
        return bool(pace_of(rule.campaign, _everyone(rule.brand), question.moment).missing)
    return is_owed(rule.brand_id, first, question.last)


def _everyone(brand: Brand) -> Membership:
    """Return somebody who sees every store."""
    everyone = Membership(brand=brand, role=Role.VIEWER)
    everyone.narrowed_to = ()
    return everyone


def _numbers(brand: Brand, asked: Criterion, question: Question) -> Numbers:
    """Ask what the page asks."""
    everyone = _everyone(brand)
    found = answer(brand, everyone, question)
    metric = METRICS[asked.metric]
    told = cell(found.totals, metric.key, "total")
    now = stored(told.value, metric.unit)
    value, before = now, None
    if asked.is_of_change:
        change = compare(found, brand, everyone, Against.PERIOD).of(told)
        before = stored(change.before.value, metric.unit)
        share = None if change.percent is None else change.percent / 100
        value = stored(share, Unit.SHARE)
    if asked.is_of_pace and asked.campaign:
        pace = pace_of(asked.campaign, everyone, question.moment)
        now, before, value = pace.spent, pace.planned, stored(pace.deviation, Unit.SHARE)
    return Numbers(
        value=value,
        now=now,
        before=before,
        sample=found.totals.sum_of(asked.sample_of),
        maturity=gone(found.totals.maturity(metric.days(question.window))),
    )
