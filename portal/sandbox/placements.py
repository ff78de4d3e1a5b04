"""Where in the app a note's ad was shown, and what came of it there: the report split by it.

Codes as in the platform's `placement`: 1 feed, 2 search, 4 smart all-site, 7 video stream. What is
counted is divided among them without rest; users are counted once at each place, so that they come
to more than the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

from portal.sandbox.generated import Cells
from portal.sandbox.report import BESIDE, COUNTS, IN_SHOP, USERS, Cell
from portal.sandbox.responses import Response
from portal.sandbox.truth import Delivery, Note
from portal.sandbox.worlds import world_of

FEED, SEARCH, SMART, VIDEO = 1, 2, 4, 7
USUAL_SHARE = {FEED: 50, SEARCH: 30, SMART: 40, VIDEO: 20}
# Where a note's ads run; the last digits of its id choose. Only a video runs in the video stream.
OF_IMAGES = ((FEED, SEARCH), (FEED, SEARCH), (FEED,), (SMART,))
OF_VIDEOS = ((FEED, SEARCH, VIDEO), (FEED, VIDEO), (SEARCH, VIDEO), (FEED, SEARCH, VIDEO))

Event = TypeVar("Event")


class Place(NamedTuple):
    """A row of the split report: the cell's number among those of the whole one, and a code."""

    cell: int
    code: int


class Cut(NamedTuple):
    """From where to where a place's part of a note's day reaches, of `whole`."""

    name: str
    start: int
    end: int
    whole: int

    def share(self, count: int) -> int:
        return count * self.end // self.whole - count * self.start // self.whole

    def users(self, count: int) -> int:
        """Return how many people were met here; of ten one was met elsewhere too."""
        width = self.end - self.start
        return min(count, -(-count * width * 11 // (self.whole * 10)))

    def those_of(self, kind: str, events: Sequence[Event]) -> tuple[Event, ...]:
        """Keep the events that happened here: which ones, the note, the day and the number say."""
        return tuple(
            event
            for number, event in enumerate(events)
            if self.start <= crc32(f"{self.name}/{kind}/{number}".encode()) % self.whole < self.end
        )


def places(advertiser_id: int, cells: Sequence[Cell]) -> list[Place]:
    """Return the rows that these cells are split into, in their order, without making them."""
    codes = codes_of_notes(advertiser_id)
    if isinstance(cells, Cells):
        note_ids = [*codes] * cells.days
    else:
        note_ids = [cell.delivery.note_id for cell in cells]
    return [Place(cell, code) for cell, note_id in enumerate(note_ids) for code in codes[note_id]]


@lru_cache(maxsize=64)
def codes_of_notes(advertiser_id: int) -> Mapping[str, tuple[int, ...]]:
    """Return where each of the advertiser's notes is shown, in the order of its list."""
    return {note.note_id: codes_of(note) for note in world_of(advertiser_id).notes(advertiser_id)}


def codes_of(note: Note) -> tuple[int, ...]:
    ways = OF_VIDEOS if note.is_video else OF_IMAGES
    return ways[int(note.note_id[-2:], 16) % len(ways)]


def parts(cell: Cell, codes: Sequence[int]) -> dict[int, Cell]:
    """Return what was delivered at each place, and what came of it; together it is the cell."""
    name = f"{cell.delivery.note_id}/{cell.delivery.day}"
    shares = [USUAL_SHARE[code] * (80 + crc32(f"{name}/{code}".encode()) % 41) for code in codes]
    bounds = [0, *accumulate(shares)]
    return {
        code: _part(cell, Cut(name, bounds[place], bounds[place + 1], bounds[-1]))
        for place, code in enumerate(codes)
    }


def _part(cell: Cell, cut: Cut) -> Cell:
    delivery: dict[str, Any] = asdict(cell.delivery)  # Any: the columns' types
    delivery |= {each: cut.share(delivery[each]) for each in ("fee_fen", *COUNTS)}
    return replace(
        cell,
        delivery=Delivery(**delivery),
        visits_known=cut.those_of("visit", cell.visits_known),
        sales=cut.those_of("sale", cell.sales),
        response=_response(cell.response, cut),
    )


def _response(response: Response, cut: Cut) -> Response:
    counts = {name: getattr(response, name) for name in (*BESIDE, *IN_SHOP)}
    own: dict[str, Any] = {name: cut.share(count) for name, count in counts.items()}  # as above
    own |= {name: cut.users(counts[name]) for name in USERS}
    return replace(response, orders=cut.those_of("order", response.orders), **own)
