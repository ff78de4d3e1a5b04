"""What owners do with group robots: add, change, test; the rest is as with webhooks."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from merchants.models import Brand, User, WebhookEndpoint
from merchants.robot_messages import NAME, body_of
from merchants.services import Refused
from merchants.webhooks import owe_test
from portal.lib.constraints import broken_rule
from portal.partners.robots import ROBOTS, Address

logger = logging.getLogger(__name__)

MOST = 10
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))  # where the sandbox is


@dataclass(frozen=True, slots=True)
class Asked:
    """What an owner wants of a robot; without an address it keeps the one it has."""

    name: str
    language: str
    kinds: Sequence[str]
    address: Address | None
    secret: str


def sandbox_of(channel: str) -> str:
    """Return what stands for the platform's hosts in the demo, or nothing."""
    return f"{settings.SANDBOX_URL}/robots/{channel}" if settings.SANDBOXED else ""


def read_address(channel: str, url: str) -> Address:
    """Read the address of such a robot, or raise BadAddress."""
    return ROBOTS[channel].address(url, sandbox=sandbox_of(channel))


@transaction.atomic
def add_robot(brand: Brand, channel: str, asked: Asked, *, by: User) -> WebhookEndpoint:
    if brand.webhooks.robots().present().count() >= MOST:
        raise Refused(_("A brand has at most 10 group robots. Delete one that is not needed."))
    robot = WebhookEndpoint(brand=brand, channel=channel, created_by=by)
    _write(robot, asked)
    logger.info("robot added webhook=%s brand=%s channel=%s", robot.pk, brand.pk, channel)
    return robot


@transaction.atomic
def change_robot(robot: WebhookEndpoint, asked: Asked) -> None:
    """Have later messages, and what is still owed, sent as is asked now."""
    _write(robot, asked)


def send_test(robot: WebhookEndpoint) -> None:
    """Owe the robot a message, which is tried once."""
    page = reverse("merchants:robot", args=[robot.brand.slug, robot.pk])
    with override(robot.language):
        title = f"{NAME} · {robot.brand.name} · {_('Test message')}"
        text = _("This group is told by “%(name)s” from now on.") % {"name": robot.name}
        body = body_of(robot.channel, title, text, page)
    owe_test(robot, uuid4(), body)


def _write(robot: WebhookEndpoint, asked: Asked) -> None:
    robot.name, robot.language = asked.name, asked.language
    robot.kinds = sorted(asked.kinds)
    written = ["name", "language", "kinds"]
    if asked.address:
        robot.lead_to(asked.address, asked.secret)
        written += ["url", "host", "fingerprint", "address_sealed", "secret_sealed"]
    try:
        with transaction.atomic():
            robot.save(update_fields=written if robot.pk else None)
    except IntegrityError as clash:
        if broken_rule(clash) != "webhook_robot_once":
            raise
        raise Refused(_("Another robot of the brand has this address already.")) from None
