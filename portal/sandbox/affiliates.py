"""The affiliate programme's orders: a few hours at a time, minutes on the days of a festival."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

from portal.lib.days import business_day, known_now
from portal.sandbox.accounts import ITEMS, Seller
from portal.sandbox.sales import CLOSED, FINISHED, GRANTED, Line, Trade, sales_of
from portal.sandbox.top_asked import Parameters, Record, TopError, moment, number, written, yuan

LONGEST_SPAN, FESTIVAL_SPAN = timedelta(hours=3), timedelta(minutes=20)
# Written down from the platform's calendar, apart from the portal's own.
FESTIVALS = (
    (date(2025, 5, 13), date(2025, 6, 20)),
    (date(2025, 10, 9), date(2025, 11, 11)),
)
MOST_ROWS = 100
PAID, FAILED, RECEIVED, SETTLED = 12, 13, 14, 3
BY_CREATION, BY_PAYMENT, BY_SETTLEMENT, BY_CHANGE = 1, 2, 3, 4
SETTLED_AFTER = timedelta(days=4)
COPIED_AFTER = timedelta(seconds=1)  # the programme hears of an order a moment later


@dataclass(frozen=True, slots=True)
class Told:
    """An order as the programme tells of it now."""

    trade: Trade
    line: Line
    status: int
    modified_at: datetime
    settled_at: datetime | None
    is_refunded: bool

    @property
    def position(self) -> str:
        return f"{int(self.modified_at.timestamp())}_{self.line.oid}"


def affiliate_orders(seller: Seller, parameters: Parameters) -> Record:
    """Answer with a page of those that changed in the span, the earliest change first."""
    if parameters.get("query_type", "1") != str(BY_CHANGE):
        raise TopError(41, "Invalid arguments:query_type")  # the others are not played
    start, end = _span(parameters)
    page_no = number(parameters, "page_no", default=1, most=100)
    page_size = number(parameters, "page_size", default=20, most=MOST_ROWS)
    found = [
        each for each in _told(seller.user_id, known_now()) if start <= each.modified_at <= end
    ]
    if page_no > 1:
        if parameters.get("jump_type") != "1" or not parameters.get("position_index"):
            raise TopError(40, "Missing required arguments:position_index")
        positions = [each.position for each in found]
        if parameters["position_index"] not in positions:
            raise TopError(41, "Invalid arguments:position_index")
        found = found[positions.index(parameters["position_index"]) + 1 :]
    page = found[:page_size]
    told: Record = {"page_no": page_no, "page_size": page_size, "has_pre": page_no > 1}
    told["has_next"] = len(found) > page_size
    if page:
        told["position_index"] = page[-1].position
        told["results"] = {"publisher_order_dto": [_record(seller, each) for each in page]}
    return {"data": told}


def _span(parameters: Parameters) -> tuple[datetime, datetime]:
    start, end = moment(parameters, "start_time"), moment(parameters, "end_time")
    if start is None or end is None:
        raise TopError(40, "Missing required arguments:start_time,end_time")
    last = end - timedelta(seconds=1)  # the midnight that ends a day is still that day's
    longest = FESTIVAL_SPAN if _is_festival(start) or _is_festival(last) else LONGEST_SPAN
    if not timedelta(0) <= end - start <= longest:
        words = "查询时间段超出限制"
        raise TopError(41, "Invalid arguments:end_time", "isv.invalid-parameter", words)
    return start, end


def _is_festival(at: datetime) -> bool:
    return any(first <= business_day(at) <= last for first, last in FESTIVALS)


@cache
def _ascribed(user_id: int) -> tuple[tuple[Trade, Line], ...]:
    return tuple(
        (trade, line) for trade in sales_of(user_id) for line in trade.lines if line.is_affiliate
    )


@lru_cache(maxsize=64)
def _told(user_id: int, now: datetime) -> tuple[Told, ...]:
    told = [_as_of(trade, line, now) for trade, line in _ascribed(user_id)]
    return tuple(sorted(filter(None, told), key=lambda each: (each.modified_at, each.line.oid)))


def _as_of(trade: Trade, line: Line, now: datetime) -> Told | None:
    steps = [step for step in _steps(line) if step[0] <= now]
    if not steps:
        return None
    refunds = [at for at in _given_back(line) if at <= now]
    return Told(
        trade=trade,
        line=line,
        status=max(steps)[1],
        modified_at=max([at for at, _status in steps] + refunds),
        settled_at=next((at for at, status in steps if status == SETTLED), None),
        is_refunded=bool(refunds),
    )


def _steps(line: Line) -> Iterator[tuple[datetime, int]]:
    if line.paid_at:
        yield line.paid_at + COPIED_AFTER, PAID
    for at, status in line.steps:
        if status == CLOSED:
            yield at + COPIED_AFTER, FAILED
        if status == FINISHED:
            yield at + COPIED_AFTER, RECEIVED
            yield at + SETTLED_AFTER, SETTLED


def _given_back(line: Line) -> Iterator[datetime]:
    for refund in line.refunds:
        at, word = refund.steps[-1]
        if word == GRANTED:
            yield at + COPIED_AFTER


def _record(seller: Seller, told: Told) -> Record:
    """Tell more than the portal keeps, as the programme does: there is no asking for less."""
    line = told.line
    _seller, item = ITEMS[line.num_iid]
    paid_at = line.paid_at or line.created_at
    record: Record = {
        "trade_id": line.oid,
        "trade_parent_id": told.trade.tid,
        "item_id": str(line.num_iid),
        "item_title": item.title,
        "item_num": line.pieces,
        "tk_status": told.status,
        "alipay_total_price": yuan(line.paid_fen),
        "tk_create_time": written(line.created_at + COPIED_AFTER),
        "tb_paid_time": written(paid_at),
        "tk_paid_time": written(paid_at + COPIED_AFTER),
        "click_time": written(line.created_at - timedelta(minutes=int(line.oid) % 60 + 1)),
        "modified_time": written(told.modified_at),
        "adzone_id": 109_000_000 + seller.user_id % 1000,
        "refund_tag": int(told.is_refunded),
        "seller_nick": seller.nick,
        "special_id": int(line.oid) % 100_000,
    }
    if int(line.oid) % 2:
        record["relation_id"] = int(line.oid) % 900_000 + 100_000
    if told.settled_at:
        record["tk_earning_time"] = written(told.settled_at)
    return record
