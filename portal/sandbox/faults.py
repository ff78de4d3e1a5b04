"""Trouble that a test asks for: slow reports, expired tokens, withdrawn consents."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest, HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_POST

from portal.sandbox import shelf
from portal.sandbox.accounts import ITEMS
from portal.sandbox.state import state

ITEM_FIELDS = {"num_iid", "state", "price_fen"}


@dataclass(slots=True)
class Faults:
    """Kept in memory only: a restart is a healthy partner again."""

    delay_seconds: float = 0.0


@cache
def faults() -> Faults:
    return Faults()


@require_POST
def control(request: HttpRequest) -> JsonResponse | HttpResponseBadRequest:
    """Apply all that is asked, or say what is not understood and apply nothing."""
    try:
        asked = json.loads(request.body)
        changes = [CONTROLS[name](value) for name, value in asked.items()]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return HttpResponseBadRequest(f"not a control: {error}")
    for change in changes:
        change()
    return JsonResponse({"done": sorted(asked)})


def _delay(value: object) -> Callable[[], None]:
    seconds = int(str(value)) / 1000
    if not 0 <= seconds <= 60:
        raise ValueError("delay_ms goes from 0 to 60000")
    return lambda: setattr(faults(), "delay_seconds", seconds)


def _expire(value: object) -> Callable[[], None]:
    if value is not True:
        raise ValueError("expire_access_tokens can only be true")
    return _expire_xiaohongshus


def _expire_xiaohongshus() -> None:
    state().expire_access_tokens("xhs")
    state().expire_access_tokens("pgy")


def _revoke(value: object) -> Callable[[], None]:
    subject = int(str(value))
    return lambda: state().revoke(subject)


def _item(value: object) -> Callable[[], None]:
    """Change an item at once: its state, its price in fen, or both."""
    if not isinstance(value, dict) or not {"num_iid"} < value.keys() <= ITEM_FIELDS:
        raise ValueError("item has a num_iid, and a state or a price_fen")
    num_iid, state, price = int(value["num_iid"]), value.get("state", ""), value.get("price_fen")
    if num_iid not in ITEMS or (state and state not in shelf.STATES):
        raise ValueError(f"no such item or state; states are {', '.join(shelf.STATES)}")
    price_fen = None if price is None else int(price)
    return lambda: shelf.ask(num_iid, state, price_fen)


def _forget_items(value: object) -> Callable[[], None]:
    if value is not True:
        raise ValueError("forget_items can only be true")
    return shelf.forget


CONTROLS: dict[str, Callable[[object], Callable[[], None]]] = {
    "delay_ms": _delay,
    "expire_access_tokens": _expire,
    "forget_items": _forget_items,
    "item": _item,
    "revoke": _revoke,
}
