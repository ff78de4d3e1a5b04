"""The world behind the sandbox: what was really delivered, tapped, ordered and cancelled.

The same seed gives the same world, bit for bit. Nothing here is aggregated or dated by what the
partners know; report.py counts, and oracle.py shows the events themselves.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import NamedTuple

from portal.lib.days import days_between, starts_at
from portal.sandbox.accounts import SELLERS, Seller
from portal.sandbox.stories import STORIES, WITHHELD, Story

FIRST_DAY = date(2025, 3, 25)
LAST_DAY = date(2025, 8, 31)
DAY = 86_400

NORMAL = 1
PRIVATE = 10

# How much more is spent than in a quiet week, from this day on.
SEASON = (
    (date(2025, 3, 25), 1.0),
    (date(2025, 5, 8), 1.15),
    (date(2025, 5, 13), 1.7),  # pre-sale
    (date(2025, 5, 14), 1.4),
    (date(2025, 5, 16), 2.0),  # 抢先购
    (date(2025, 5, 18), 1.25),
    (date(2025, 6, 9), 1.45),
    (date(2025, 6, 13), 1.8),
    (date(2025, 6, 16), 2.3),
    (date(2025, 6, 17), 2.5),
    (date(2025, 6, 18), 2.9),  # 618
    (date(2025, 6, 19), 0.7),
    (date(2025, 6, 21), 0.6),
    (date(2025, 7, 1), 0.75),
    (date(2025, 8, 1), 0.85),
)
WEEKDAYS = (0.93, 0.94, 0.96, 0.98, 1.04, 1.12, 1.08)
HOURS = (3, 2, 1, 1, 1, 1, 2, 4, 5, 5, 5, 6, 8, 7, 5, 5, 5, 6, 7, 9, 12, 14, 12, 7)


@dataclass(frozen=True, slots=True)
class Note:
    note_id: str
    advertiser_id: int
    title: str
    author: str
    source: int
    is_video: bool
    motif: str
    created_at: datetime
    starts: date
    ends: date
    status: int
    num_iid: int
    withheld_from: date | None


@dataclass(frozen=True, slots=True)
class Delivery:
    note_id: str
    day: date
    fee_fen: int
    impression: int
    click: int
    like: int
    comment: int
    collect: int
    share: int
    follow: int


@dataclass(frozen=True, slots=True)
class Jump:
    click_id: str
    note_id: str
    ad_clicked_at: datetime
    jumped_at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    order_id: str
    note_id: str
    num_iid: int
    amount_fen: int
    ad_clicked_at: datetime
    created_at: datetime
    paid_at: datetime
    cancelled_at: datetime | None


class Events(NamedTuple):
    """What truly happened to an advertiser's notes."""

    deliveries: Sequence[Delivery]
    jumps: Sequence[Jump]
    orders: Sequence[Order]


@dataclass(frozen=True, slots=True)
class World:
    """Everything that happens, oldest note first, kept by advertiser."""

    seed: int
    notes: dict[int, tuple[Note, ...]]
    deliveries: dict[int, tuple[Delivery, ...]]
    jumps: dict[int, tuple[Jump, ...]]
    orders: dict[int, tuple[Order, ...]]


@dataclass(frozen=True, slots=True)
class Size:
    """How big an advertiser is: daily spending of a note and the bounds of its jumps a day."""

    fee_fen: tuple[int, int]
    jumps: tuple[int, int]


SIZES = {
    880001: Size(fee_fen=(12_000, 25_000), jumps=(5, 40)),
    880002: Size(fee_fen=(4_000, 8_000), jumps=(1, 16)),
    880003: Size(fee_fen=(6_000, 12_000), jumps=(2, 26)),
    880004: Size(fee_fen=(1_800, 4_000), jumps=(0, 8)),
    880005: Size(fee_fen=(2_500, 5_000), jumps=(1, 12)),
}


