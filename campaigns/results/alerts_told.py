"""Telling of what was raised and cleared: once, and not within the brand's quiet hours."""

import json
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from campaigns.models import AlertEvent, QuietHours
from campaigns.models.alert import Turn
from campaigns.results.alert_words import Told
from merchants.models import NoticeKind
from merchants.notices import tell_marketers
from merchants.webhook_events import Fact, announce
from merchants.webhook_kinds import Data
from portal.lib import days
from portal.lib.scope import Hat, scope

KINDS = {
    Turn.RAISED: (NoticeKind.ALERT_RAISED, "alert.raised"),
    Turn.CLEARED: (NoticeKind.ALERT_CLEARED, "alert.cleared"),
}


def tell_owed() -> int:
    """Tell each brand what it is owed and may hear now; return how many events were told."""
    with scope(Hat.NIGHT):
        owed = list(AlertEvent.objects.untold().order_by("pk").values_list("pk", "brand"))
    return sum(_tell(pk, brand) for pk, brand in owed)


def _tell(event_pk: int, brand: int) -> bool:
    """Take the event and tell of it in one transaction; of two at once one takes it."""
    now = days.known_now()
    with scope(Hat.NIGHT, brand=brand):
        if any(hours.cover(now) for hours in QuietHours.objects.filter(brand=brand)):
            return False
        if not AlertEvent.objects.untold().filter(pk=event_pk).update(told_at=now):
            return False
        events = AlertEvent.objects.select_related("brand", "rule")
        told = Told(events.get(pk=event_pk))
        notice, webhook = KINDS[Turn(told.event.turn)]
        page = reverse("campaigns:alert", args=[told.event.brand.slug, told.event.rule_id])
        tell_marketers(told.event.brand, notice, _id(told.event), leads_to=page, **_said(told))
        announce(webhook, told.event.brand, Fact(page, _data(told)))
    return True


def _id(event: AlertEvent) -> UUID:
    """Return the same id for it each time, so that no robot is owed it twice."""
    return uuid5(NAMESPACE_URL, f"redcat:alert:{event.pk}")


def _said(told: Told) -> dict[str, str]:
    """Return what a notice keeps; what depends on the language is said in each."""
    said: dict[str, dict[str, str]] = {"suggestion": {}, "asked": {}, "sample": {}}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said["suggestion"][language] = str(told.suggestion.label)
            said["asked"][language] = told.question
            said["sample"][language] = told.sample
    share = told.maturity
    return {name: json.dumps(each) for name, each in said.items()} | {
        "alert": told.event.rule.name,
        "first": told.event.first.isoformat(),
        "last": told.event.last.isoformat(),
        "value": told.value,
        "maturity": "—" if share is None else f"{int(share * 100)}%",
    }


def _data(told: Told) -> Data:
    event = told.event
    return {
        "alert": event.rule_id,
        "campaign": event.campaign_id,
        "suggestion": told.suggestion.value,
        "metric": event.metric,
        "window": event.window,
        "from": event.first.isoformat(),
        "to": event.last.isoformat(),
        "comparison": event.comparison,
        "limit": event.threshold,
        "value": event.value,
        "sample_of": event.sample_of,
        "sample": event.sample,
        "maturity": event.maturity,
    }
