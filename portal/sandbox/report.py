"""聚光's offline reports: counted from the world's events as known on a day.

A day's figures appear on the next day. Orders count once paid and until cancelled, jumps once
tapped, each by the end of the day before the report is read; all are dated by the ad click.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TypeVar

from portal.lib.days import business_day
from portal.sandbox.responses import WITH_IN_SITE_SHOP, Response, responses
from portal.sandbox.truth import Delivery, Jump, Note, Order, world

WINDOWS = (7, 15, 30)
VISITS_WITHIN = timedelta(days=7)
NEVER = date.max.toordinal()
EMPTY = "-"
COUNTS = ("impression", "click", "like", "comment", "collect", "share", "follow")
INTERACTIONS = ("like", "comment", "collect", "share", "follow")
BESIDE = (
    *("screenshot", "pic_save", "action_button_click", "search_cmt_click"),
    *("search_cmt_after_read", "i_user_num", "ti_user_num", "outside_shop_visit"),
)
IN_SHOP = ("goods_visit", "seller_visit", "shopping_cart_add")
USERS = ("i_user_num", "ti_user_num")

Event = TypeVar("Event", Jump, Order)
# Amounts in fen, everything else a count; None is what the platform does not return.
Figures = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Sale:
    """An order as the report sees it: its days as ordinals, and how long after the ad click."""

    known: int
    cancelled: int
    after: timedelta
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One note, or an ad without one, on one day of ad clicks; `shop` is a shop in the app."""

    delivery: Delivery
    visits_known: tuple[int, ...]
    sales: tuple[Sale, ...]
    is_withheld: bool
    response: Response
    shop: bool


@cache
def ledger() -> dict[int, tuple[Cell, ...]]:
    """Every advertiser's cells in the report's order: by day, then by note."""
    return {advertiser_id: _cells(advertiser_id) for advertiser_id in world().notes}


def day_rows(advertiser_id: int, first: date, last: date, *, as_of: date) -> list[Cell]:
    """Return the cells of these days that can be known on `as_of`."""
    cells = ledger()[advertiser_id]
    newest = min(last, as_of - timedelta(days=1))
    start = bisect_left(cells, first, key=_day_of)
    return list(cells[start : bisect_right(cells, newest, key=_day_of)])


def cell_of(
    note: Note,
    delivery: Delivery,
    jumps: Iterable[Jump],
    orders: Iterable[Order],
    response: Response,
    *,
    has_shop: bool,
) -> Cell:
    """Put together what came of one note's delivery on one day."""
    in_time = [jump for jump in jumps if jump.jumped_at - jump.ad_clicked_at <= VISITS_WITHIN]
    since = note.withheld_from
    return Cell(
        delivery=delivery,
        visits_known=tuple(sorted(_known(jump.jumped_at) for jump in in_time)),
        sales=tuple(_sale(order) for order in orders),
        is_withheld=since is not None and delivery.day >= since,
        response=response,
        shop=has_shop,
    )


def figures(cell: Cell, *, as_of: date) -> Figures:
    newest = as_of.toordinal() - 1
    delivery = cell.delivery
    counted: Figures = {"fee": delivery.fee_fen}
    counted |= {name: getattr(delivery, name) for name in COUNTS}
    counted["external_goods_visit_7"] = bisect_right(cell.visits_known, newest)
    for window in WINDOWS:
        amounts = [
            sale.amount_fen
            for sale in cell.sales
            if sale.known <= newest < sale.cancelled and sale.after <= timedelta(days=window)
        ]
        counted[f"external_goods_order_{window}"] = None if cell.is_withheld else len(amounts)
        counted[f"external_rgmv_{window}"] = None if cell.is_withheld else sum(amounts)
    return counted | _beside(cell, newest)


def total(parts: Iterable[Figures]) -> Figures:
    """Add up; one part that is not returned leaves the sum not returned. Users are no sum."""
    rows = list(parts)
    summed: Figures = {}
    for part in rows:
        for name, value in part.items():
            before = summed.get(name, 0)
            summed[name] = None if before is None or value is None else before + value
    return summed | {name: _together([row[name] or 0 for row in rows]) for name in USERS}


