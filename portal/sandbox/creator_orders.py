"""The orders for notes that were placed with creators at 蒲公英: days before the note appears."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from portal.lib.days import business_day, starts_at
from portal.sandbox.truth import Note, World, world

COOPERATION = 2
KINDS = ("定制合作", "招募合作", "定制合作", "共创合作")
WITHOUT_TASK = "共创合作"
STAR_TASKS = {880001: ("XHX20250418", "XHX20250601"), 880003: ("XHX20250502",)}
SECOND_TASK_FROM = date(2025, 5, 15)
# Ordered and published, but promoted by nobody: Juguang lists none of them.
UNPROMOTED = {
    880001: (
        (date(2025, 5, 20), "梅子熟了没", "出差党的极简护肤，一支油走天下"),
        (date(2025, 6, 8), "北边的阿柚", "换季起皮急救，三步就够"),
    ),
    880003: ((date(2025, 6, 1), "山里的阿木", "雨天徒步，鞋和袜子怎么选"),),
}


@dataclass(frozen=True, slots=True)
class CreatorOrder:
    note_id: str
    title: str
    creator: str
    order_id: str
    kind: str
    price_fen: int
    star_task_id: str
    ordered_at: datetime
    published_at: datetime


@cache
def creator_orders() -> dict[int, tuple[CreatorOrder, ...]]:
    return build_orders(world())


def build_orders(made: World) -> dict[int, tuple[CreatorOrder, ...]]:
    """Return the orders behind the world's cooperation notes, and those nobody promoted."""
    return {
        advertiser_id: tuple(
            sorted(
                [
                    *_behind(made.seed, advertiser_id, notes),
                    *_unpromoted(made.seed, advertiser_id),
                ],
                key=lambda order: (order.ordered_at, order.order_id),
            )
        )
        for advertiser_id, notes in made.notes.items()
    }


def _behind(seed: int, advertiser_id: int, notes: tuple[Note, ...]) -> list[CreatorOrder]:
    return [
        _order(
            Random(f"{seed}/order/{note.note_id}"),
            place,
            advertiser_id=advertiser_id,
            note_id=note.note_id,
            title=note.title,
            creator=note.author,
            published_at=note.created_at,
        )
        for place, note in enumerate(note for note in notes if note.source == COOPERATION)
    ]


def _unpromoted(seed: int, advertiser_id: int) -> list[CreatorOrder]:
    made = []
    for place, (day, creator, title) in enumerate(UNPROMOTED.get(advertiser_id, ())):
        rng = Random(f"{seed}/unpromoted/{advertiser_id}/{place}")
        published_at = starts_at(day) + timedelta(hours=19, seconds=rng.randrange(3600))
        note_id = f"{int(published_at.timestamp()):08x}{rng.getrandbits(64):016x}"
        own = {"note_id": note_id, "title": title, "creator": creator}
        made.append(
            _order(rng, place, advertiser_id=advertiser_id, published_at=published_at, **own)
        )
    return made


def _order(
    rng: Random,
    place: int,
    *,
    advertiser_id: int,
    note_id: str,
    title: str,
    creator: str,
    published_at: datetime,
) -> CreatorOrder:
    kind = KINDS[place % len(KINDS)]
    ordered_ago = timedelta(days=rng.randint(6, 15), seconds=rng.randrange(36_000))
    return CreatorOrder(
        note_id=note_id,
        title=title,
        creator=creator,
        order_id=f"PGY{rng.randrange(10**11, 10**12)}",
        kind=kind,
        price_fen=rng.randrange(15, 220) * 10_000,
        star_task_id="" if kind == WITHOUT_TASK else _task(advertiser_id, published_at),
        ordered_at=published_at - ordered_ago,
        published_at=published_at,
    )


def _task(advertiser_id: int, published_at: datetime) -> str:
    tasks = STAR_TASKS.get(advertiser_id)
    if not tasks:
        return ""
    return tasks[-1 if business_day(published_at) >= SECOND_TASK_FROM else 0]
