"""蒲公英: which notes were ordered from creators, as of one of the last three daily snapshots.

Public are the path, the span, the page size, `date_type` and `date_key`, and the names of the
figures; the other fields of a row are the sandbox's own.
"""

from datetime import date, datetime, timedelta

from django.http import HttpRequest

from portal.lib.days import business_day, today
from portal.sandbox.accounts import BY_PUGONGYING
from portal.sandbox.adapi import (
    Answer,
    Body,
    Code,
    Problem,
    day_of,
    endpoint,
    number,
    span_of,
    token_of,
)
from portal.sandbox.creator_figures import figures_of
from portal.sandbox.creator_orders import CreatorOrder, creator_orders

LONGEST_SPAN = timedelta(days=30)
SNAPSHOTS = 3
ORDERED, PUBLISHED = 1, 2


@endpoint
def ordered_notes(request: HttpRequest, body: Body) -> Answer:
    token = token_of(request, "pgy")
    if "report_service" not in token.scope:
        raise Problem(Code.NOT_APPROVED, "scope report_service was not granted")
    by = number(body, "date_type", default=None, most=PUBLISHED)
    first, last = span_of(body, longest=LONGEST_SPAN - timedelta(days=1))
    snapshot = _snapshot(body)
    page_num = number(body, "page_num", default=1, most=10_000)
    page_size = number(body, "page_size", default=20, most=100)
    (account,) = token.subjects
    orders = [
        order
        for order in creator_orders()[BY_PUGONGYING[account].advertiser_id]
        if business_day(order.published_at) <= snapshot
        and first <= business_day(_dated(order, by)) <= last
    ]
    shown = orders[(page_num - 1) * page_size : page_num * page_size]
    return {
        "data_list": [_row(order) | figures_of(order, snapshot) for order in shown],
        "total_count": len(orders),
    }


def _dated(order: CreatorOrder, by: int) -> datetime:
    return order.ordered_at if by == ORDERED else order.published_at


def _snapshot(body: Body) -> date:
    snapshot = day_of(body, "date_key")
    if not 1 <= (today() - snapshot).days <= SNAPSHOTS:
        raise Problem(Code.BAD_PARAMETER, f"date_key is none of the last {SNAPSHOTS} snapshots")
    return snapshot


def _row(order: CreatorOrder) -> Answer:
    return {
        "note_id": order.note_id,
        "title": order.title,
        "kol_name": order.creator,
        "order_id": order.order_id,
        "order_type": order.kind,
        "price": f"{order.price_fen / 100:,.2f}",
        "star_task_id": order.star_task_id,
        "order_create_time": f"{order.ordered_at:%Y-%m-%d %H:%M:%S}",
        "note_publish_time": f"{order.published_at:%Y-%m-%d %H:%M:%S}",
    }
