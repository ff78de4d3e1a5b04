"""What each seller has on its shelf on a day: the world's changes, and those a test asks for."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache

from portal.lib.days import known_now, starts_at, today
from portal.sandbox.accounts import BY_USER_ID, INSTOCK, ITEMS, ONSALE, Item, Seller
from portal.sandbox.truth import FIRST_DAY

DELETED = "deleted"
HIDDEN = "hidden"  # asked for singly it is there; no list names it, by a fault of the partner's
STATES = (ONSALE, INSTOCK, DELETED, HIDDEN)
LISTED_FOR = timedelta(days=7)  # Tmall puts an item that stays on the shelf there anew each week


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about an item from a day on, until another day begins."""

    num_iid: int
    since: date
    until: date | None = None
    state: str = ""
    price_fen: int | None = None


# In the demo's days: a gift box sells out and comes back, a promotion comes and goes, a price is
# typed wrong for a day, and what was long off the shelf is deleted.
CHANGES = (
    Change(710500524366, date(2025, 6, 16), date(2025, 6, 21), price_fen=11_900),
    Change(710500689458, date(2025, 6, 22), date(2025, 7, 3), state=INSTOCK),
    Change(710500730731, date(2025, 6, 27), date(2025, 6, 28), price_fen=0),
    Change(710500854550, date(2025, 7, 5), state=DELETED),
    Change(710612046368, date(2025, 6, 30), date(2025, 7, 8), state=INSTOCK),
    Change(711840309551, date(2025, 6, 26), state=INSTOCK),
    Change(712205675101, date(2025, 6, 29), state=DELETED),
)


@dataclass(frozen=True, slots=True)
class Listing:
    """An item as the platform tells of it at the moment."""

    item: Item
    state: str
    modified: datetime
    list_time: datetime

    @property
    def delist_time(self) -> datetime:
        return self.list_time + LISTED_FOR

    @property
    def stock(self) -> int:
        return 0 if self.state == INSTOCK else 500


@dataclass(slots=True)
class Asked:
    """Changes that a test asked for; a restart forgets them."""

    changes: dict[int, tuple[Change, datetime]] = field(default_factory=dict)


@cache
def asked() -> Asked:
    return Asked()


def listing(num_iid: int) -> Listing | None:
    """Return the item as it is now; nothing once it is deleted, or if there never was one."""
    if num_iid not in ITEMS:
        return None
    told = _told(ITEMS[num_iid][1], today())
    return None if told.state == DELETED else told


def shelf(seller: Seller) -> list[Listing]:
    """Return all that the seller's lists name now, on sale or not."""
    told = [_told(item, today()) for item in seller.items]
    return [each for each in told if each.state not in (DELETED, HIDDEN)]


def shelf_of(user_id: int) -> list[Item]:
    return [each.item for each in shelf(BY_USER_ID[user_id])]


def _told(item: Item, day: date) -> Listing:
    state, modified = item.approve_status, starts_at(FIRST_DAY)
    for change, since in _changes(item.num_iid, day):
        modified = max(modified, since)
        state = change.state or state
        if change.price_fen is not None:
            item = replace(item, price_fen=change.price_fen)
    listed = item if state == HIDDEN else replace(item, approve_status=state)
    weeks = (starts_at(day) - modified) // LISTED_FOR
    return Listing(listed, state, modified, modified + max(weeks, 0) * LISTED_FOR)


def _changes(num_iid: int, day: date) -> Iterator[tuple[Change, datetime]]:
    """Yield what holds on the day, and when the item was last touched because of it.

    A change that is over has touched the item too: on the day it ended.
    """
    for change in CHANGES:
        if change.num_iid != num_iid or change.since > day:
            continue
        if change.until is None or day < change.until:
            yield change, starts_at(change.since)
        else:
            yield Change(num_iid, change.until), starts_at(change.until)
    if num_iid in asked().changes:
        yield asked().changes[num_iid]


def ask(num_iid: int, state: str, price_fen: int | None) -> None:
    """Change an item at once, as its seller would."""
    change = Change(num_iid, today(), state=state, price_fen=price_fen)
    asked().changes[num_iid] = change, known_now()


def forget() -> None:
    asked().changes.clear()
