"""Settings read from the environment: what can't be read ends the start with one line."""

import json
import os
from collections.abc import Collection
from datetime import date

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


def _are_ids(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(x, str) and x.isdecimal() for x in found)
