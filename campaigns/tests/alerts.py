"""Alert rules, and days that are complete for them."""

from datetime import date
from typing import Any

from campaigns.models import AlertEvent, AlertRule
from merchants.models import Brand
from portal.lib import days
from portal.lib.scope import Hat, scope


def make_alert(brand: Brand, name: str = "跳转太贵", **fields: Any) -> AlertRule:
    """Write a rule down; unless said, it holds when seven days' cost per jump is above 1 yuan."""
    fields = {
        "metric": "cost_per_jump",
        "window": 15,
        "span": 7,
        "comparison": "above",
        "threshold": 100,
        "suggests": "pause",
        "sample_of": "order",
    } | fields
    with scope(Hat.WEB, brand=brand.pk):
        return AlertRule.objects.create(brand=brand, name=name, **fields)


def make_alert_event(rule: AlertRule, day: date, **fields: Any) -> AlertEvent:
    fields = {
        "first": day,
        "last": day,
        "moment": days.known_now(),
        "verdict": "met",
        "is_raised": False,
    } | fields
    with scope(Hat.NIGHT):
        return AlertEvent.objects.create(
            brand_id=rule.brand_id, rule=rule, day=day, **rule.criterion() | fields
        )


def events_of(rule: AlertRule) -> list[AlertEvent]:
    with scope(Hat.ADMIN):
        return list(AlertEvent.objects.filter(rule=rule).order_by("day"))
