"""Telling the webhooks of a brand what its nights bring."""

from datetime import date

from django.urls import reverse

from campaigns.models import SyncWindow
from merchants.models import Brand
from merchants.webhook_events import Fact, announce, is_told_to
from merchants.webhook_kinds import Data

COMPLETE = "data.complete"


def announce_complete(window: SyncWindow) -> None:
    """Announce the first time that the window is complete; later nights only restate it."""
    if window.closed_on is not None or not is_told_to(window.brand_id, COMPLETE):
        return
    data: Data = {"report": window.report, "day": window.day.isoformat()}
    announce(COMPLETE, window.brand, _on_data_page(window.brand, data), store=window.store)


def announce_late(brand: Brand, day: date, reports: list[str]) -> None:
    data: Data = {"day": day.isoformat(), "reports": reports}
    announce("data.late", brand, _on_data_page(brand, data))


def _on_data_page(brand: Brand, data: Data) -> Fact:
    return Fact(reverse("campaigns:data", args=[brand.slug]), data)
