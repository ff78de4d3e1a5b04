"""What happens to an application; each step is one transaction, under the row's lock."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from merchants import margins, reasons, review_clock, rules, second_reviews, tasks
from merchants.models import (
    Application,
    ApplicationStatus,
    NoticeKind,
    PolicyVersion,
    Store,
    StoreStatus,
    User,
)
from merchants.models.evidence import in_force
from merchants.notices import notify
from merchants.reasons import Reason
from merchants.rules import Facts, Result
from merchants.services import Refused, locked_store
from merchants.standing import Standing, facts_today, stand_today
from merchants.webhook_events import announce_of_store
from portal.lib import days

Status = ApplicationStatus
Frozen = dict[str, Any]  # JSON columns, as update() takes them
FRESH: Frozen = {
    "decided_at": None,
    "reasons": [],
    "reason": "",
    "again_from": None,
    "is_final": False,
    "rejected_by": None,
    "appeal_judged_by": None,
    "asked": "",
    "answer_due": None,
}


class NotReady(Refused):
    """Rules are not met, or can't be judged yet; `gaps` says what each still lacks."""

    def __init__(self, gaps: list[str]) -> None:
        super().__init__(_("Not handed in. Still lacking: %(gaps)s") % {"gaps": " ".join(gaps)})
        self.gaps = gaps


# By the brand ---------------------------------------------------------------------------------


@transaction.atomic
def submit_application(store: Store, *, by: User, answer: str = "") -> Application:
    """Hand in, for the first time, again, or with the answer to what a reviewer asked.

    Facts, evidence, verdicts and policy version of this moment are frozen into the row and its
    event. Where the version decides alone, the decision follows the commit.
    """
    store = locked_store(store)
    standing = stand_today(store)
    _refuse_unready(standing, answer)
    application, _made = Application.objects.get_or_create(brand_id=store.brand_id, store=store)
    _lock(application)
    frozen = {
        **_freeze(standing.policy, standing.facts),
        "evidence": _hashes(standing.store),
    }
    changes = {
        **FRESH,
        **frozen,
        "policy": standing.policy,
        "margin": _margin(standing),
        "left_to_rules": standing.is_left_to_rules,
        "submitted_at": days.known_now(),
    }
    details = {"frozen": {**frozen, "policy": str(standing.policy)}}
    application.move_to(Status.SUBMITTED, by=by, note=answer, changes=changes, details=details)
    _promise(application)
    notify(store, NoticeKind.HANDED_IN, by=by, application=str(application))
    if standing.is_left_to_rules:  # a message that gets lost costs a minute: the tick finds it
        key = application.pk
        transaction.on_commit(lambda: tasks.decide_by_rules.delay(key), robust=True)
    return application


@transaction.atomic
def withdraw_application(application: Application, *, by: User) -> None:
    _lock(application)
    application.move_to(Status.WITHDRAWN, by=by)


@transaction.atomic
def appeal_application(application: Application, *, text: str, by: User) -> None:
    """Ask that another reviewer looks at a rejection."""
    if not text.strip():
        raise Refused(_("Say what the decision got wrong."))
    _lock(application)
    application.move_to(Status.APPEALED, by=by, note=text)
    _promise(application)


# By the platform ------------------------------------------------------------------------------


@transaction.atomic
def claim_application(application: Application, *, by: User) -> None:
    """Take the application to review, or for longer; raise Claimed while another has it."""
    _lock(application)
    if application.status == Status.APPEALED and application.rejected_by_id == by.pk:
        raise Refused(_("An appeal is judged by another reviewer than the one who rejected."))
    application.claim(by=by)
    if application.status == Status.SUBMITTED:
        application.move_to(Status.IN_REVIEW, by=by, changes={"left_to_rules": False})


