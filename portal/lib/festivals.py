"""The sales festivals that an operator has configured: first and last day, in Asia/Shanghai."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Festival:
    name: str
    first: date
    last: date


def festivals() -> tuple[Festival, ...]:
    return tuple(Festival(*each) for each in settings.FESTIVALS)


def festival_on(day: date) -> Festival | None:
    """Return the festival that the business day belongs to, if it belongs to one."""
    return next((each for each in festivals() if each.first <= day <= each.last), None)
