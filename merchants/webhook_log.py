"""What the log says of a delivery, in the reader's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants.models import DeliveryStatus, WebhookDelivery
from merchants.webhook_kinds import name_of
from portal.lib.outgoing import MESSAGES

PROBLEMS = MESSAGES | {
    "deleted": gettext_lazy("The webhook was deleted before this was delivered."),
    "secret": gettext_lazy("The secret can't be opened. Rotate it, please."),
    "robot": gettext_lazy("The robot refused it; its answer says why."),
}
COLOURS = {DeliveryStatus.OWED: "info", DeliveryStatus.SENT: "ok", DeliveryStatus.FAILED: "bad"}


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery, its event by name, and what came of its last attempt."""

    delivery: WebhookDelivery
    name: str
    colour: str
    outcome: str


def tell(deliveries: Iterable[WebhookDelivery]) -> list[Told]:
    return [
        Told(each, name_of(each.kind), COLOURS[DeliveryStatus(each.status)], outcome_of(each))
        for each in deliveries
    ]


def outcome_of(delivery: WebhookDelivery) -> str:
    if delivery.problem:
        return str(PROBLEMS.get(delivery.problem, delivery.problem))
    if delivery.answer_status is None:
        return _("Not tried yet")
    said = _("HTTP %(status)s") % {"status": _in_words(delivery.answer_status)}
    if 300 <= delivery.answer_status < 400:
        return f"{said} · {_('redirects are not followed')}"
    return said


def _in_words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
