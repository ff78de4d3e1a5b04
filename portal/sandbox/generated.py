"""A world of any size: SANDBOX_WORLD=200x100x100 has 200 brands of 100 notes, 100 days long.

Nothing of it is kept: what a note did on a day is worked out, whenever it is looked at, from a
hash of the seed, the advertiser, the note and the day. The days are those before the demo's own
date, and go on after it as the hand-written world's do.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import blake2b
from struct import Struct
from typing import NamedTuple, overload

from portal.lib.days import DEMO_NOW, days_between, starts_at
from portal.sandbox.ads import Ad
from portal.sandbox.report import Cell, cell_of
from portal.sandbox.responses import PER_CLICK, InSiteOrder, Response
from portal.sandbox.truth import DAY, LAST_DAY, NORMAL, Delivery, Events, Jump, Note, Order

FIRST_ADVERTISER = 9_000_001
MOST = (10_000, 80_000, 366)  # brands, notes of each, days
CAMPAIGNS = 4  # of each advertiser; its notes go round among them
MOST_JUMPS, MOST_ORDERS = 5, 2  # of a note on a day
DRAWS = Struct("<32H")

Draws = Iterator[int]  # numbers below 65,536


@dataclass(frozen=True, slots=True)
class Advertiser:
    """What a person sees of one; neither Tmall nor 蒲公英 knows it."""

    advertiser_id: int

    @property
    def advertiser_name(self) -> str:
        return f"百货 {self.advertiser_id - FIRST_ADVERTISER + 1:05d} 号旗舰店"

    @property
    def corporation(self) -> str:
        return f"百货 {self.advertiser_id - FIRST_ADVERTISER + 1:05d} 号有限公司"

    @property
    def palette(self) -> int:
        return self.advertiser_id % 4


class NoteDay(NamedTuple):
    """All that came of a note's delivery on one day."""

    delivery: Delivery
    jumps: Sequence[Jump]
    orders: Sequence[Order]
    response: Response


