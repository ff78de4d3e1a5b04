"""Who changed what of an alert rule, and when, in the words in which the rule itself is shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from campaigns.models import AlertRule, Campaign
from campaigns.results.alert_words import in_words, sample_in_words
from merchants import audit
from merchants.models import Change, Membership

LISTED = 50
Row = dict[str, Any]  # a row as JSON keeps it


@dataclass(frozen=True, slots=True)
class Changed:
    """`said` stands for a change that is more than its steps; they are none then."""

    at: datetime
    who: str
    said: str
    steps: list[audit.Step]


def changes_of(rule: AlertRule, membership: Membership) -> list[Changed]:
    """Return the newest first; a fixed number of queries."""
    rows = Change.objects.seen_by(membership).of_kind("alertrule").filter(row_id=rule.pk)
    kept = list(rows.select_related("actor").with_before().order_by(F("pgh_id").desc())[:LISTED])
    names = _campaigns(kept)
    found = [_changed(each, names) for each in kept]
    return [each for each in found if each.said or each.steps]


def _changed(change: Change, names: dict[int, str]) -> Changed:
    who, before, now = audit.who(change), change.before, change.kept
    if before is None:
        return Changed(change.at, who, _("wrote the rule"), [])
    if before["ended_at"] != now["ended_at"]:
        return Changed(change.at, who, _("deleted the rule"), [])
    if before["is_active"] != now["is_active"]:
        said = _("switched the rule on") if now["is_active"] else _("switched the rule off")
        return Changed(change.at, who, said, [])
    old, new = _facts(before, names), _facts(now, names)
    steps = [audit.Step(name, old[name], new[name]) for name in old if old[name] != new[name]]
    return Changed(change.at, who, "", steps)


def _facts(row: Row, names: dict[int, str]) -> dict[str, str]:
    """Return each thing that a person may set, by its name on the rule's page."""
    fields = {field.name for field in AlertRule._meta.concrete_fields if not field.is_relation}
    rule = AlertRule(**{name: row[name] for name in fields})
    campaign = row["campaign_id"]
    return {
        _("Name of the rule"): rule.name,
        _("Notes"): names.get(campaign, "—") if campaign else _("All notes of the brand"),
        _("What it asks"): in_words(rule),
        _("Period"): _("%(n)s days together") % {"n": rule.span}
        + (" · " + _("the newest %(n)s left out") % {"n": rule.skipped} if rule.skipped else ""),
        _("Attribution window"): _("%(n)s d") % {"n": rule.window},
        _("When it holds"): rule.get_suggests_display(),
        _("Smallest sample"): sample_in_words(rule, rule.least_sample),
        _("Least maturity"): f"{rule.least_maturity}%",
    }


def _campaigns(changes: list[Change]) -> dict[int, str]:
    rows = [row for each in changes for row in (each.kept, each.before) if row]
    pks = {row["campaign_id"] for row in rows if row["campaign_id"]}
    return dict(Campaign.objects.filter(pk__in=pks).values_list("pk", "name"))
