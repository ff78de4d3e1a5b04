"""Tmall's orders by their last change, and the refunds that the store was asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from portal.lib.days import known_now
from portal.sandbox.accounts import ITEMS, Seller
from portal.sandbox.sales import ENDED, GRANTED, Line, Refund, Trade, sales_of, stands
from portal.sandbox.top_asked import (
    Parameters,
    Record,
    TopError,
    asked_fields,
    moment,
    number,
    required,
    selected,
    written,
    yuan,
)

Row = TypeVar("Row")

LONGEST_SPAN = timedelta(days=1)
FURTHEST_BACK = timedelta(days=92)  # "three months"
MOST_TRADES = 100
FLAGS = {"true": True, "false": False}
# All that is answered when it is asked for: the buyer's name among it, as masked as Tmall's.
TRADE_FIELDS = {
    *("tid", "status", "type", "created", "modified", "pay_time", "end_time", "payment"),
    *("buyer_nick", "receiver_state", "seller_nick", "orders"),
}
ORDER_FIELDS = {
    *("oid", "num_iid", "title", "num", "price", "status", "end_time"),
    *("payment", "part_mjz_discount", "divide_order_fee"),
}


def trades_changed(seller: Seller, parameters: Parameters) -> Record:
    """Answer with the trades that last changed within a day, the latest change first."""
    names = asked_fields(parameters)
    known = TRADE_FIELDS | {f"orders.{name}" for name in ORDER_FIELDS}
    if unknown := [name for name in names if name not in known]:
        raise TopError(41, f"Invalid arguments:fields {','.join(unknown)}")
    start, end = _span(parameters)
    if end - start > LONGEST_SPAN:
        raise _bad("end_modified", "查询时间跨度不能超过一天")
    now = known_now()
    if start < now - FURTHEST_BACK:
        raise _bad("start_modified", "只能查询三个月以内的交易")
    found = [trade for at, trade in _by_change(seller.user_id, now) if start <= at <= end]
    page, told = _page(found, parameters)
    if page:
        told["trades"] = {"trade": [_trade_record(seller, trade, names, now) for trade in page]}
    return told


def refunds_received(seller: Seller, parameters: Parameters) -> Record:
    """Answer with the refunds that last changed within the span, the latest change first."""
    start, end = _span(parameters)
    now = known_now()
    found = [each for at, each in _refunds_by_change(seller.user_id, now) if start <= at <= end]
    page, told = _page(found, parameters)
    if page:
        records = [selected(_refund_record(seller, *each, now), parameters) for each in page]
        told["refunds"] = {"refund": records}
    return told


@lru_cache(maxsize=64)
def _by_change(user_id: int, now: datetime) -> list[tuple[datetime, Trade]]:
    known = [trade for trade in sales_of(user_id) if trade.created_at <= now]
    dated = [(trade.modified_at(now), trade) for trade in known]
    return sorted(dated, key=lambda each: (each[0], each[1].tid), reverse=True)


@lru_cache(maxsize=64)
def _refunds_by_change(
    user_id: int, now: datetime
) -> list[tuple[datetime, tuple[Trade, Line, Refund]]]:
    dated = [
        (stands(refund.steps, now)[0], (trade, line, refund))
        for trade in sales_of(user_id)
        for line in trade.lines
        for refund in line.refunds
        if refund.steps[0][0] <= now
    ]
    return sorted(dated, key=lambda each: (each[0], each[1][2].refund_id), reverse=True)


def _span(parameters: Parameters) -> tuple[datetime, datetime]:
    for name in ("start_modified", "end_modified"):
        required(parameters, name)
    start, end = (moment(parameters, f"{end}_modified") for end in ("start", "end"))
    if start is None or end is None or end < start:
        raise _bad("end_modified", "结束时间早于开始时间")
    return start, end


def _page(found: Sequence[Row], parameters: Parameters) -> tuple[Sequence[Row], Record]:
    """Cut the page out, and say how many there are, or only whether there are more."""
    page_no = number(parameters, "page_no", default=1, most=10_000)
    page_size = number(parameters, "page_size", default=40, most=MOST_TRADES)
    flag = parameters.get("use_has_next", "false")
    if flag not in FLAGS:
        raise TopError(41, "Invalid arguments:use_has_next")
    told: Record = {"total_results": len(found)}
    if FLAGS[flag]:
        told = {"has_next": page_no * page_size < len(found)}
    return found[(page_no - 1) * page_size : page_no * page_size], told


def _trade_record(seller: Seller, trade: Trade, names: Sequence[str], now: datetime) -> Record:
    lines = [_order_record(line, now) for line in trade.lines]
    wanted = [name.removeprefix("orders.") for name in names if name.startswith("orders.")]
    told = [{name: line[name] for name in wanted if name in line} for line in lines]
    first = trade.lines[0]
    whole: Record = {
        "tid": int(trade.tid),
        "status": lines[0]["status"],
        "type": "fixed",
        "created": written(trade.created_at),
        "modified": written(trade.modified_at(now)),
        "payment": yuan(sum(line.paid_fen for line in trade.lines)),
        "buyer_nick": "山**客",
        "receiver_state": "上海",
        "seller_nick": seller.nick,
        "orders": {"order": lines if "orders" in names else told},
    }
    if first.paid_at and first.paid_at <= now:
        whole["pay_time"] = written(first.paid_at)
    ends = [line["end_time"] for line in lines if "end_time" in line]
    if len(ends) == len(lines):
        whole["end_time"] = max(str(end) for end in ends)
    outer = {name.split(".")[0] for name in names}
    return {name: value for name, value in whole.items() if name in outer}


def _order_record(line: Line, now: datetime) -> Record:
    """Tell a sub-order. Once all of it is refunded `payment` falls, and its share stays."""
    at, status = stands(line.steps, now)
    _seller, item = ITEMS[line.num_iid]
    refunded = sum(refund.fee_fen for refund in line.refunds if _is_granted(refund, now))
    told: Record = {
        "oid": line.oid,
        "num_iid": line.num_iid,
        "title": item.title,
        "num": line.pieces,
        "price": item.yuan,
        "status": status,
        "payment": yuan(max(line.paid_fen + line.discount_fen - refunded, 0)),
        "part_mjz_discount": yuan(line.discount_fen),
        "divide_order_fee": yuan(line.paid_fen),
    }
    return told | ({"end_time": written(at)} if status in ENDED else {})


def _is_granted(refund: Refund, now: datetime) -> bool:
    """Whether the money has gone back by now."""
    return any(at <= now and word == GRANTED for at, word in refund.steps)


def _refund_record(
    seller: Seller, trade: Trade, line: Line, refund: Refund, now: datetime
) -> Record:
    at, status = stands(refund.steps, now)
    return {
        "refund_id": refund.refund_id,
        "tid": int(trade.tid),
        "oid": int(line.oid),
        "status": status,
        "refund_fee": yuan(refund.fee_fen),
        "total_fee": yuan(line.paid_fen),
        "created": written(refund.steps[0][0]),
        "modified": written(at),
        "buyer_nick": "山**客",
        "seller_nick": seller.nick,
        "order_status": stands(line.steps, now)[1],
    }


def _bad(name: str, words: str) -> TopError:
    return TopError(41, f"Invalid arguments:{name}", "isv.invalid-parameter", words)