@dataclass(frozen=True, slots=True)
class Generated:
    """The whole world: how big it is, and from which seed."""

    seed: int
    brands: int
    notes_each: int
    days: int

    @property
    def first(self) -> date:
        return DEMO_NOW.date() - timedelta(days=self.days)

    @property
    def advertisers(self) -> list[Advertiser]:
        return [Advertiser(FIRST_ADVERTISER + number) for number in range(self.brands)]

    def holds(self, advertiser_id: int) -> bool:
        return FIRST_ADVERTISER <= advertiser_id < FIRST_ADVERTISER + self.brands

    def note(self, advertiser_id: int, place: int) -> Note:
        """Return the advertiser's note at this place, counted from 1, as its id orders them."""
        created_at = starts_at(self.first) - timedelta(days=3) + timedelta(seconds=place)
        return Note(
            note_id=f"{int(created_at.timestamp()):08x}{advertiser_id:08x}{place:08x}",
            advertiser_id=advertiser_id,
            title=f"第 {place} 篇：{('开箱', '测评', '教程', '清单')[place % 4]}",
            author=f"创作者 {advertiser_id * place % 9973}",
            source=(1, 2, 4, 6, 11, 12, 13)[place % 7],
            is_video=place % 3 == 0,
            motif=("drop", "jar", "box", "list")[place % 4],
            created_at=created_at,
            starts=self.first,
            ends=LAST_DAY,
            status=NORMAL,
            num_iid=0,
            withheld_from=self.first + timedelta(days=self.days // 2) if place % 50 == 8 else None,
        )

    def advertiser(self, advertiser_id: int) -> Advertiser:
        return Advertiser(advertiser_id)

    def notes(self, advertiser_id: int) -> list[Note]:
        return [self.note(advertiser_id, place) for place in range(1, self.notes_each + 1)]

    def cells(self, advertiser_id: int, first: date, last: date, *, as_of: date) -> "Cells":
        return Cells(self, advertiser_id, first, min(last, as_of - timedelta(days=1)))

    def ads(
        self, advertiser_id: int, first: date, last: date, *, as_of: date
    ) -> list[tuple[Ad, Cell]]:
        notes = enumerate(self.notes(advertiser_id), 1)
        own = [self.ad_of(advertiser_id, place, note) for place, note in notes]
        cells = self.cells(advertiser_id, first, last, as_of=as_of)
        return [(own[number % len(own)], cell) for number, cell in enumerate(cells)]

    def events(self, advertiser_id: int, day: date | None) -> Events:
        notes = list(enumerate(self.notes(advertiser_id), 1))
        first, last = max(day or self.first, self.first), min(day or LAST_DAY, LAST_DAY)
        found = [
            self.happened(note, place, each)
            for each in days_between(first, last)
            for place, note in notes
        ]
        return Events(
            [each.delivery for each in found],
            [jump for each in found for jump in each.jumps],
            [order for each in found for order in each.orders],
        )

    def find_note(self, note_id: str) -> Note | None:
        if not re.fullmatch(r"[0-9a-f]{24}", note_id):
            return None
        advertiser_id, place = int(note_id[8:16], 16), int(note_id[16:], 16)
        if not self.holds(advertiser_id) or not 1 <= place <= self.notes_each:
            return None
        note = self.note(advertiser_id, place)
        return note if note.note_id == note_id else None

    def ad_of(self, advertiser_id: int, place: int, note: Note) -> Ad:
        campaign = place % CAMPAIGNS + 1
        return Ad(
            advertiser_id=advertiser_id,
            campaign_id=advertiser_id * 100 + campaign,
            campaign_name=f"种草直达 · 计划 {campaign}",
            unit_id=advertiser_id * 1_000_000 + place,
            unit_name=f"{note.author} · 单元 {place}",
            creativity_id=advertiser_id * 1_000_000 + place,
            creativity_name=note.title,
            note_id=note.note_id,
        )

    def happened(self, note: Note, place: int, day: date) -> NoteDay:
        draws = self._draws(note.advertiser_id, place, day)
        delivery = _delivery(draws, note, place, day)
        jumps = _jumps(draws, delivery)
        orders = list(_orders(draws, note, jumps))
        response = _response(draws, delivery, has_shop=_has_shop(note.advertiser_id))
        return NoteDay(delivery, jumps, orders, response)

    def cell(self, note: Note, place: int, day: date) -> Cell:
        delivery, jumps, orders, response = self.happened(note, place, day)
        has_shop = _has_shop(note.advertiser_id)
        return cell_of(note, delivery, jumps, orders, response, has_shop=has_shop)

    def _draws(self, *what: object) -> Draws:
        name = "/".join(map(str, (self.seed, *what)))
        return iter(DRAWS.unpack(blake2b(name.encode()).digest()))


class Cells(Sequence[Cell]):
    """An advertiser's cells of these days, by day, then by note; each is made when looked at."""

    def __init__(self, world: Generated, advertiser_id: int, first: date, last: date) -> None:
        self.world, self.advertiser_id = world, advertiser_id
        self.first = max(first, world.first)
        self.days = max(0, (min(last, LAST_DAY) - self.first).days + 1)

    def __len__(self) -> int:
        return self.days * self.world.notes_each

    @overload
    def __getitem__(self, place: int) -> Cell: ...
    @overload
    def __getitem__(self, place: slice) -> list[Cell]: ...
    def __getitem__(self, place: int | slice) -> Cell | list[Cell]:
        if isinstance(place, slice):
            return [self._cell(each) for each in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        return self._cell(place)

    def _cell(self, index: int) -> Cell:
        day, place = divmod(index, self.world.notes_each)
        note = self.world.note(self.advertiser_id, place + 1)
        return self.world.cell(note, place + 1, self.first + timedelta(days=day))


@cache
def generated() -> Generated | None:
    return read(os.environ.get("SANDBOX_WORLD", ""), int(os.environ.get("SANDBOX_SEED", "618")))


def read(asked: str, seed: int) -> Generated | None:
    """Read how big the world is; None is none. Raises ValueError with a line for a person."""
    if not asked:
        return None
    found = re.fullmatch(r"(\d{1,6})x(\d{1,6})x(\d{1,6})", asked, re.ASCII)
    sizes = [int(each) for each in found.groups()] if found else []
    if not sizes or any(not 1 <= size <= most for size, most in zip(sizes, MOST, strict=True)):
        brands, notes, days = MOST
        said = f"brands up to {brands:,}, notes up to {notes:,}, days up to {days}"
        raise ValueError(f"SANDBOX_WORLD={asked} is no size like 200x100x100 ({said}).")
    return Generated(seed, *sizes)


def _has_shop(advertiser_id: int) -> bool:
    return advertiser_id % 2 == 0


def _delivery(draws: Draws, note: Note, place: int, day: date) -> Delivery:
    usual_fen = 3_000 + (place * 7_919 + note.advertiser_id * 104_729) % 22_000
    fee_fen = usual_fen * (7_000 + next(draws) % 6_000) // 10_000
    click = fee_fen // (42 + next(draws) % 37)
    return Delivery(
        note_id=note.note_id,
        day=day,
        fee_fen=fee_fen,
        impression=click * (10 + next(draws) % 9) + next(draws) % 100,
        click=click,
        like=click * (20 + next(draws) % 30) // 1000,
        comment=click * (next(draws) % 11) // 1000,
        collect=click * (10 + next(draws) % 20) // 1000,
        share=click * (next(draws) % 9) // 1000,
        follow=click * (next(draws) % 7) // 1000,
    )


def _jumps(draws: Draws, delivery: Delivery) -> list[Jump]:
    """Most tap the link while reading; one in sixteen comes back days later."""
    midnight, jumps = starts_at(delivery.day), []
    for number in range(next(draws) % (MOST_JUMPS + 1)):
        clicked_at = midnight + timedelta(seconds=next(draws) * DAY // 65_536)
        later = next(draws)
        seconds = 2 + later % 600 if later % 16 else later * 10 * DAY // 65_536
        name = f"{delivery.note_id[8:]}{delivery.day.toordinal():x}{number:x}"
        jumps.append(
            Jump(name, delivery.note_id, clicked_at, clicked_at + timedelta(seconds=seconds))
        )
    return jumps


def _orders(draws: Draws, note: Note, jumps: Sequence[Jump]) -> Iterator[Order]:
    for jump in jumps[:MOST_ORDERS]:
        delay, amount, ending = next(draws), next(draws), next(draws)
        if delay % 3:
            continue
        paid_at = max(
            jump.ad_clicked_at + timedelta(seconds=delay * 40 * DAY // 65_536),
            jump.jumped_at + timedelta(minutes=2),
        )
        cancelled_at = None
        if ending % 16 == 0:
            cancelled_at = paid_at + timedelta(minutes=30, seconds=ending * 3 * DAY // 65_536)
        yield Order(
            order_id=f"27{int(jump.click_id, 16):024d}",
            note_id=note.note_id,
            num_iid=note.num_iid,
            amount_fen=4_900 + amount % 40_000,
            ad_clicked_at=jump.ad_clicked_at,
            created_at=paid_at - timedelta(seconds=30),
            paid_at=paid_at,
            cancelled_at=cancelled_at,
        )


def _response(draws: Draws, delivery: Delivery, *, has_shop: bool) -> Response:
    warmth = 700 + next(draws) % 600
    counts = {name: int(delivery.click * rate * warmth) // 1000 for name, rate in PER_CLICK.items()}
    bought = next(draws)
    orders: list[InSiteOrder] = []
    if has_shop and bought % 3 == 0:
        paid_on = delivery.day + timedelta(days=bought % 8)
        orders = [InSiteOrder(paid_on, 4_900 + bought % 35_000)]
    return Response(day=delivery.day, orders=tuple(orders), **counts)
