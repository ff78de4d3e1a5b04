"""The only place that says what day it is: business days in Asia/Shanghai, and the demo's own date.

Leases, tokens and signatures use real time and don't ask here.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEMO_NOW = datetime(2025, 6, 23, 9, 40, tzinfo=SHANGHAI)


def known_now() -> datetime:
    """Return the moment up to which the partners' data can be known, aware, in Asia/Shanghai."""
    if not settings.DEMO:
        return timezone.now().astimezone(SHANGHAI)
    try:
        return datetime.fromisoformat(_demo_clock().read_text()).astimezone(SHANGHAI)
    except FileNotFoundError:
        return DEMO_NOW


def today() -> date:
    return known_now().date()


def yesterday() -> date:
    """Return the newest business day that is over."""
    return today() - timedelta(days=1)


def business_day(moment: datetime) -> date:
    """Return the day in Asia/Shanghai that an aware moment belongs to."""
    return moment.astimezone(SHANGHAI).date()


def starts_at(day: date) -> datetime:
    """Return the first moment of a business day; the day ends where the next one starts."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield each day from `first` to `last`, both included, oldest first."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def set_demo_clock(moment: datetime) -> None:
    """Move the demo's date; every process sees it on its next question."""
    if not settings.DEMO:
        raise RuntimeError("Only the demo has a clock that can be set.")
    path = _demo_clock()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(moment.astimezone(SHANGHAI).isoformat())
    new.replace(path)


def _demo_clock() -> Path:
    return Path(settings.VAR_DIR) / "demo-clock"
