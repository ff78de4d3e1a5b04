"""Which decisions are judged a second time, blindly, and what is written down of it."""

from collections.abc import Sequence
from datetime import UTC

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from merchants.models import Application, ApplicationStatus, Judgement, SecondReview, User
from merchants.reasons import Reason
from merchants.services import Refused

SALT = "second review"
BYTES = 8
LONGEST_ID = 18  # digits of what the database takes as a number


def sample(application: Application, *, by: User) -> SecondReview | None:
    """Draw the decision just taken, or not; on appeal another reviewer has judged anyway."""
    decided_at = application.decided_at
    if decided_at is None or application.status not in Judgement.values:
        return None
    if not is_drawn(application):
        return None
    events = application.events.order_by("-pk")
    current = application.store.evidence.current().order_by("-pk")
    return SecondReview.objects.create(
        brand_id=application.brand_id,
        store_id=application.store_id,
        application=application,
        handed_in=events.filter(target=ApplicationStatus.SUBMITTED)[0],
        decision=events[0],
        evidence=list(current.values_list("pk", flat=True)),
        sampled_at=decided_at,
        first_by=by,
        first_judgement=application.status,
    )


def is_drawn(application: Application) -> bool:
    """Tell by a keyed hash of what was handed in: nobody can foresee it, or try once more."""
    if application.submitted_at is None:
        return False
    token = f"{application.pk}:{application.submitted_at.astimezone(UTC).isoformat()}"
    digest = salted_hmac(SALT, token, algorithm="sha256").digest()
    drawn: float = int.from_bytes(digest[:BYTES]) / 2 ** (8 * BYTES)
    return drawn < settings.SECOND_REVIEW_SHARE


def kept_from(user: User, application_id: str) -> SecondReview | None:
    """Return the second review that keeps this application's decision from the user."""
    if not application_id.isdecimal() or len(application_id) > LONGEST_ID:
        return None
    return SecondReview.objects.kept_from(user).filter(application=int(application_id)).first()


@transaction.atomic
def judge(
    review: SecondReview,
    judgement: Judgement,
    *,
    because: Sequence[Reason] = (),
    note: str = "",
    by: User,
) -> None:
    """Write the second judgement; the first decision stands, whatever it says."""
    if judgement == Judgement.REJECTED and not because:
        raise Refused(_("Choose at least one reason."))
    review.settle(judgement, reasons=[reason.code for reason in because], note=note, by=by)
