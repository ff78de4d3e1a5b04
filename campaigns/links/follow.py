"""What 聚光 says of the direct links it reviews: followed until each is live or rejected."""

import logging

from django.urls import reverse

from campaigns.links.submit import COMMENT, every_direct_link, reject
from campaigns.links.told import announce_links
from campaigns.models import Link, LinkStatus, ReviewState
from merchants.connections import call_juguang
from merchants.models import Connection, IllegalMove, NoticeKind
from merchants.notices import notify
from portal.lib.scope import Hat, scope
from portal.partners.base import NeedsConsent, Rejected, Unavailable
from portal.partners.juguang import DirectLink

logger = logging.getLogger(__name__)


def connections_to_ask() -> list[int]:
    """Return the connections that have a link under review there."""
    with scope(Hat.NIGHT):
        waiting = Link.objects.filter(status=LinkStatus.SUBMITTED)
        found = Connection.objects.connected().filter(pk__in=waiting.values("note__connection_id"))
        return list(found.order_by("pk").values_list("pk", flat=True))


def follow(connection_id: int) -> None:
    """Ask for the list once and move what was decided; safe to run twice, or by two at a time."""
    with scope(Hat.NIGHT):
        found = Connection.objects.connected().select_related("store__brand")
        connection = found.filter(pk=connection_id).first()
    if connection is None:
        return
    try:
        listed = call_juguang(
            connection, lambda api: list(every_direct_link(api, connection.subject))
        )
    except (Unavailable, NeedsConsent, Rejected) as failure:
        logger.warning("direct links not listed connection=%s: %s", connection_id, failure)
        return
    decided = {each.direct_link_id: each for each in listed if each.state != ReviewState.REVIEWING}
    with scope(Hat.NIGHT, brand=connection.brand_id, durable=True):
        live = [link for link in _submitted(connection) if _decide(link, decided)]
        if live:
            _tell_live(connection, len(live))
            announce_links("link.live", connection.store, live)


def _submitted(connection: Connection) -> list[Link]:
    waiting = Link.objects.filter(status=LinkStatus.SUBMITTED, note__connection=connection)
    return list(waiting.select_related("note", "store__brand").order_by("pk"))


def _decide(link: Link, decided: dict[str, DirectLink]) -> bool:
    """Write what became of one link; return whether it has just gone live."""
    word = decided.get(link.direct_link_id)
    if word is None:
        return False
    if word.state == ReviewState.REJECTED:
        reject(link, word.comment[:COMMENT])
        return False
    if word.state != ReviewState.APPROVED:
        return False
    try:
        link.move_to(LinkStatus.LIVE)
    except IllegalMove:
        return False
    Link.objects.filter(pk=link.pk).update(
        review_state=ReviewState.APPROVED, review_comment=word.comment[:COMMENT]
    )
    return True


def _tell_live(connection: Connection, count: int) -> None:
    page = reverse("campaigns:notes", args=[connection.store.brand.slug])
    notify(connection.store, NoticeKind.LINK_LIVE, leads_to=f"{page}?link=live", count=str(count))
