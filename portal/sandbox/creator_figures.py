"""蒲公英: what an ordered note reached, as running totals of a snapshot, with its star block.

The events are by day: what came by itself and by boosts is drawn here, what was bought at 聚光 is
the world's. The star block tells of a day earlier than the rest of its snapshot (T+2), of orders
with a star task alone, and people in the store only of the half that is matched.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from portal.lib.days import business_day, days_between
from portal.sandbox.creator_orders import CreatorOrder, creator_orders
from portal.sandbox.truth import LAST_DAY, Delivery, World, world

SAMPLING = 50.00  # per cent of readers who are matched
SERVICE_FEE = 10  # per cent
TASK_DAYS = 60
NOT_YET = "-"
Answer = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEvents:
    """One day of an ordered note; `new_` are people who had not done it before."""

    order_id: str
    note_id: str
    day: date
    imp_origin: int
    imp_heat: int
    imp_promotion: int
    read_origin: int
    read_heat: int
    read_promotion: int
    new_readers: int
    like: int
    fav: int
    cmt: int
    share: int
    interest: int
    ads_fee_fen: int
    new_star_readers: int
    new_likers: int
    new_favers: int
    new_commenters: int
    new_sharers: int
    new_visitors_matched: int


COUNTS = tuple(f.name for f in fields(NoteEvents) if f.name not in ("order_id", "note_id", "day"))


@cache
def note_events() -> dict[str, tuple[NoteEvents, ...]]:
    """Return every order's days, oldest first, by the order's number."""
    return build_events(world(), creator_orders())


def build_events(
    made: World, orders: dict[int, tuple[CreatorOrder, ...]]
) -> dict[str, tuple[NoteEvents, ...]]:
    found = {}
    for advertiser_id, own in orders.items():
        bought = {(d.note_id, d.day): d for d in made.deliveries[advertiser_id]}
        for order in own:
            rng = Random(f"{made.seed}/creator-figures/{order.order_id}")
            found[order.order_id] = tuple(_days(rng, order, bought))
    return found


def figures_of(order: CreatorOrder, snapshot: date) -> Answer:
    """Return what the snapshot says of the ordered note: amounts in yuan, percent as numbers."""
    told = _sums(order, snapshot)
    row: Answer = {
        "kol_price": order.price_fen / 100,
        "total_platform_price": _service_fen(order) / 100,
        "imp_num": told["imp_origin"] + told["imp_heat"] + told["imp_promotion"],
        "origin_imp_num": told["imp_origin"],
        "heat_imp_num": told["imp_heat"],
        "promotion_imp_num": told["imp_promotion"],
        "read_num": told["read_origin"] + told["read_heat"] + told["read_promotion"],
        "origin_read_num": told["read_origin"],
        "heat_read_num": told["read_heat"],
        "promotion_read_num": told["read_promotion"],
        "read_uv": told["new_readers"],
        "engage_num": told["like"] + told["fav"] + told["cmt"] + told["share"],
        "like_num": told["like"],
        "fav_num": told["fav"],
        "cmt_num": told["cmt"],
        "share_num": told["share"],
        "interest_num": told["interest"],
    }
    return row | (_star_block(order, snapshot - timedelta(days=1)) if order.star_task_id else {})


def _star_block(order: CreatorOrder, day: date) -> Answer:
    begins = date.fromisoformat(order.star_task_id.removeprefix("XHX"))
    block: Answer = {
        "star_task_name": f"红猫星任务 {order.star_task_id}",
        "star_event_group_id": f"EG{order.star_task_id[3:]}",
        "event_group_start_time": f"{begins}",
        "event_group_end_time": f"{begins + timedelta(days=TASK_DAYS)}",
    }
    return block | _star_figures(order, day)


def _star_figures(order: CreatorOrder, day: date) -> Answer:
    told = _sums(order, day)
    creator_fen = order.price_fen + _service_fen(order)
    visitors, readers = told["new_visitors_matched"], told["new_star_readers"]
    counted: Answer = {
        "star_total_amount": (creator_fen + told["ads_fee_fen"]) / 100,
        "star_pgy_total_amount": creator_fen / 100,
        "star_ads_total_amount": told["ads_fee_fen"] / 100,
        "star_trans_ratio": SAMPLING,
        "star_read_uv": readers,
        "star_like_uv": told["new_likers"],
        "star_fav_uv": told["new_favers"],
        "star_cmt_uv": told["new_commenters"],
        "star_share_uv": told["new_sharers"],
        "star_enter_store_uv": visitors,
        "star_enter_store_ratio": round(visitors / (SAMPLING / 100) / max(readers, 1) * 100, 2),
    }
    is_told = business_day(order.published_at) <= day
    return counted if is_told else dict.fromkeys(counted, NOT_YET)


def _sums(order: CreatorOrder, day: date) -> dict[str, int]:
    known = [events for events in note_events()[order.order_id] if events.day <= day]
    return {name: sum(getattr(events, name) for events in known) for name in COUNTS}


def _service_fen(order: CreatorOrder) -> int:
    return order.price_fen * SERVICE_FEE // 100


def _days(
    rng: Random, order: CreatorOrder, bought: dict[tuple[str, date], Delivery]
) -> Iterator[NoteEvents]:
    reach = rng.lognormvariate(7.6, 0.5)
    published = business_day(order.published_at)
    for day in days_between(published, LAST_DAY):
        fading = 0.93 ** (day - published).days
        read_origin, read_heat = (
            int(reach * share * fading * rng.uniform(0.8, 1.2)) for share in (1, 0.25)
        )
        delivery = bought.get((order.note_id, day))
        yield _events(rng, order, day, (read_origin, read_heat), delivery)


def _events(
    rng: Random, order: CreatorOrder, day: date, reads: tuple[int, int], bought: Delivery | None
) -> NoteEvents:
    read_origin, read_heat = reads
    own = read_origin + read_heat
    read = own + (bought.click if bought else 0)
    readers = int(read * rng.uniform(0.7, 0.85))
    acts = {
        "like": int(own * 0.035 + rng.random()) + (bought.like if bought else 0),
        "fav": int(own * 0.022 + rng.random()) + (bought.collect if bought else 0),
        "cmt": int(own * 0.006 + rng.random()) + (bought.comment if bought else 0),
        "share": int(own * 0.004 + rng.random()) + (bought.share if bought else 0),
    }
    return NoteEvents(
        order_id=order.order_id,
        note_id=order.note_id,
        day=day,
        imp_origin=int(read_origin / rng.uniform(0.07, 0.11)),
        imp_heat=int(read_heat / rng.uniform(0.07, 0.11)),
        imp_promotion=bought.impression if bought else 0,
        read_origin=read_origin,
        read_heat=read_heat,
        read_promotion=bought.click if bought else 0,
        new_readers=readers,
        **acts,
        interest=int(read * rng.uniform(0.05, 0.08)),
        ads_fee_fen=bought.fee_fen if bought else 0,
        new_star_readers=int(readers * 0.95),
        **_people(rng, acts),
        new_visitors_matched=int(readers * rng.uniform(0.01, 0.02)),
    )


def _people(rng: Random, acts: dict[str, int]) -> dict[str, int]:
    """Fewer people than acts: some come twice."""
    names = {"like": "likers", "fav": "favers", "cmt": "commenters", "share": "sharers"}
    return {f"new_{names[act]}": int(count * rng.uniform(0.9, 1)) for act, count in acts.items()}


# Any: what asdict gave, for the truth that tests count from.
def events_known(orders: Iterable[CreatorOrder], as_of: date) -> list[dict[str, Any]]:
    return [
        asdict(events)
        for order in orders
        for events in note_events()[order.order_id]
        if events.day < as_of
    ]
