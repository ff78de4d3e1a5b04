"""The world's raw truth, for tests to count from: events, never the report's figures."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_GET

from portal.lib.days import known_now, starts_at, today
from portal.sandbox.report import figures
from portal.sandbox.sales import ENDED, Line, Steps, Trade, sales_of, stands
from portal.sandbox.shelf import shelf_of
from portal.sandbox.truth import Order, world
from portal.sandbox.worlds import world_of

TICK = timedelta(microseconds=1)


@require_GET
def truth(request: HttpRequest) -> HttpResponse:
    """Show everything that happened before the day `as_of` began; today when it isn't given.

    With `day`, of ad clicks of that day alone.
    """
    try:
        advertiser_id = int(request.GET["advertiser_id"])
        as_of = date.fromisoformat(request.GET.get("as_of", f"{today()}"))
        day = date.fromisoformat(request.GET["day"]) if "day" in request.GET else None
        source = world_of(advertiser_id)
    except (KeyError, ValueError) as error:
        return HttpResponseBadRequest(f"advertiser_id or as_of is missing or unknown: {error}")
    if as_of > today():
        return HttpResponseBadRequest(f"{as_of} is still to come: it is {today()}")

    known_until = starts_at(as_of)
    deliveries, jumps, orders = source.events(advertiser_id, day)
    notes = source.notes(advertiser_id)
    paid = [order for order in orders if order.paid_at < known_until]
    return as_json(
        {
            "seed": world().seed,
            "advertiser_id": advertiser_id,
            "as_of": as_of,
            "notes": [note for note in notes if note.created_at < known_until],
            "deliveries": [delivery for delivery in deliveries if delivery.day < as_of],
            "jumps": [jump for jump in jumps if jump.jumped_at < known_until],
            "orders": [_paid(order) for order in paid],
            "cancellations": _cancellations(paid, known_until),
        }
    )


@require_GET
def sums(request: HttpRequest) -> HttpResponse:
    """Add up all that the note report may tell of an advertiser before `as_of` began.

    What is not returned counts as nothing, so that a ledger can be added up the same way.
    """
    try:
        advertiser_id = int(request.GET["advertiser_id"])
        as_of = date.fromisoformat(request.GET.get("as_of", f"{today()}"))
        source = world_of(advertiser_id)
    except (KeyError, ValueError) as error:
        return HttpResponseBadRequest(f"advertiser_id or as_of is missing or unknown: {error}")
    found: Counter[str] = Counter()
    for cell in source.cells(advertiser_id, date.min, as_of, as_of=as_of):
        found["rows"] += 1
        found.update({name: value or 0 for name, value in figures(cell, as_of=as_of).items()})
    return as_json({"advertiser_id": advertiser_id, "as_of": as_of, "sums": dict(found)})


@require_GET
def items(request: HttpRequest) -> HttpResponse:
    """Show what the seller's shelf holds now."""
    try:
        seller_id = int(request.GET["seller_id"])
        found = shelf_of(seller_id)
    except (KeyError, ValueError) as error:
        return HttpResponseBadRequest(f"seller_id is missing or unknown: {error}")
    return as_json({"seller_id": seller_id, "items": found})


@require_GET
def store(request: HttpRequest) -> HttpResponse:
    """Show the seller's sub-orders and refunds as they stood when the day `as_of` began.

    `as_of` may be a moment such as 2025-06-23T09:40:00+08:00; what happens then is shown.
    """
    try:
        seller_id = int(request.GET["seller_id"])
        as_of = request.GET.get("as_of", f"{today()}")
        until = _until(as_of)
        trades = sales_of(seller_id)
    except (KeyError, ValueError, TypeError) as error:
        return HttpResponseBadRequest(f"seller_id or as_of is missing or unknown: {error}")
    if until > known_now() + TICK:
        return HttpResponseBadRequest(f"{as_of} is still to come: it is {known_now()}")
    sold = [(trade, line) for trade in trades for line in trade.lines if line.created_at < until]
    return as_json(
        {
            "seller_id": seller_id,
            "as_of": as_of,
            "orders": [_sold(trade, line, until) for trade, line in sold],
            "refunds": [
                {
                    "refund_id": refund.refund_id,
                    "oid": line.oid,
                    "tid": trade.tid,
                    "fee_fen": refund.fee_fen,
                    "asked_at": refund.steps[0][0],
                    **_standing(refund.steps, until),
                }
                for trade, line in sold
                for refund in line.refunds
                if refund.steps[0][0] < until
            ],
        }
    )


def _until(as_of: str) -> datetime:
    if len(as_of) > len("2025-06-23"):
        return datetime.fromisoformat(as_of) + TICK
    return starts_at(date.fromisoformat(as_of))


def _sold(trade: Trade, line: Line, until: datetime) -> dict[str, object]:
    paid_at = line.paid_at if line.paid_at and line.paid_at < until else None
    at, status = stands(line.steps, until)
    return {
        "oid": line.oid,
        "tid": trade.tid,
        "num_iid": line.num_iid,
        "pieces": line.pieces,
        "paid_fen": line.paid_fen if paid_at else None,
        "created_at": line.created_at,
        "paid_at": paid_at,
        "is_affiliate": line.is_affiliate,
        "ended_at": at if status in ENDED else None,
        "status": status,
        "modified_at": trade.modified_at(until),
    }


def _standing(steps: Steps, until: datetime) -> dict[str, object]:
    at, status = stands(steps, until)
    return {"status": status, "modified_at": at}


def _paid(order: Order) -> dict[str, object]:
    return {
        "order_id": order.order_id,
        "note_id": order.note_id,
        "num_iid": order.num_iid,
        "amount_fen": order.amount_fen,
        "ad_clicked_at": order.ad_clicked_at,
        "created_at": order.created_at,
        "paid_at": order.paid_at,
    }


def _cancellations(orders: Iterable[Order], known_until: datetime) -> list[dict[str, object]]:
    return [
        {"order_id": order.order_id, "cancelled_at": order.cancelled_at}
        for order in orders
        if order.cancelled_at and order.cancelled_at < known_until
    ]


def as_json(answer: dict[str, object]) -> HttpResponse:
    return HttpResponse(orjson.dumps(answer), content_type="application/json")
