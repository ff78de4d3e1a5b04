"""Suspension by the platform's staff: with a reason that the brand reads, until they lift it."""

from django.db import transaction
from django.utils.translation import gettext as _

from merchants import requalify
from merchants.models import (
    NoticeKind,
    Participation,
    ParticipationStatus,
    Store,
    StoreStatus,
    User,
)
from merchants.notices import notify
from merchants.requalify import Step
from merchants.services import Refused, locked_store
from portal.lib import days

Status = ParticipationStatus


@transaction.atomic
def suspend_store(store: Store, *, reason: str, by: User) -> None:
    """Pause the store's links until staff lift it, whatever the nightly judgement says."""
    participation = _locked(store, reason)
    if participation.is_held:
        raise Refused(_("The platform has suspended this store already."))
    held = {"held_because": reason, "held_from": participation.status, "until": None}
    participation.move_to(Status.SUSPENDED, by=by, note=reason, changes=held)
    notify(participation.store, NoticeKind.HELD, by=by, reason=reason)


@transaction.atomic
def lift_suspension(store: Store, *, reason: str, by: User) -> None:
    """Let the store go back to good standing, or, where it lacks something, to where it was.

    What it lacks then gets a period of grace of its own, as if the suspension had not been.
    """
    participation = _locked(store, reason)
    if not participation.is_held:
        raise Refused(_("The platform has not suspended this store."))
    notify(participation.store, NoticeKind.RELEASED, by=by, reason=reason)
    before = Step(Status(participation.held_from), None, frozenset(participation.failing))
    judgement = requalify.judge(participation.store)
    if judgement is None:
        freed = {"held_because": "", "held_from": ""}
        participation.move_to(before.status, by=by, note=reason, changes=freed)
        return
    step = requalify.next_step(before, judgement.results, days.today(), judgement.grace)
    requalify.take_step(participation, step, judgement, by=by, note=reason)


def _locked(store: Store, reason: str) -> Participation:
    if not reason.strip():
        raise Refused(_("Say why: the brand reads it."))
    store = locked_store(store)
    if store.status != StoreStatus.APPROVED:
        raise Refused(_("Only a store that has joined can be suspended."))
    return requalify.participation_of(store)
