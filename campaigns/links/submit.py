"""What is owed to 聚光: a component for what is approved, none for what is no longer.

A link is leased in a transaction of its own, 聚光 is asked outside any, and what came of it is
written in another. Each step may run twice, or by two at a time: before anything is created the
list is looked through, so that a crash between the creation and our note of it makes no second.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.links.ground import agreed_to_direct_links
from campaigns.links.review import tell_rejected
from campaigns.models import Link, LinkStatus, LinkText, ReviewState
from campaigns.models.component import WaitsFor
from campaigns.models.link import WITHOUT_COMPONENT
from merchants import link_reasons
from merchants.connections import call_juguang
from merchants.models import Connection, IllegalMove
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope
from portal.partners.adapi import NOT_APPROVED
from portal.partners.base import NeedsConsent, Rejected, Unavailable
from portal.partners.juguang import Component, DirectLink, JuguangClient

logger = logging.getLogger(__name__)

AT_ONCE = 200
LEASE = timedelta(minutes=3)  # a list of pages and two calls, each of 30 seconds at most
PAUSE = timedelta(seconds=30)  # doubled with each try
LONGEST_PAUSE = timedelta(minutes=30)
MOST_PAGES = 100
COMMENT = 300
# The four texts as Juguang offers them.
WORDS = {
    LinkText.LEARN_MORE: "了解详情",
    LinkText.BUY_THE_SAME: "购买同款",
    LinkText.GET_SUBSIDY: "领取补贴",
    LinkText.ORDER_NOW: "优惠下单",
}


@dataclass(frozen=True, slots=True)
class Lease:
    """A link in hand; `attempt` says whose it is: a late worker's no longer counts."""

    link: Link
    connection: Connection
    attempt: int
    has_agreed: bool


def due() -> list[int]:
    with scope(Hat.NIGHT):
        owed = Link.objects.owed_to_juguang().due().order_by("not_before", "pk")
        return list(owed.values_list("pk", flat=True)[:AT_ONCE])


def settle(link_id: int, *, monitor_query: str) -> None:
    """Create or take away what the link owes; safe to run twice, and by two at a time."""
    lease = _lease(link_id)
    if lease is None:
        return
    try:
        if not lease.has_agreed:
            raise NeedsConsent("The consent was given to a text without direct links.")
        _take_away(lease)
        if lease.link.status == LinkStatus.APPROVED:
            _submit(lease, monitor_query)
        else:
            _release(lease, waits_for="", tries=0)
    except Unavailable as failure:
        _put_off(lease, WaitsFor.JUGUANG)
        logger.warning("link put off link=%s: %s", link_id, failure)
    except NeedsConsent as failure:
        _put_off(lease, WaitsFor.CONSENT)
        logger.warning("link waits for consent link=%s: %s", link_id, failure)
    except Rejected as refusal:
        _refused(lease, refusal)


def _lease(link_id: int) -> Lease | None:
    """Take the link by the database's clock; of two that try one gets it."""
    with _short_transaction():
        rows = Link.objects.owed_to_juguang().due().filter(pk=link_id)
        if not rows.update(lease_until=Now() + LEASE, attempts=F("attempts") + 1):
            return None
        link = Link.objects.select_related("note__connection__store", "store__brand").get(
            pk=link_id
        )
        connection = link.note.connection
        if connection is None:  # no link is handed in below a note that Juguang has not listed
            return None
        return Lease(link, connection, link.attempts, agreed_to_direct_links(connection))


def _take_away(lease: Lease) -> None:
    """Delete the component that stands there from before; without one there is nothing to do."""
    old = lease.link.direct_link_id
    if not old:
        return
    advertiser = lease.connection.subject
    call_juguang(lease.connection, lambda api: api.delete_direct_link(advertiser, old))
    with _short_transaction():
        Link.objects.filter(pk=lease.link.pk, direct_link_id=old).update(
            direct_link_id="", submitted_at=None
        )
    lease.link.direct_link_id = ""
    logger.info("direct link deleted link=%s", lease.link.pk)


