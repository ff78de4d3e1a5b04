"""What a webhook can tell of: every kind of event once, with an example of its body.

A new kind is an entry here and a call of `announce` where the thing happens. A body names ids and
no person; whoever wants more asks for it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.lib.days import SHANGHAI

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERSION = 1
TEST = "webhook.test"
Data = dict[str, object]  # numbers and strings, as JSON has them


@dataclass(frozen=True, slots=True)
class Kind:
    key: str
    name: "StrPromise"
    told_when: "StrPromise"
    data: Data  # an example
    page: str  # an example

    @property
    def example(self) -> str:
        event = UUID("0197d3a0-6c1e-7d52-9c55-2f1a40b6e7c1")
        at = datetime(2025, 6, 18, 9, 30, tzinfo=SHANGHAI)
        said = Body(event, self.key, at, "shancha", self.page, self.data)
        return json.dumps(json.loads(said.as_json), indent=2)


@dataclass(frozen=True, slots=True)
class Body:
    event: UUID
    kind: str
    at: datetime
    brand: str
    page: str
    data: Data

    @property
    def as_json(self) -> str:
        said = {
            "version": VERSION,
            "id": str(self.event),
            "kind": self.kind,
            "time": self.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "brand": self.brand,
            "page": f"{settings.PORTAL_URL}{self.page}",
            "data": self.data,
        }
        return json.dumps(said, ensure_ascii=True, separators=(",", ":"))


STORE: Data = {"store": 3}
LINK: Data = {"store": 3, "link": 12, "note": "665f1c2a000000001e00a1b2"}
CONSENT: Data = {"store": 3, "partner": "juguang"}
# figures in fen, a count, or ten-thousandths of a ratio, a share or a change
ALERT: Data = {
    "alert": 4,
    "campaign": None,
    "suggestion": "pause",
    "metric": "cost_per_jump",
    "window": 15,
    "from": "2025-06-11",
    "to": "2025-06-17",
    "comparison": "above",
    "limit": 250,
    "value": 312,
    "sample_of": "order",
    "sample": 84,
    "maturity": 9120,
}
ALERT_PAGE = "/b/shancha/settings/alerts/4/"
STORE_PAGE, LINK_PAGE = "/b/shancha/stores/3/", "/b/shancha/links/12/"
ALL = (
    Kind(
        "application.approved",
        _("Application approved"),
        _("A store has joined: links can be attached to its notes."),
        STORE | {"application": 7},
        STORE_PAGE,
    ),
    Kind(
        "application.rejected",
        _("Application rejected"),
        _("A store's application is turned down; the page tells the reasons."),
        STORE | {"application": 7},
        STORE_PAGE,
    ),
    Kind(
        "link.live",
        _("Link approved"),
        _("Juguang approved a link: readers can tap it now."),
        LINK,
        LINK_PAGE,
    ),
    Kind(
        "link.rejected",
        _("Link rejected"),
        _("The platform or Juguang rejected a link; the page tells the reason."),
        LINK,
        LINK_PAGE,
    ),
    Kind(
        "link.broken",
        _("Link broken"),
        _("A link leads to an item that can't be bought any more."),
        LINK,
        LINK_PAGE,
    ),
    Kind(
        "link.paused",
        _("Link paused by the policy"),
        _("The policy in force no longer allows the link below its note."),
        LINK,
        LINK_PAGE,
    ),
    Kind(
        "link.restored",
        _("Link works again"),
        _("What broke or paused a link is cured, and it works by itself."),
        LINK,
        LINK_PAGE,
    ),
    Kind(
        "connection.expiring",
        _("Consent ends soon"),
        _("A consent at a partner platform ends within 7 days."),
        CONSENT | {"ends_on": "2025-06-25"},
        STORE_PAGE,
    ),
    Kind(
        "connection.lost",
        _("Consent lost"),
        _("A partner platform no longer accepts a consent: nothing new is pulled."),
        CONSENT,
        STORE_PAGE,
    ),
    Kind(
        "connection.withdrawn",
        _("Consent withdrawn by the brand"),
        _("An owner has withdrawn a consent at a partner platform."),
        CONSENT,
        STORE_PAGE,
    ),
    Kind(
        "data.complete",
        _("Data of a day complete"),
        _("A report of a store is complete for a day, for the first time."),
        STORE | {"report": "juguang.note_day", "day": "2025-06-17"},
        "/b/shancha/data/",
    ),
    Kind(
        "data.late",
        _("Data of a day late"),
        _("By the morning's deadline reports of the newest day are not complete."),
        {"day": "2025-06-17", "reports": ["juguang.note_day"]},
        "/b/shancha/data/",
    ),
    Kind(
        "alert.raised",
        _("Alert raised"),
        _("A rule of yours holds on the newest complete day; told once, until it has cleared."),
        ALERT,
        ALERT_PAGE,
    ),
    Kind(
        "alert.cleared",
        _("Alert cleared"),
        _("A rule that held, and was told of, no longer holds."),
        ALERT | {"suggestion": "watch", "value": 204},
        ALERT_PAGE,
    ),
)
BY_TEST = Kind(
    TEST,
    _("Test event"),
    _("An owner asks for it on the webhook's page; every endpoint gets it."),
    {},
    "/b/shancha/settings/webhooks/",
)
KINDS = {kind.key: kind for kind in (*ALL, BY_TEST)}


def name_of(key: str) -> str:
    """Return the kind's name; a kind of an earlier version of the portal is told by its key."""
    return str(KINDS[key].name) if key in KINDS else key