def shown(counted: Figures) -> dict[str, str]:
    """Write figures the way the platform does: every value a string."""
    fee, impression, click = counted["fee"], counted["impression"], counted["click"]
    interaction = sum(counted[name] or 0 for name in INTERACTIONS)
    visits = counted["external_goods_visit_7"]
    row = {"fee": _hundredths(fee, 1)}
    row |= {name: _grouped(counted[name]) for name in COUNTS}
    row |= {
        "interaction": _grouped(interaction),
        "ctr": _percent(click, impression),
        "acp": _hundredths(fee, click),
        "cpm": _hundredths(_times(fee, 1000), impression),
        "cpi": _hundredths(fee, interaction),
        "external_goods_visit_7": _grouped(visits),
        "external_goods_visit_price_7": _hundredths(fee, visits),
        "external_goods_visit_rate_7": _percent(visits, click),
    }
    for window in WINDOWS:
        orders = counted[f"external_goods_order_{window}"]
        rgmv = counted[f"external_rgmv_{window}"]
        row |= {
            f"external_goods_order_{window}": _grouped(orders),
            f"external_rgmv_{window}": _hundredths(rgmv, 1),
            f"external_goods_order_price_{window}": _hundredths(fee, orders),
            f"external_goods_order_rate_{window}": _percent(orders, click),
            f"external_roi_{window}": _hundredths(_times(rgmv, 100), fee),
        }
    return row | _shown_beside(counted)


def _beside(cell: Cell, newest: int) -> Figures:
    """Count what readers did besides, and in the brand's own shop in the app if it has one."""
    counted: Figures = {name: getattr(cell.response, name) for name in BESIDE}
    paid = [o.amount_fen for o in cell.response.orders if o.paid_on.toordinal() <= newest]
    inside: Figures = {name: getattr(cell.response, name) for name in IN_SHOP}
    inside |= {"goods_order": len(paid), "rgmv": sum(paid)}
    return counted | (inside if cell.shop else dict.fromkeys(inside))


def _together(counts: list[int]) -> int:
    """Return how many users several rows have: some are the same people."""
    most = max(counts, default=0)
    return most + (sum(counts) - most) * 9 // 10


def _shown_beside(counted: Figures) -> dict[str, str]:
    fee, click, shop_visits = counted["fee"], counted["click"], counted["outside_shop_visit"]
    row = {name: _grouped(counted[name]) for name in (*BESIDE, *IN_SHOP, "goods_order")}
    return row | {
        "action_button_ctr": _percent(counted["action_button_click"], click),
        "i_user_price": _hundredths(fee, counted["i_user_num"]),
        "ti_user_price": _hundredths(fee, counted["ti_user_num"]),
        "outside_shop_visit_price": _hundredths(fee, shop_visits),
        "outside_shop_visit_rate": _percent(shop_visits, click),
        "rgmv": _hundredths(counted["rgmv"], 1),
        "roi": _hundredths(_times(counted["rgmv"], 100), fee),
    }


def _cells(advertiser_id: int) -> tuple[Cell, ...]:
    notes = {note.note_id: note for note in world().notes[advertiser_id]}
    jumps = _by_ad_click(world().jumps[advertiser_id])
    orders = _by_ad_click(world().orders[advertiser_id])
    answered = _responses(world().deliveries[advertiser_id])
    has_shop = advertiser_id in WITH_IN_SITE_SHOP
    cells = []
    for delivery in world().deliveries[advertiser_id]:
        key = (delivery.note_id, delivery.day)
        cells.append(
            cell_of(
                notes[delivery.note_id],
                delivery,
                jumps[key],
                orders[key],
                answered[key],
                has_shop=has_shop,
            )
        )
    return tuple(sorted(cells, key=lambda cell: (cell.delivery.day, cell.delivery.note_id)))


def _responses(deliveries: Iterable[Delivery]) -> dict[tuple[str, date], Response]:
    by_note: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        by_note[delivery.note_id].append(delivery)
    return {
        (note_id, response.day): response
        for note_id, own in by_note.items()
        for response in responses(world().seed, note_id, own)
    }


def _by_ad_click(events: Iterable[Event]) -> dict[tuple[str, date], list[Event]]:
    found: dict[tuple[str, date], list[Event]] = defaultdict(list)
    for event in events:
        found[event.note_id, business_day(event.ad_clicked_at)].append(event)
    return found


def _sale(order: Order) -> Sale:
    return Sale(
        known=_known(order.paid_at),
        cancelled=_known(order.cancelled_at) if order.cancelled_at else NEVER,
        after=order.paid_at - order.ad_clicked_at,
        amount_fen=order.amount_fen,
    )


def _known(moment: datetime) -> int:
    return business_day(moment).toordinal()


def _day_of(cell: Cell) -> date:
    return cell.delivery.day


def _times(value: int | None, factor: int) -> int | None:
    return None if value is None else value * factor


def _grouped(value: int | None) -> str:
    return EMPTY if value is None else f"{value:,}"


def _percent(part: int | None, whole: int | None) -> str:
    rate = _hundredths(_times(part, 10_000), whole)
    return rate if rate == EMPTY else f"{rate}%"


def _hundredths(numerator: int | None, denominator: int | None) -> str:
    """Divide hundredths, rounding half up, and write them with two decimals."""
    if numerator is None or not denominator:
        return EMPTY
    rounded = (2 * numerator + denominator) // (2 * denominator)
    return f"{rounded // 100}.{rounded % 100:02d}"
