"""What group robots are told: notices of some kinds, in the words in which people read them.

A robot is told where the notice is written, so there is no second rule for what is worth telling.
"""

import json
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from merchants import hints
from merchants.models import Notice, NoticeKind
from merchants.notice_kinds import in_words
from merchants.webhook_kinds import KINDS, Kind
from portal.partners.robots import ROBOTS, Message, written

# the kinds of notice that a group may be told of, by the event that webhooks are told of then
EVENTS = {
    NoticeKind.ALERT_RAISED: "alert.raised",
    NoticeKind.ALERT_CLEARED: "alert.cleared",
    NoticeKind.NIGHT_LATE: "data.late",
    NoticeKind.LINK_BROKEN: "link.broken",
    NoticeKind.CONSENT_EXPIRING: "connection.expiring",
    NoticeKind.NEEDS_CONSENT: "connection.lost",
    NoticeKind.CONSENT_WITHDRAWN: "connection.withdrawn",
}
OFFERED: list[Kind] = [KINDS[event] for event in EVENTS.values()]
AT_FIRST = [EVENTS[NoticeKind.ALERT_RAISED], EVENTS[NoticeKind.ALERT_CLEARED]]
NAME = "红猫 RedCat"  # groups let messages in by a word; this one is in each


def owe_robots(told: Notice, event: UUID) -> None:
    """Write what the brand's robots are owed, in the caller's transaction; an event only once."""
    kind = EVENTS.get(NoticeKind(told.kind))
    if kind is None:
        return
    bodies = json.dumps(_in_every_way(told))
    values = [told.brand_id, told.store_id, kind, event, bodies]
    with connection.cursor() as cursor:
        cursor.execute("SELECT owe_robots(%s, %s, %s, %s, %s::jsonb)", values)
        (owed,) = cursor.fetchone()
    if owed:
        hints.deliver_soon()


def body_of(channel: str, title: str, text: str, path: str) -> str:
    """Return what such a robot is sent, in the language that is active."""
    link = f"{settings.PORTAL_URL}{path}"
    return written(ROBOTS[channel].body(Message(title, text, link, _("Open:"))))


def _in_every_way(told: Notice) -> dict[str, str]:
    """Return the message for each kind of robot in each language; the database chooses."""
    ways = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            words = in_words(told)
            title = f"{NAME} · {told.brand.name} · {words.title}"
            for channel in ROBOTS:
                ways[f"{channel}:{language}"] = body_of(channel, title, words.sentence, told.link)
    return ways
