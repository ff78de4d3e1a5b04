"""What a check concludes: pure rules, from what is known of a link to where it should stand."""

from dataclasses import dataclass

from campaigns.models import ItemStatus, LinkStatus, LinkTrouble
from campaigns.models.health import MOVED_BY

# Note states as 聚光 numbers them; in these nobody can read the note.
DELETED_NOTE, PRIVATE_NOTE = 3, 10
UNSEEN = {DELETED_NOTE, PRIVATE_NOTE}
ABOUT_ITEMS = {
    LinkTrouble.DELETED,
    LinkTrouble.OFF_SHELF,
    LinkTrouble.PRICE_ZERO,
    LinkTrouble.FINE,
}
WATCHED = {LinkStatus.LIVE, LinkStatus.PAUSED, LinkStatus.BROKEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """`item` is what an answer says of the item, UNKNOWN without one, FINE where none is needed."""

    item: LinkTrouble
    is_allowed: bool
    takes_part: bool
    note_status: int | None


def item_trouble(status: str, price_fen: int) -> LinkTrouble:
    if status == ItemStatus.DELETED:
        return LinkTrouble.DELETED
    if status != ItemStatus.ON_SALE:
        return LinkTrouble.OFF_SHELF
    return LinkTrouble.FINE if price_fen else LinkTrouble.PRICE_ZERO


def trouble_of(found: Findings) -> LinkTrouble:
    """Return the worst that is known; that nothing is known is never in order."""
    if found.item not in (LinkTrouble.FINE, LinkTrouble.UNKNOWN):
        return found.item
    if not found.is_allowed:
        return LinkTrouble.POLICY
    if not found.takes_part:
        return LinkTrouble.STORE
    if found.note_status in UNSEEN:
        return LinkTrouble.NOTE
    return found.item


def remembered(before: LinkTrouble) -> LinkTrouble:
    """Return what an earlier check knew of the item, for one that got no answer."""
    return before if before in ABOUT_ITEMS else LinkTrouble.UNKNOWN


def target_of(trouble: LinkTrouble, status: LinkStatus, home: LinkStatus | None) -> LinkStatus:
    """Return where a link that stands at `status` should stand.

    `home` is where it came from if a check moved it last. Only such a link comes back by itself;
    one that a person paused stays paused until its item breaks it, and is paused again after.
    """
    if status not in WATCHED or trouble == LinkTrouble.UNKNOWN:
        return status
    wanted = MOVED_BY.get(trouble)
    if wanted is None:
        return home or status
    if wanted == LinkStatus.PAUSED and status == LinkStatus.BROKEN and home is None:
        return status
    return wanted
