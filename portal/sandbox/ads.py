"""聚光's ads: campaigns over units over creatives, and those that promote no note.

Each note is promoted by a creative in a unit of its own, in an ad campaign of its month. The
brand zone and splash screens are bought by the day beside that: no note has what they cost.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import NamedTuple

from portal.lib.days import days_between
from portal.sandbox import report
from portal.sandbox.report import Cell
from portal.sandbox.responses import WITH_IN_SITE_SHOP, responses
from portal.sandbox.truth import FIRST_DAY, LAST_DAY, Delivery, Note, world

BRAND_CAMPAIGNS = 90  # their numbers within an advertiser follow those of the months


@dataclass(frozen=True, slots=True)
class Ad:
    """A creative with all that stands over it."""

    advertiser_id: int
    campaign_id: int
    campaign_name: str
    unit_id: int
    unit_name: str
    creativity_id: int
    creativity_name: str
    note_id: str  # empty where it promotes none


class Booking(NamedTuple):
    """A brand ad as it is bought: so many creatives at one place, at a price by the day."""

    campaign: str
    unit: str
    creatives: int
    first: date
    last: date
    fee_fen: tuple[int, int]


BOOKINGS = {
    880001: (
        Booking("品牌专区", "品牌专区 · 搜索首位", 2, FIRST_DAY, LAST_DAY, (26_000, 38_000)),
        Booking("品牌专区", "品牌专区 · 热搜", 1, date(2025, 5, 13), LAST_DAY, (9_000, 14_000)),
        Booking(
            *("开屏 · 618", "开屏 · 全国", 1, date(2025, 6, 13), date(2025, 6, 20)),
            (180_000, 260_000),
        ),
    ),
    880003: (
        Booking("品牌专区", "品牌专区 · 搜索首位", 1, date(2025, 5, 1), LAST_DAY, (8_000, 9_000)),
    ),
}


def ad_of(advertiser_id: int, place: int, note: Note) -> Ad:
    """Return the ad that promotes the advertiser's note at this place, counted from 1."""
    return Ad(
        advertiser_id=advertiser_id,
        campaign_id=advertiser_id * 100 + note.starts.month,
        campaign_name=f"{note.starts:%Y-%m} 种草直达",
        unit_id=advertiser_id * 1000 + place,
        unit_name=f"{note.author} · 单元 {place}",
        creativity_id=advertiser_id * 10_000 + place,
        creativity_name=note.title,
        note_id=note.note_id,
    )


def delivered(advertiser_id: int, first: date, last: date, *, as_of: date) -> list[tuple[Ad, Cell]]:
    """Return what each ad delivered on these days, as far as it can be known on `as_of`."""
    cells = all_cells()[advertiser_id]
    newest = min(last, as_of - timedelta(days=1))
    start = bisect_left(cells, first, key=_day_of)
    return list(cells[start : bisect_right(cells, newest, key=_day_of)])


@cache
def all_cells() -> dict[int, tuple[tuple[Ad, Cell], ...]]:
    """Every advertiser's ads and their cells, by day, then by creative."""
    found = {}
    for advertiser_id, notes in world().notes.items():
        ads = {note.note_id: ad_of(advertiser_id, n, note) for n, note in enumerate(notes, 1)}
        pairs = [(ads[cell.delivery.note_id], cell) for cell in report.ledger()[advertiser_id]]
        pairs += _brand_cells(advertiser_id)
        found[advertiser_id] = tuple(
            sorted(pairs, key=lambda pair: (_day_of(pair), pair[0].creativity_id))
        )
    return found


def _brand_cells(advertiser_id: int) -> Iterator[tuple[Ad, Cell]]:
    seed, has_shop = world().seed, advertiser_id in WITH_IN_SITE_SHOP
    for ad, booking in _brand_ads(advertiser_id):
        name = f"{ad.creativity_id}"
        bought = list(_deliveries(Random(f"{seed}/brand-ad/{name}"), booking))
        for delivery, response in zip(bought, responses(seed, name, bought), strict=True):
            yield ad, Cell(delivery, (), (), is_withheld=False, response=response, shop=has_shop)


def _brand_ads(advertiser_id: int) -> Iterator[tuple[Ad, Booking]]:
    campaigns: list[str] = []
    number = 900
    for unit, booking in enumerate(BOOKINGS.get(advertiser_id, ()), 901):
        if booking.campaign not in campaigns:
            campaigns.append(booking.campaign)
        campaign_id = advertiser_id * 100 + BRAND_CAMPAIGNS + campaigns.index(booking.campaign)
        for _each in range(booking.creatives):
            number += 1
            yield (
                Ad(
                    advertiser_id=advertiser_id,
                    campaign_id=campaign_id,
                    campaign_name=booking.campaign,
                    unit_id=advertiser_id * 1000 + unit,
                    unit_name=booking.unit,
                    creativity_id=advertiser_id * 10_000 + number,
                    creativity_name=f"{booking.unit} · 素材 {number - 900}",
                    note_id="",
                ),
                booking,
            )


def _deliveries(rng: Random, booking: Booking) -> Iterator[Delivery]:
    for day in days_between(booking.first, booking.last):
        fee_fen = rng.randint(*booking.fee_fen)
        click = int(fee_fen / rng.uniform(60, 90))
        liked = click * rng.uniform(0.5, 0.9)
        yield Delivery(
            note_id="",
            day=day,
            fee_fen=fee_fen,
            impression=int(click / rng.uniform(0.05, 0.09)),
            click=click,
            like=int(liked * 0.02),
            comment=int(liked * 0.003),
            collect=int(liked * 0.012),
            share=int(liked * 0.003),
            follow=int(liked * 0.004),
        )


def _day_of(pair: tuple[Ad, Cell]) -> date:
    return pair[1].delivery.day