@dataclass(frozen=True, slots=True)
class Character:
    """What makes one note do better than another."""

    fee_fen: float
    cost_per_click: float
    click_rate: float
    jump_rate: float
    order_rate: float
    liking: float


@cache
def world() -> World:
    return build_world(int(os.environ.get("SANDBOX_SEED", "618")))


def build_world(seed: int) -> World:
    made = World(seed=seed, notes={}, deliveries={}, jumps={}, orders={})
    for seller in SELLERS:
        _add_advertiser(made, seller)
    return made


def _add_advertiser(made: World, seller: Seller) -> None:
    notes: list[Note] = []
    deliveries: list[Delivery] = []
    jumps: list[Jump] = []
    orders: list[Order] = []
    for place, story in enumerate(STORIES[seller.advertiser_id]):
        rng = Random(f"{made.seed}/{seller.advertiser_id}/{place}")
        note = _note(rng, seller, place, story)
        character = _character(rng, SIZES[seller.advertiser_id])
        notes.append(note)
        for day in days_between(note.starts, note.ends):
            delivery = _delivery(rng, note, character, day)
            deliveries.append(delivery)
            for jump in _jumps(rng, delivery, character, SIZES[seller.advertiser_id]):
                jumps.append(jump)
                if rng.random() < character.order_rate:
                    orders.append(_order(rng, seller, note, jump))
    made.notes[seller.advertiser_id] = tuple(notes)
    made.deliveries[seller.advertiser_id] = tuple(deliveries)
    made.jumps[seller.advertiser_id] = tuple(jumps)
    made.orders[seller.advertiser_id] = tuple(orders)


def _note(rng: Random, seller: Seller, place: int, story: Story) -> Note:
    published_ago = timedelta(days=rng.randint(1, 5), seconds=rng.randrange(DAY))
    created_at = starts_at(story.starts) - published_ago
    stopped_early = story.days is not None and story.days < 10
    return Note(
        note_id=f"{int(created_at.timestamp()):08x}{rng.getrandbits(64):016x}",
        advertiser_id=seller.advertiser_id,
        title=story.title,
        author=story.author,
        source=story.source,
        is_video=story.is_video,
        motif=story.motif,
        created_at=created_at,
        starts=story.starts,
        ends=LAST_DAY if story.days is None else story.starts + timedelta(days=story.days - 1),
        status=PRIVATE if stopped_early and place % 2 else NORMAL,
        num_iid=rng.choice(seller.items_for_sale).num_iid,
        withheld_from=WITHHELD.get((seller.advertiser_id, place)),
    )


def _character(rng: Random, size: Size) -> Character:
    return Character(
        fee_fen=rng.uniform(*size.fee_fen) * rng.lognormvariate(0, 0.25),
        cost_per_click=rng.uniform(42, 78),
        click_rate=rng.uniform(0.055, 0.105),
        jump_rate=rng.uniform(0.05, 0.09),
        order_rate=rng.uniform(0.06, 0.09),
        liking=rng.lognormvariate(0, 0.35),
    )


def _delivery(rng: Random, note: Note, character: Character, day: date) -> Delivery:
    demand = _season(day)
    level = demand * WEEKDAYS[day.weekday()] * _age_factor((day - note.starts).days)
    fee_fen = character.fee_fen * level * rng.lognormvariate(0, 0.12)
    click = fee_fen / (character.cost_per_click * (1 + 0.12 * (demand - 1)))
    click *= rng.lognormvariate(0, 0.06)
    liked = click * character.liking
    return Delivery(
        note_id=note.note_id,
        day=day,
        fee_fen=round(fee_fen),
        impression=_whole(rng, click / character.click_rate * rng.lognormvariate(0, 0.08)),
        click=_whole(rng, click),
        like=_whole(rng, liked * 0.034),
        comment=_whole(rng, liked * 0.005),
        collect=_whole(rng, liked * 0.021),
        share=_whole(rng, liked * 0.004),
        follow=_whole(rng, liked * 0.003),
    )


