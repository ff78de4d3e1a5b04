"""Settings read from the environment: what can't be read ends the start with one line."""

import json
import os
from collections.abc import Collection
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ImproperlyConfigured


def number(name: str, default: int) -> float:
    """Return the variable as a number above 0."""
    text = os.environ.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        raise ImproperlyConfigured(f"{name} must be a number above 0, not {text}.")
    return value


def share(name: str, default: float) -> float:
    """Return the variable as a share of a whole, from 0 to 1."""
    text = os.environ.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 1:
        raise ImproperlyConfigured(f"{name} must be a number from 0 to 1, not {text}.")
    return value


def partner_rates(*, sandboxed: bool) -> dict[str, dict[str, float]]:
    """Return calls a second, for our key and for each account, and calls a day (0: no quota).

    No partner publishes them but Tmall's 5,000 a day for a test app; the sandbox bears more.
    """
    bears = 200 if sandboxed else 0
    top = number("TOP_CALLS_PER_SECOND", bears or 10)
    a_day = number("TOP_CALLS_PER_DAY", 500_000 if sandboxed else 5_000)
    return {
        "top": {"of_key": top, "of_account": top, "a_day": a_day},
        "juguang": {
            "of_key": number("XHS_CALLS_PER_SECOND", bears or 20),
            "of_account": number("XHS_CALLS_PER_SECOND_OF_ACCOUNT", bears or 5),
        },
        "pugongying": {
            "of_key": number("PUGONGYING_CALLS_PER_SECOND", bears or 10),
            "of_account": number("PUGONGYING_CALLS_PER_SECOND_OF_ACCOUNT", bears or 5),
        },
    }


def ids_by_kind(name: str, kinds: Collection[str]) -> dict[str, list[str]]:
    """Return the variable, a JSON object of lists of ids in digits, by kinds that are known."""
    try:
        found = json.loads(os.environ.get(name) or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(_are_ids(each) for each in found.values()):
        raise ImproperlyConfigured(f'{name} must be like {{"tobacco": ["50012345"]}}.')
    if unknown := sorted(found.keys() - set(kinds)):
        raise ImproperlyConfigured(f"{name} names unknown kinds: {', '.join(unknown)}.")
    return found


def periods(name: str, default: str) -> tuple[tuple[str, date, date], ...]:
    """Return the variable, a JSON list of names with their first and last days."""
    try:
        found = json.loads(os.environ.get(name) or default)
        read = [(str(n), date.fromisoformat(a), date.fromisoformat(b)) for n, a, b in found]
    except (ValueError, TypeError):
        read = []
    if not read or any(first > last for _name, first, last in read):
        raise ImproperlyConfigured(f'{name} must be like [["618", "2025-05-13", "2025-06-20"]].')
    return tuple(read)


def networks(name: str, *, allowed: bool) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the variable, networks with commas between them; only where any are `allowed`."""
    text = os.environ.get(name, "")
    if text and not allowed:
        raise ImproperlyConfigured(f"{name} needs DEMO=1: it opens networks that are closed.")
    try:
        return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be like 127.0.0.0/8,::1/128.") from None


def _are_ids(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(x, str) and x.isdecimal() for x in found)
