"""Whether a day belongs to one of the festivals of the settings: 618, Double 11."""

from datetime import date

from django.conf import settings


def is_festival(day: date) -> bool:
    spans = ((date.fromisoformat(first), date.fromisoformat(last)) for first, last in _spans())
    return any(first <= day <= last for first, last in spans)


def _spans() -> tuple[tuple[str, str], ...]:
    spans: tuple[tuple[str, str], ...] = settings.FESTIVALS
    return spans
