"""The world's raw truth, for tests to count from: events, never the report's figures."""

from collections.abc import Iterable
from datetime import date, datetime

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_GET

from portal.lib.days import starts_at, today
from portal.sandbox.shelf import shelf_of
from portal.sandbox.truth import Order, world


@require_GET
def truth(request: HttpRequest) -> HttpResponse:
    """Show everything that happened before the day `as_of` began; today when it isn't given."""
    try:
        advertiser_id = int(request.GET["advertiser_id"])
        as_of = date.fromisoformat(request.GET.get("as_of", f"{today()}"))
        notes = world().notes[advertiser_id]
    except (KeyError, ValueError) as error:
        return HttpResponseBadRequest(f"advertiser_id or as_of is missing or unknown: {error}")
    if as_of > today():
        return HttpResponseBadRequest(f"{as_of} is still to come: it is {today()}")

    known_until = starts_at(as_of)
    deliveries, jumps = world().deliveries[advertiser_id], world().jumps[advertiser_id]
    paid = [o for o in world().orders[advertiser_id] if o.paid_at < known_until]
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
def items(request: HttpRequest) -> HttpResponse:
    """Show what the seller's shelf holds now."""
    try:
        seller_id = int(request.GET["seller_id"])
        found = shelf_of(seller_id)
    except (KeyError, ValueError) as error:
        return HttpResponseBadRequest(f"seller_id is missing or unknown: {error}")
    return as_json({"seller_id": seller_id, "items": found})


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