def _season(day: date) -> float:
    return next(factor for since, factor in reversed(SEASON) if since <= day)


def _age_factor(age: int) -> float:
    """Ramp up over three days, hold a month, then tire slowly."""
    if age < 3:
        return 0.4 + 0.2 * age
    return max(0.5, 1 - max(0, age - 30) / 150)


def _whole(rng: Random, expected: float) -> int:
    """Round up or down by chance, so that small expectations keep their mean."""
    return int(expected + rng.random())


def _jumps(rng: Random, delivery: Delivery, character: Character, size: Size) -> Iterator[Jump]:
    fewest, most = size.jumps
    expected = delivery.click * character.jump_rate * rng.lognormvariate(0, 0.15)
    count = min(most, delivery.click, max(fewest, _whole(rng, expected)))
    midnight = starts_at(delivery.day)
    for hour in rng.choices(range(24), HOURS, k=count):
        ad_clicked_at = midnight + timedelta(seconds=_second(rng, hour))
        yield Jump(
            click_id=f"{rng.getrandbits(80):020x}",
            note_id=delivery.note_id,
            ad_clicked_at=ad_clicked_at,
            jumped_at=ad_clicked_at + timedelta(seconds=_seconds_to_jump(rng)),
        )


def _second(rng: Random, hour: int) -> int:
    """Pick a second of the day; a few fall right on the edge of it, where day cuts go wrong."""
    if rng.random() < 0.004:
        return rng.choice((0, DAY - 1))
    return hour * 3600 + rng.randrange(3600)


def _seconds_to_jump(rng: Random) -> int:
    """Most tap the link while reading; some come back to a saved note, a few after a week."""
    chance = rng.random()
    if chance < 0.92:
        return rng.randint(2, 600)
    return rng.randint(600, 3 * DAY) if chance < 0.98 else rng.randint(3 * DAY, 10 * DAY)


def _order(rng: Random, seller: Seller, note: Note, jump: Jump) -> Order:
    paid_at = max(
        jump.ad_clicked_at + _delay(rng),
        jump.jumped_at + timedelta(seconds=rng.randint(90, 2400)),
    )
    num_iid, amount_fen = _purchase(rng, seller, note)
    cancelled_at = None
    if rng.random() < 0.03:
        cancelled_at = paid_at + timedelta(seconds=rng.randint(1800, 72 * 3600))
    return Order(
        order_id=str(rng.randrange(2_500_000_000_000_000_000, 2_600_000_000_000_000_000)),
        note_id=note.note_id,
        num_iid=num_iid,
        amount_fen=amount_fen,
        ad_clicked_at=jump.ad_clicked_at,
        created_at=paid_at - timedelta(seconds=rng.randint(5, 80)),
        paid_at=paid_at,
        cancelled_at=cancelled_at,
    )


def _delay(rng: Random) -> timedelta:
    """Draw the time from ad click to payment; one in a hundred sits on the edge of a window."""
    if rng.random() < 0.01:
        return timedelta(days=rng.choice((7, 15, 30)), seconds=rng.choice((0, 1)))
    chance = rng.random()
    if chance < 0.6:
        return timedelta(seconds=int(7 * DAY * rng.random() ** 2.2))
    if chance < 0.76:
        return timedelta(seconds=rng.randint(7 * DAY, 15 * DAY))
    if chance < 0.97:
        return timedelta(seconds=rng.randint(15 * DAY, 30 * DAY))
    return timedelta(seconds=rng.randint(30 * DAY, 40 * DAY))


def _purchase(rng: Random, seller: Seller, note: Note) -> tuple[int, int]:
    """Pick what is bought: mostly the item the note is about, less a coupon of up to 15 %."""
    items = seller.items_for_sale
    item = rng.choice(items)
    if rng.random() < 0.6:
        item = next(item for item in items if item.num_iid == note.num_iid)
    pieces = 2 if rng.random() < 0.08 else 1
    return item.num_iid, int(item.price_fen * pieces * rng.uniform(0.85, 1))
