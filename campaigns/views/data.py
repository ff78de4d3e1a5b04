"""数据: which day of which source has arrived, and what is still being pulled."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET

from campaigns.models import SyncWindow, WindowStatus
from campaigns.reports import REPORTS
from campaigns.results.maturity import maturity
from campaigns.sync.calendar import DayState, Line, lines
from merchants.access import BrandRequest, brand_view
from merchants.models import Connection, Role
from merchants.standing import state_shown
from portal.lib import days
from portal.lib.htmx import render_page

SHOWN_DAYS = 34
# what a report's day is complete for, by attribution window
PARTS = [
    (0, _lazy("spend T+1")),
    (15, _lazy("conversions 15 d")),
    (30, _lazy("conversions 30 d")),
]
STILL_OPEN = [
    WindowStatus.OWED,
    WindowStatus.LEASED,
    WindowStatus.FAILED,
    WindowStatus.DEAD,
    WindowStatus.HELD,
]


@dataclass(frozen=True, slots=True)
class Cell:
    day: date
    css: str
    sign: str
    word: str


@require_GET
@brand_view(Role.VIEWER)
def data(request: BrandRequest) -> HttpResponse:
    last = days.yesterday()
    shown = list(days.days_between(last - timedelta(days=SHOWN_DAYS - 1), last))
    now = timezone.now()
    windows = SyncWindow.objects.seen_by(request.membership)
    owed = windows.filter(status__in=STILL_OPEN).select_related("store").newest_day_first()[:50]
    context = {
        "first": shown[0],
        "last": last,
        "heads": [(day, _weekday(day)) for day in shown],
        "rows": [
            (line, part, list(_cells(line, window, shown)))
            for line in lines(windows, shown)
            for window, part in PARTS
        ],
        "legend": _legend(),
        "pulling": [(window, REPORTS[window.report].label) for window in owed],
        "connections": [
            (each, *state_shown(each, now))
            for each in Connection.objects.seen_by(request.membership)
            .select_related("store")
            .order_by("store_id", "partner")
        ],
    }
    return render_page(request, "campaigns/data.html", context, fragment="pulling")


def _weekday(day: date) -> str:
    """Return one letter of the weekday: 三, or W."""
    return date_format(day, "D").removeprefix("周")[:1]


def _cells(line: Line, window: int, shown: list[date]) -> Iterator[Cell]:
    for day in shown:
        state = line.states.get(day, DayState.NOT_ASKED)
        if state == DayState.COMPLETE and maturity(day, window, days.today()) < 1:
            yield Cell(day, "p", "", _("arrived, window not closed yet"))
        else:
            yield Cell(day, *_looks()[state])


def _looks() -> dict[DayState, tuple[str, str, str]]:
    """The class of the cell, its sign and its word."""
    return {
        DayState.COMPLETE: ("k", "", _("complete")),
        DayState.PULLING: ("w", "", _("being pulled")),
        DayState.LATE: ("l", _("L"), _("late")),
        DayState.MISSING: ("m", "×", _("missing")),
        DayState.EMPTY: ("k", "–", _("no data: two pulls agree")),
        DayState.QUARANTINED: ("q", "!", _("rows in quarantine, not in any total")),
        DayState.NOT_ASKED: ("w", "", _("not asked for yet")),
    }


def _legend() -> list[tuple[str, str, str]]:
    looks = _looks()
    provisional = ("p", "", _("arrived, window not closed yet"))
    return [looks[DayState.COMPLETE], provisional, *list(looks.values())[2:]]
