"""The way of a link as steps, with where it stands on it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.models import Link, LinkStatus
from campaigns.models.component import WaitsFor

WAY = (
    LinkStatus.DRAFT,
    LinkStatus.IN_REVIEW,
    LinkStatus.APPROVED,
    LinkStatus.SUBMITTED,
    LinkStatus.LIVE,
)
# Where a link that has left the way had come to.
STANDS_AT = {
    LinkStatus.PAUSED: LinkStatus.LIVE,
    LinkStatus.BROKEN: LinkStatus.LIVE,
    LinkStatus.ENDED: LinkStatus.LIVE,
}


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    hint: str
    is_done: bool
    is_now: bool


def steps_of(link: Link) -> list[Step]:
    """Return the steps; an ended link has none."""
    status = LinkStatus(link.status)
    if status == LinkStatus.ENDED:
        return []
    if status == LinkStatus.REJECTED:
        by_juguang = bool(link.direct_link_id) or link.review_state is not None
        at = WAY.index(LinkStatus.SUBMITTED if by_juguang else LinkStatus.IN_REVIEW)
    else:
        at = WAY.index(STANDS_AT.get(status, status))
    names = _names()
    return [
        Step(
            names[each],
            _hint(link, status) if place == at else "",
            is_done=place < at or status == each == LinkStatus.LIVE,
            is_now=place == at and status != LinkStatus.LIVE,
        )
        for place, each in enumerate(WAY)
    ]


def _names() -> dict[LinkStatus, str]:
    return {
        LinkStatus.DRAFT: _("Fill in the link"),
        LinkStatus.IN_REVIEW: _("Review by the platform"),
        LinkStatus.APPROVED: str(LinkStatus.APPROVED.label),
        LinkStatus.SUBMITTED: _("Review by Juguang"),
        LinkStatus.LIVE: str(LinkStatus.LIVE.label),
    }


def _hint(link: Link, status: LinkStatus) -> str:
    if link.waits_for:
        return str(WaitsFor(link.waits_for).label)
    return {
        LinkStatus.DRAFT: _("not handed in yet"),
        LinkStatus.IN_REVIEW: _("waits for a reviewer"),
        LinkStatus.APPROVED: _("handed to Juguang within a minute"),
        LinkStatus.SUBMITTED: _("Juguang reviews the component"),
        LinkStatus.LIVE: _("readers can tap it"),
    }.get(status, str(status.label))