def _submit(lease: Lease, monitor_query: str) -> None:
    component = _component(lease.link, monitor_query)

    def work(api: JuguangClient) -> str:
        for old in _of_our_address(api, lease, component):
            if old.component == component and old.state != ReviewState.REJECTED:
                return old.direct_link_id
            api.delete_direct_link(lease.connection.subject, old.direct_link_id)
        return api.create_direct_link(lease.connection.subject, component)

    made = call_juguang(lease.connection, work)
    with _short_transaction():
        # whatever became of the link meanwhile, what stands there has to be known
        Link.objects.filter(pk=lease.link.pk).update(direct_link_id=made, submitted_at=known_now())
        now = Link.objects.select_related("note").get(pk=lease.link.pk)
        if now.status == LinkStatus.APPROVED and _component(now, monitor_query) == component:
            said = link_reasons.kept([link_reasons.DIRECT_LINK], made)
            now.move_to(LinkStatus.SUBMITTED, note=said)
            _released(lease, waits_for="", tries=0, review_state=ReviewState.REVIEWING)
        else:  # edited, even if it was approved anew: the next turn takes this one away
            _released(lease, waits_for="", tries=0)
            logger.info("link changed while it was submitted link=%s", lease.link.pk)
    logger.info("direct link created link=%s", lease.link.pk)


def _of_our_address(api: JuguangClient, lease: Lease, component: Component) -> list[DirectLink]:
    """Return what stands below the note already and leads to this link's own address."""
    return [
        each
        for each in every_direct_link(api, lease.connection.subject)
        if (each.component.note_id, each.component.h5_url) == (component.note_id, component.h5_url)
    ]


def every_direct_link(api: JuguangClient, advertiser: str) -> Iterator[DirectLink]:
    for page in range(1, MOST_PAGES + 1):
        found = api.direct_links(advertiser, page)
        yield from found.links
        if not found.more:
            return


def _component(link: Link, monitor_query: str) -> Component:
    """Build every address from the link's parts; what can't be believed leads nowhere."""
    destination = link.destination
    if destination is None:
        raise Rejected("destination", _("The address kept for this link can't be believed."))
    ours = f"{link.short_url}?{monitor_query}"
    return Component(
        note_id=link.note.note_id,
        text=WORDS[LinkText(link.text)],
        position=link.position,
        deep_link=destination.deep_link,
        universal_link=destination.canonical_url,
        h5_url=ours,
        click_url=ours,
    )


def _refused(lease: Lease, refusal: Rejected) -> None:
    """Send the link back with their words; a consent that covers too little is no fault of it."""
    if refusal.code == str(NOT_APPROVED):
        _put_off(lease, WaitsFor.CONSENT)
        return
    said = refusal.message[:COMMENT]
    with _short_transaction():
        if lease.link.status in WITHOUT_COMPONENT:
            _released(lease, waits_for=WaitsFor.REMOVAL, not_before=Now() + LONGEST_PAUSE)
            return
        reject(lease.link, said)
        _released(lease, waits_for="", tries=0)
    logger.warning("link refused link=%s: %s", lease.link.pk, refusal)


def reject(link: Link, said: str) -> bool:
    """Move to rejected with Juguang's words and tell the brand, unless somebody was faster."""
    words = link_reasons.kept([link_reasons.JUGUANG], said)
    try:
        link.move_to(LinkStatus.REJECTED, note=words)
    except IllegalMove:
        return False
    Link.objects.filter(pk=link.pk).update(
        rejection=words, review_state=ReviewState.REJECTED, review_comment=said
    )
    link.rejection = words
    tell_rejected(link)
    return True


def _put_off(lease: Lease, why: WaitsFor) -> None:
    pause = min(PAUSE * 2 ** min(lease.link.tries, 10), LONGEST_PAUSE)
    _release(lease, waits_for=why, tries=lease.link.tries + 1, not_before=Now() + pause)


def _release(lease: Lease, **values: Any) -> None:  # Any: column values and expressions
    with _short_transaction():
        _released(lease, **values)


def _released(lease: Lease, **values: Any) -> None:  # Any: as above
    mine = Link.objects.filter(pk=lease.link.pk, attempts=lease.attempt)
    mine.update(lease_until=None, **values)


@contextmanager
def _short_transaction() -> Iterator[None]:
    """Open a scope for one step; `durable` refuses to be inside another transaction."""
    with scope(Hat.NIGHT, durable=True):
        yield
