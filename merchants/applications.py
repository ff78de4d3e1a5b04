"""What happens to an application; each step is one transaction, under the row's lock."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from merchants import margins, reasons, review_clock, rules, second_reviews
from merchants.models import Application, ApplicationStatus, NoticeKind, Store, StoreStatus, User
from merchants.notices import notify
from merchants.reasons import Reason
from merchants.services import Refused, locked_store
from merchants.standing import Standing, stand_today
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

    Facts, verdicts and policy version of this moment are frozen into the row and its event.
    """
    store = locked_store(store)
    standing = stand_today(store)
    _refuse_unready(standing, answer)
    application, _made = Application.objects.get_or_create(brand_id=store.brand_id, store=store)
    _lock(application)
    frozen = _freeze(standing)
    changes = {**FRESH, **frozen, "submitted_at": days.known_now()}
    details = {"frozen": {**frozen, "policy": str(standing.policy)}}
    application.move_to(Status.SUBMITTED, by=by, note=answer, changes=changes, details=details)
    _promise(application)
    notify(store, NoticeKind.HANDED_IN, by=by, application=str(application))
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
        application.move_to(Status.IN_REVIEW, by=by)


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
    again_from, is_final = reasons.next_try(because, days.today())
    codes = [reason.code for reason in because]
    changes = {
        "reasons": codes,
        "reason": note,
        "again_from": again_from,
        "is_final": is_final,
        "rejected_by": by,
    }
    _decide(application, Status.REJECTED, by=by, note=note, changes=changes, codes=codes)
    told = {"application": str(application), "reason": note or "—"}
    notify(application.store, NoticeKind.REJECTED, by=by, **told)


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


def _freeze(standing: Standing) -> Frozen:
    policy = standing.policy
    stored = policy.rules if policy else []
    return {
        "policy": policy,
        "facts": asdict(standing.facts),
        "verdicts": rules.freeze(stored, standing.facts),
        "margin": margins.margin_of(stored, standing.facts),
    }


def _promise(application: Application) -> None:
    """Write by when the decision is due, so that a queue of any length is sorted by it."""
    application.due_at = review_clock.promised_by(application.events.oldest_first())
    application.save(update_fields=["due_at"])


def _lock(application: Application) -> None:
    """Read the row anew and keep others off it until the transaction ends."""
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
    by: User,
    note: str = "",
    changes: Frozen | None = None,
    codes: Sequence[str] = (),
) -> None:
    now = days.known_now()
    waited = review_clock.waited(application.events.oldest_first(), now)
    application.move_to(
        target,
        by=by,
        note=note,
        changes={"decided_at": now} | (changes or {}),
        details={"waited": waited, "reasons": list(codes)},
    )
    second_reviews.sample(application, by=by)


def _let_in(application: Application, *, by: User) -> None:
    Store.objects.filter(pk=application.store_id).update(status=StoreStatus.APPROVED)
    notify(application.store, NoticeKind.APPROVED, by=by, application=str(application))
