"""The truth behind ads and ordered notes, for tests to count from: events, never a report."""

from dataclasses import asdict
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_GET

from portal.lib.days import today
from portal.sandbox.ads import all_cells
from portal.sandbox.creator_figures import events_known
from portal.sandbox.creator_orders import creator_orders
from portal.sandbox.oracle import as_json
from portal.sandbox.placements import codes_of_notes, parts
from portal.sandbox.report import Sale
from portal.sandbox.worlds import world_of


@require_GET
def ads(request: HttpRequest) -> HttpResponse:
    """Show what each ad delivered, and what its readers did besides, before `as_of` began."""
    try:
        pairs, as_of = all_cells()[_advertiser(request)], _as_of(request)
    except (KeyError, ValueError) as error:
        return _refused(error)
    known = [
        {
            **asdict(ad),
            "delivery": cell.delivery,
            "response": asdict(cell.response)
            | {"orders": [order for order in cell.response.orders if order.paid_on < as_of]},
            "shop": cell.shop,
        }
        for ad, cell in pairs
        if cell.delivery.day < as_of
    ]
    return as_json({"as_of": as_of, "ads": known})


@require_GET
def placements(request: HttpRequest) -> HttpResponse:
    """Show what each note's ads delivered at each place, and what came of it, before `as_of`."""
    try:
        advertiser_id, as_of = _advertiser(request), _as_of(request)
        cells = world_of(advertiser_id).cells(advertiser_id, date.min, as_of, as_of=as_of)
        codes = codes_of_notes(advertiser_id)
    except (KeyError, ValueError) as error:
        return _refused(error)
    known = [
        {
            "placement": code,
            "delivery": part.delivery,
            "response": asdict(part.response)
            | {"orders": [order for order in part.response.orders if order.paid_on < as_of]},
            "shop": part.shop,
            "is_withheld": part.is_withheld,
            "visited_on": [date.fromordinal(day) for day in part.visits_known],
            "sales": [_sold(sale) for sale in part.sales],
        }
        for cell in cells
        for code, part in parts(cell, codes[cell.delivery.note_id]).items()
    ]
    return as_json({"as_of": as_of, "places": known})


@require_GET
def creators(request: HttpRequest) -> HttpResponse:
    """Show what happened to each ordered note, by day, before `as_of` began."""
    try:
        orders, as_of = creator_orders()[_advertiser(request)], _as_of(request)
    except (KeyError, ValueError) as error:
        return _refused(error)
    return as_json({"as_of": as_of, "orders": orders, "days": events_known(orders, as_of)})


def _sold(sale: Sale) -> dict[str, object]:
    return {
        "paid_on": date.fromordinal(sale.known),
        "cancelled_on": date.fromordinal(sale.cancelled),
        "after_seconds": sale.after.total_seconds(),
        "amount_fen": sale.amount_fen,
    }


def _advertiser(request: HttpRequest) -> int:
    return int(request.GET["advertiser_id"])


def _as_of(request: HttpRequest) -> date:
    as_of = date.fromisoformat(request.GET.get("as_of", f"{today()}"))
    if as_of > today():
        raise ValueError(f"{as_of} is still to come: it is {today()}")
    return as_of


def _refused(error: Exception) -> HttpResponseBadRequest:
    return HttpResponseBadRequest(f"advertiser_id or as_of is missing or unknown: {error}")
