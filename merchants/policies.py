"""How a policy version comes about: drafted by one person, published by another."""

import logging
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from merchants import rules
from merchants.models import PolicyStatus, PolicyVersion, User
from merchants.rules import Rule, Stored
from merchants.services import Refused
from portal.lib import days

logger = logging.getLogger(__name__)


def policies_from_today() -> list[PolicyVersion]:
    """Return the published versions from today on, the present one first."""
    return list(PolicyVersion.objects.since(days.today()).oldest_first())


def latest_published() -> PolicyVersion | None:
    return PolicyVersion.objects.published().newest_first().first()


def decides_alone(policy: PolicyVersion) -> bool:
    """Whether an application under this version is decided at once, without a reviewer."""
    return policy.decides_by_itself and not need_a_person(policy)


def need_a_person(policy: PolicyVersion) -> list[Rule]:
    """Return the rules whose facts rest on somebody's word."""
    return [rule for rule in rules.read(policy.rules) if not rule.machine_checkable]


def forerunner_of(policy: PolicyVersion) -> PolicyVersion | None:
    """Return the published version that this one follows, or would."""
    others = PolicyVersion.objects.published().exclude(pk=policy.pk)
    if policy.status == PolicyStatus.PUBLISHED:
        others = others.filter(effective_from__lt=policy.effective_from)
    return others.newest_first().first()


def start_draft(policy: PolicyVersion) -> None:
    """Let a new draft begin with what its forerunner says; the caller saves."""
    if forerunner := latest_published():
        policy.rules = keep_since(forerunner.rules, forerunner)


@transaction.atomic
def change_rules(policy: PolicyVersion, changed: Sequence[Stored]) -> None:
    """Replace a draft's rules; each keeps the version that brought it in, if it is unchanged."""
    rules.read(changed)
    stored = keep_since(changed, latest_published())
    drafts = PolicyVersion.objects.filter(pk=policy.pk, status=PolicyStatus.DRAFT)
    if not drafts.update(rules=stored):
        raise Refused(_("Only a draft can change. Take it back to draft first."))
    policy.rules = stored


@transaction.atomic
def propose_policy(policy: PolicyVersion, *, by: User) -> None:
    _refuse_unfit(policy)
    policy.move_to(PolicyStatus.PROPOSED, by=by)


@transaction.atomic
def take_back_policy(policy: PolicyVersion, *, by: User) -> None:
    policy.move_to(PolicyStatus.DRAFT, by=by)


@transaction.atomic
def publish_policy(policy: PolicyVersion, *, by: User) -> None:
    """Publish what another person proposed, and end the version before it on that day."""
    # two publications wait for each other here, so the second sees the first
    list(PolicyVersion.objects.published().select_for_update().filter(effective_until=None))
    policy.refresh_from_db()
    if policy.proposed_by_id == by.pk:
        raise Refused(_("Whoever proposed a version cannot publish it: another person has to."))
    _refuse_unfit(policy)
    open_ended = PolicyVersion.objects.published().filter(effective_until=None)
    open_ended.update(effective_until=policy.effective_from)
    policy.move_to(PolicyStatus.PUBLISHED, by=by)
    logger.info("policy published code=%s from=%s", policy.code, policy.effective_from)


def keep_since(stored: Sequence[Stored], forerunner: PolicyVersion | None) -> list[Stored]:
    """Write beside each rule which version brought it in, where it isn't the new one."""
    known = {_parameters(rule): rule.get("since") or forerunner for rule in _rules_of(forerunner)}
    kept = []
    for rule in stored:
        own = {name: value for name, value in rule.items() if name != "since"}
        since = known.get(_parameters(rule))
        kept.append(own | ({"since": str(since)} if since else {}))
    return kept


def _rules_of(policy: PolicyVersion | None) -> list[Stored]:
    return policy.rules if policy else []


def _parameters(rule: Stored) -> str:
    """Two rules that are read alike are alike, whatever defaults one of them leaves out."""
    (read,) = rules.read([{name: value for name, value in rule.items() if name != "since"}])
    return repr(read)


def _refuse_unfit(policy: PolicyVersion) -> None:
    if not policy.rules:
        raise Refused(_("A version without rules would let everybody in: add its rules first."))
    if policy.effective_from <= days.today():
        raise Refused(_("The version has to take effect on a later day than today."))
    latest = latest_published()
    if latest and policy.effective_from <= latest.effective_from:
        raise Refused(
            _("The version has to take effect after %(latest)s, which does on %(day)s.")
            % {"latest": latest, "day": latest.effective_from.isoformat()}
        )
