"""What TOP tells of a store's orders: trades, refunds and the affiliate programme's orders.

Nothing of a buyer is asked for; the seller's own name is, to see that a row is ours. The affiliate
programme can't be asked for less than all it knows, so of each of its rows only the fields named
here are read on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.partners.base import Fields
from portal.partners.top import GMT8, MOMENT, TopClient

ROWS_PER_PAGE = 100
TRADE_FIELDS = ("tid", "created", "modified", "pay_time", "end_time", "seller_nick")
ORDER_FIELDS = (
    *("oid", "num_iid", "title", "num", "status", "end_time"),
    *("payment", "divide_order_fee"),
)
REFUND_FIELDS = (
    *("refund_id", "tid", "oid", "refund_fee", "status", "created", "modified"),
    "seller_nick",
)
AFFILIATE_FIELDS = (
    *("trade_id", "trade_parent_id", "item_id", "item_title", "item_num", "tk_status"),
    *("alipay_total_price", "click_time", "tk_create_time", "tk_paid_time", "tk_earning_time"),
    *("modified_time", "adzone_id", "relation_id", "refund_tag", "seller_nick"),
)
BY_CHANGE = "4"
FORWARD = "1"

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """A page of what changed in a span. `total` is told only to who asks how many there are."""

    rows: tuple[Row, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class SlicePage:
    """A page of a slice; `position` is where the next one begins, and empty after the last."""

    rows: tuple[Row, ...]
    position: str


def trades(
    client: TopClient, first: datetime, last: datetime, page: int, *, counted: bool
) -> ChangedPage:
    """Return a page of the sub-orders whose trades last changed in the span, a day at most.

    The latest change comes first, and `total` counts trades, not sub-orders.
    """
    fields = [*TRADE_FIELDS, *(f"orders.{name}" for name in ORDER_FIELDS)]
    answer = _changed(
        client, "taobao.trades.sold.increment.get", fields, first, last, page, counted=counted
    )
    found = answer.fields("trades").each("trade") if "trades" in answer else ()
    rows = tuple(row for trade in found for row in _sub_orders(trade))
    return ChangedPage(rows, answer.whole("total_results") if counted else None)


def refunds(
    client: TopClient, first: datetime, last: datetime, page: int, *, counted: bool
) -> ChangedPage:
    """Return a page of the refunds that last changed in the span, the latest change first."""
    answer = _changed(
        client, "taobao.refunds.receive.get", REFUND_FIELDS, first, last, page, counted=counted
    )
    found = answer.fields("refunds").each("refund") if "refunds" in answer else ()
    rows = tuple(_only(REFUND_FIELDS, refund) for refund in found)
    return ChangedPage(rows, answer.whole("total_results") if counted else None)


def affiliate_orders(
    client: TopClient, first: datetime, last: datetime, page: int = 1, position: str = ""
) -> SlicePage:
    """Return a page of the affiliate orders that changed in the span, which is hours at most.

    A page after the first is asked for with the position that the one before gave.
    """
    answer = client.call(
        "taobao.tbk.sc.order.details.get",
        query_type=BY_CHANGE,
        start_time=_written(first),
        end_time=_written(last),
        page_no=str(page),
        page_size=str(ROWS_PER_PAGE),
        position_index=position,
        jump_type=FORWARD if position else "",
    ).fields("data")
    found = answer.fields("results").each("publisher_order_dto") if "results" in answer else ()
    rows = tuple(_only(AFFILIATE_FIELDS, row) for row in found)
    goes_on = answer.values.get("has_next") in (True, "true")
    return SlicePage(rows, answer.text("position_index") if goes_on else "")


def _changed(
    client: TopClient,
    method: str,
    fields: Iterable[str],
    first: datetime,
    last: datetime,
    page: int,
    *,
    counted: bool,
) -> Fields:
    return client.call(
        method,
        fields=",".join(fields),
        start_modified=_written(first),
        end_modified=_written(last),
        page_no=str(page),
        page_size=str(ROWS_PER_PAGE),
        use_has_next="false" if counted else "true",
    )


def _sub_orders(trade: Fields) -> Iterable[Row]:
    """Join each sub-order with its trade; a trade without any is told too, to be refused."""
    whole = _only(TRADE_FIELDS, trade)
    if "orders" not in trade:
        return [whole]
    parts = trade.fields("orders").each("order")
    return [whole | _only(ORDER_FIELDS, part) for part in parts] or [whole]


def _only(names: Iterable[str], row: Fields) -> dict[str, object]:
    return {name: row.values[name] for name in names if name in row}


def _written(at: datetime) -> str:
    return at.astimezone(GMT8).strftime(MOMENT)