@transaction.atomic
def assign_applications(
    chosen: Sequence[Application], *, to: User
) -> tuple[list[Application], list[Application]]:
    """Put those that can be taken on a reviewer's list; return them, and those that were skipped.

    Skipped is what doesn't wait, what another holds now, and an appeal against the reviewer.
    """
    rows = Application.objects.filter(pk__in=[each.pk for each in chosen])
    free = rows.claimable(to).exclude(status=Status.APPEALED, rejected_by=to)
    taken = set(free.select_for_update(of=("self",)).values_list("pk", flat=True))
    rows.filter(pk__in=taken).update(assigned_to=to)
    return [each for each in chosen if each.pk in taken], [
        each for each in chosen if each.pk not in taken
    ]


@transaction.atomic
def ask_brand(application: Application, *, question: str, by: User) -> None:
    """Send the application back with what is asked, to be answered within ANSWER_DAYS."""
    if not question.strip():
        raise Refused(_("Say what the brand has to show or change."))
    _hold(application, by)
    due = days.today() + timedelta(days=settings.ANSWER_DAYS)
    changes = {"asked": question, "answer_due": due}
    application.move_to(Status.NEEDS_INFO, by=by, note=question, changes=changes)


@transaction.atomic
def approve_application(application: Application, *, by: User) -> None:
    _hold(application, by)
    _decide(application, Status.APPROVED, by=by)
    _let_in(application, by=by)


@transaction.atomic
def reject_application(
    application: Application, *, because: Sequence[Reason], note: str = "", by: User
) -> None:
    """Turn the application down for one or more registered reasons."""
    if not because:
        raise Refused(_("Choose at least one reason."))
    if not note.strip() and any(not reason.about for reason in because):
        raise Refused(_("Say what the brand has to change."))
    _hold(application, by)
    _turn_down(application, because, note=note, by=by)


@transaction.atomic
def uphold_rejection(application: Application, *, note: str, by: User) -> None:
    if not note.strip():
        raise Refused(_("Say why the rejection holds."))
    _hold(application, by)
    changes = {"appeal_judged_by": by}
    _decide(application, Status.UPHELD, by=by, note=note, changes=changes)


@transaction.atomic
def overturn_rejection(application: Application, *, note: str = "", by: User) -> None:
    """Approve the store on its appeal."""
    _hold(application, by)
    changes = {"appeal_judged_by": by, "again_from": None, "is_final": False}
    _decide(application, Status.OVERTURNED, by=by, note=note, changes=changes)
    _let_in(application, by=by)


# By the rules alone, or by time ---------------------------------------------------------------


