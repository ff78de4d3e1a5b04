"""What the first page of the staff says: what waits, and where to go for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from merchants.models import (
    Application,
    Connection,
    MailStatus,
    NoticeMail,
    PolicyStatus,
    PolicyVersion,
    SecondReview,
    User,
)
from merchants.queue_filters import overdue_for
from merchants.standing import policy_in_force
from portal.lib import days


@dataclass(frozen=True, slots=True)
class Waiting:
    """`number` of rows wait; `late` says so where some of them wait for too long."""

    name: str
    number: int
    sentence: str
    link: str
    late: str = ""


Part = Callable[[User], Waiting]
# what other apps have waiting, by the right to see it; each adds its own when it is ready
PARTS: dict[str, Part] = {}


def landing(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what waits for the person to the context of the admin's first page."""
    user = cast(User, request.user)
    parts: dict[str, Part] = {
        "merchants.view_application": _applications,
        **PARTS,
        "merchants.view_secondreview": _second_reviews,
        "merchants.view_policyversion": _policies,
        "merchants.view_connection": _connections,
        "merchants.view_noticemail": _mails,
    }
    return context | {
        "title": _("What waits"),
        "waiting": [part(user) for right, part in parts.items() if user.has_perm(right)],
        "known_now": days.known_now(),
    }


def _applications(user: User) -> Waiting:
    rows = Application.objects.waiting()
    late = rows.filter(overdue_for(days.known_now(), 0)).count()
    return Waiting(
        _("Applications"),
        rows.count(),
        _("handed in or appealed, and not decided yet"),
        _list("application", "promise=waiting"),
        _("%(count)d overdue") % {"count": late} if late else "",
    )


def _second_reviews(user: User) -> Waiting:
    return Waiting(
        _("Second reviews"),
        SecondReview.objects.kept_from(user).count(),
        _("drawn, and not judged by a second person yet"),
        _list("secondreview"),
    )


def _policies(user: User) -> Waiting:
    policy = policy_in_force(days.today())
    return Waiting(
        _("Policy versions"),
        PolicyVersion.objects.exclude(status=PolicyStatus.PUBLISHED).count(),
        _("drafted or proposed; %(policy)s is in force") % {"policy": policy}
        if policy
        else _("drafted or proposed; none is in force, so no store can apply"),
        _list("policyversion"),
    )


def _connections(user: User) -> Waiting:
    return Waiting(
        _("Connections"),
        Connection.objects.lapsed(timezone.now()).count(),
        _("pull nothing until their brand consents again"),
        _list("connection"),
    )


def _mails(user: User) -> Waiting:
    return Waiting(
        _("Mails"),
        NoticeMail.objects.filter(status=MailStatus.UNSURE).count(),
        _("may or may not have left, and wait for a person"),
        _list("noticemail", f"status__exact={MailStatus.UNSURE}"),
    )


def _list(model: str, query: str = "") -> str:
    address = reverse(f"admin:merchants_{model}_changelist")
    return f"{address}?{query}" if query else address
