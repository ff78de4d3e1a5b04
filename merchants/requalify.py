"""Whether a joined store still qualifies: judged every day, by today's policy and today's facts.

Each worse step comes with a notice and a period of grace that begins with it, however many
nights were missed; whatever is cured takes effect at once.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from merchants import rules
from merchants.models import (
    NoticeKind,
    Participation,
    ParticipationStatus,
    PolicyVersion,
    Store,
    User,
)
from merchants.notices import notify
from merchants.rules import Result, Stored
from merchants.services import locked_store
from merchants.standing import facts_today, policy_in_force
from portal.lib import days
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

Status = ParticipationStatus
NOTICES = {
    Status.GOOD: NoticeKind.CURED,
    Status.AT_RISK: NoticeKind.AT_RISK,
    Status.RESTRICTED: NoticeKind.RESTRICTED,
    Status.SUSPENDED: NoticeKind.SUSPENDED,
}


@dataclass(frozen=True, slots=True)
class Step:
    """Where a store stands; `until` and `failing` as a Participation has them."""

    status: ParticipationStatus
    until: date | None = None
    failing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Grace:
    """How many days a store stays at each step before the next."""

    at_risk: int
    restricted: int


@dataclass(frozen=True, slots=True)
class Judgement:
    policy: PolicyVersion
    lacking: list[Stored]
    results: Mapping[str, Result]

    @property
    def grace(self) -> Grace:
        return Grace(self.policy.grace_days_at_risk, self.policy.grace_days_restricted)


def next_step(present: Step, results: Mapping[str, Result], today: date, grace: Grace) -> Step:
    """Return where the store stands after a judgement with these results, by rule.

    What nobody knows starts no clock and stops none: by itself it puts a store at risk and goes
    no further, but a rule that was not met does not count as cured by becoming unknown. A rule
    that fails later than the one whose clock runs gets a clock of its own.
    """
    lacking = {rule for rule, result in results.items() if not result.lets_in}
    failing = frozenset(
        rule for rule in lacking if results[rule] == Result.NOT_MET or rule in present.failing
    )
    named = failing & present.failing
    if not lacking:
        return Step(Status.GOOD)
    if not failing:
        return Step(Status.AT_RISK)
    if not named:
        return Step(Status.AT_RISK, today + timedelta(days=grace.at_risk), failing)
    if present.status == Status.SUSPENDED:
        return replace(present, failing=named)
    if present.until is None:  # staff held it, and it comes back to where it was
        length = grace.at_risk if present.status == Status.AT_RISK else grace.restricted
        return Step(present.status, today + timedelta(days=length), failing)
    if today < present.until:
        return replace(present, failing=named)
    if present.status == Status.AT_RISK:
        return Step(Status.RESTRICTED, today + timedelta(days=grace.restricted), failing)
    return Step(Status.SUSPENDED, None, failing)


def due() -> list[int]:
    """Return the joined stores that nobody has judged yet today; none while no policy is."""
    today = days.today()
    with scope(Hat.NIGHT):
        if policy_in_force(today) is None:
            return []
        judged = Participation.objects.filter(judged_on__gte=today).values("store")
        stores = Store.objects.approved().present().exclude(pk__in=judged)
        return list(stores.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def requalify_store(store: Store) -> None:
    """Judge a joined store and take the step that follows, with its notice.

    Under the store's lock, so of two at a time the second finds the step taken. What staff hold
    suspended stays so; only the verdicts are kept.
    """
    store = locked_store(store)
    judgement = judge(store)
    if judgement is None:
        return
    participation = participation_of(store)
    if participation.is_held:
        participation.keep_judgement(**_found(judgement))
        return
    present = Step(
        ParticipationStatus(participation.status),
        participation.until,
        frozenset(participation.failing),
    )
    step = next_step(present, judgement.results, days.today(), judgement.grace)
    take_step(participation, step, judgement)


def participation_of(store: Store) -> Participation:
    """Return the store's row, made at its first judgement; call with the store locked."""
    own = Participation.objects.select_related("store__brand")
    return own.get_or_create(brand_id=store.brand_id, store=store)[0]


def judge(store: Store) -> Judgement | None:
    """Judge the store as it is now by the policy of today, or by nothing where none is in force."""
    policy = policy_in_force(days.today())
    if policy is None:
        return None
    frozen = rules.freeze(policy.rules, facts_today(store))
    results = {each["rule_id"]: Result(each["result"]) for each in frozen}
    lacking = [each for each in frozen if not results[each["rule_id"]].lets_in]
    return Judgement(policy, lacking, results)


def take_step(
    participation: Participation,
    step: Step,
    judgement: Judgement,
    *,
    by: User | None = None,
    note: str = "",
) -> None:
    """Move the store and tell the brand; without a move only the judgement is kept."""
    found = _found(judgement) | {"failing": sorted(step.failing)}
    stays = (step.status, step.until) == (participation.status, participation.until)
    if stays and not participation.is_held:
        participation.keep_judgement(**found)
        return
    freed = {"held_because": "", "held_from": ""}
    changes = found | freed | {"until": step.until}
    was_held = participation.is_held
    participation.move_to(step.status, by=by, note=note, changes=changes)
    logger.info("store judged store=%s status=%s", participation.store_id, step.status)
    if not (was_held and step.status == Status.GOOD):  # that it is lifted says so already
        _tell(participation, by=by)


def _found(judgement: Judgement) -> dict[str, Any]:  # as update() takes them
    return {
        "lacking": judgement.lacking,
        "policy": judgement.policy,
        "judged_on": days.today(),
    }


def _tell(participation: Participation, *, by: User | None) -> None:
    until = participation.until.isoformat() if participation.until else ""
    said = {
        language: " ".join(each["said"][language]["gap"] for each in participation.lacking)
        for language, _name in settings.LANGUAGES
    }
    notify(
        participation.store,
        NOTICES[ParticipationStatus(participation.status)],
        by=by,
        lacking=json.dumps(said, ensure_ascii=False),
        restricted_on=until,
        suspended_on=until,
    )