def left_to_the_rules() -> list[int]:
    """Return what is still to be decided without a reviewer, where a message got lost."""
    return list(Application.objects.for_the_rules().order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def decide_by_rules(application: Application) -> None:
    """Decide by the facts of this moment, read under the lock; or leave it to a person.

    Safe to run twice, and beside a reviewer: whoever comes first has it.
    """
    _lock(application)
    policy = application.policy
    if application.status != Status.SUBMITTED or not application.left_to_rules or policy is None:
        return
    facts = facts_today(application.store)
    judged = [(rule, rule.judge(facts)) for rule in rules.read(policy.rules)]
    failing = [rule for rule, result in judged if not result.lets_in]
    frozen = {**_freeze(policy, facts), "policy": str(policy)}
    if not failing:
        _decide(application, Status.APPROVED, details={"frozen": frozen})
        _let_in(application)
    elif all(result != Result.UNKNOWN for _rule, result in judged):
        because = reasons.of_rules(failing)
        _turn_down(application, because, details={"frozen": frozen})


def expire_unanswered() -> int:
    """Close what nobody answered in time; safe to run twice, and beside an answer."""
    due = Application.objects.unanswered(days.today()).select_for_update(skip_locked=True)
    with transaction.atomic():
        expired = list(due)
        for application in expired:
            application.move_to(Status.EXPIRED)
    return len(expired)


def _refuse_unready(standing: Standing, answer: str) -> None:
    if standing.may_apply_from:
        raise Refused(
            _("The store may apply again from %(day)s.") % {"day": standing.may_apply_from}
        )
    if standing.is_barred:
        raise Refused(_("After this decision the store may not apply again; it may appeal."))
    if standing.application and standing.application.draft:
        raise Refused(_("What was typed last is not complete, so it is not stated yet."))
    if standing.status == Status.NEEDS_INFO and not answer.strip():
        raise Refused(_("Answer what the reviewer asked."))
    if standing.policy is None:
        raise Refused(_("No policy is in force today, so nothing can be judged."))
    if standing.lacking:
        raise NotReady([verdict.gap for verdict in standing.lacking])


def _freeze(policy: PolicyVersion | None, facts: Facts) -> Frozen:
    stored = policy.rules if policy else []
    return {"facts": asdict(facts), "verdicts": rules.freeze(stored, facts)}


def _margin(standing: Standing) -> str:
    return margins.margin_of(standing.policy.rules if standing.policy else [], standing.facts)


def _hashes(store: Store) -> list[Frozen]:
    """Return which files were in force: a later one takes their place, but not here."""
    return [
        {
            "id": piece.pk,
            "kind": piece.kind,
            "sha256": piece.sha256,
            "day": days.business_day(piece.uploaded_at).isoformat(),
        }
        for piece in in_force(store.evidence.all(), days.today())
    ]


def _promise(application: Application) -> None:
    """Write by when the decision is due, so that a queue of any length is sorted by it."""
    application.due_at = review_clock.promised_by(application.events.oldest_first())
    application.save(update_fields=["due_at"])


def _lock(application: Application) -> None:
    """Read the row anew and keep others off it until the transaction ends.

    The store goes first, as in each step that begins with it: so no two wait for each other.
    """
    locked_store(application.store)
    application.refresh_from_db(from_queryset=Application.objects.select_for_update(of=("self",)))


def _hold(application: Application, by: User) -> None:
    """Lock what `by` has claimed; a claim that ran out still holds until another takes it."""
    _lock(application)
    if application.is_waiting and application.claimed_by_id != by.pk:
        if application.claimed_by is None:
            raise Refused(_("Claim the application before you decide."))
        raise Refused(
            _("%(who)s has taken this application over. Nothing was decided.")
            % {"who": application.claimed_by}
        )


def _decide(
    application: Application,
    target: ApplicationStatus,
    *,
    by: User | None = None,
    note: str = "",
    changes: Frozen | None = None,
    details: Frozen | None = None,
) -> None:
    """Only what a person decided counts for how long the platform takes."""
    now = days.known_now()
    waited = review_clock.waited(application.events.oldest_first(), now) if by else None
    application.move_to(
        target,
        by=by,
        note=note,
        changes={"decided_at": now} | (changes or {}),
        details={"waited": waited} | (details or {}),
    )
    if by:
        second_reviews.sample(application, by=by)


def _turn_down(
    application: Application,
    because: Sequence[Reason],
    *,
    by: User | None = None,
    note: str = "",
    details: Frozen | None = None,
) -> None:
    again_from, is_final = reasons.next_try(because, days.today())
    codes = [reason.code for reason in because]
    changes = {
        "reasons": codes,
        "reason": note,
        "again_from": again_from,
        "is_final": is_final,
        "rejected_by": by,
    }
    details = {"reasons": codes} | (details or {})
    _decide(application, Status.REJECTED, by=by, note=note, changes=changes, details=details)
    told = {"application": str(application), "reason": note or " ".join(codes)}
    notify(application.store, NoticeKind.REJECTED, by=by, **told)
    announce_of_store("application.rejected", application.store, application=application.pk)


def _let_in(application: Application, *, by: User | None = None) -> None:
    Store.objects.filter(pk=application.store_id).update(status=StoreStatus.APPROVED)
    notify(application.store, NoticeKind.APPROVED, by=by, application=str(application))
    announce_of_store("application.approved", application.store, application=application.pk)
