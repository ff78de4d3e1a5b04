"""数据: which day of which source has arrived, what is still being pulled, and what is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from campaigns.models import SyncWindow
from campaigns.reports import REPORTS
from campaigns.results.calendar import mark_on
from campaigns.results.maturity import maturity
from campaigns.sync.calendar import Day, DayState, Line, lines, span, state_of
from campaigns.sync.connection_health import connection_health
from campaigns.sync.outlook import outlook
from campaigns.sync.progress import unfinished
from campaigns.sync.refusals import reason_shown
from campaigns.views.months import SHOWN_DAYS, shown_month
from merchants.access import BrandRequest, brand_view
from merchants.models import Connection, Role
from portal.lib import days
from portal.lib.htmx import render_page, wants_fragment

MOST_PAGES, SOME_ROWS = 50, 5
NOT_ASKED = Day(DayState.NOT_ASKED)

Context = dict[str, Any]  # whatever the template is given


@dataclass(frozen=True, slots=True)
class Cell:
    day: date
    css: str
    sign: str
    word: str
    window: int | None


@require_GET
@brand_view(Role.VIEWER)
def data(request: BrandRequest) -> HttpResponse:
    windows = SyncWindow.objects.seen_by(request.membership)
    owed = unfinished(windows, today=days.today(), now=timezone.now())
    context: Context = {"owed": owed, "is_moving": any(each.is_moving for each in owed)}
    if not wants_fragment(request):
        joined = Connection.objects.seen_by(request.membership)
        context |= _calendar(request) | {
            "connections": connection_health(joined, windows),
            "may_consent": request.membership.allows(Role.OWNER),
        }
    return render_page(request, "campaigns/data.html", context, fragment="pulling")


@require_GET
@brand_view(Role.VIEWER)
def data_window(request: BrandRequest, window_pk: int) -> HttpResponse:
    """Show one business day of one report: its state, what was pulled, and what happens next."""
    seen = SyncWindow.objects.seen_by(request.membership).select_related("store", "connection")
    window = get_object_or_404(seen, pk=window_pk, report__in=REPORTS)
    pages = list(window.pages.order_by("-pull", "number")[:MOST_PAGES])
    refused = window.quarantined.unsettled().newest_first()
    css, sign, word = _looks()[state_of(window)]
    context = {
        "window": window,
        "report": REPORTS[window.report],
        "css": css,
        "sign": sign,
        "word": word,
        "pages": [page for page in pages if page.pull == pages[0].pull],
        "refused": [(row, reason_shown(row.reason)) for row in refused[:SOME_ROWS]],
        "refused_count": refused.count(),
        "outlook": outlook(window, today=days.today(), now=timezone.now()),
    }
    return render_page(request, "campaigns/data_window.html", context)


def _calendar(request: BrandRequest) -> Context:
    windows = SyncWindow.objects.seen_by(request.membership)
    newest = days.yesterday()
    oldest, _newest = span(windows)
    month = shown_month(request.GET.get("month", ""), oldest=oldest, newest=newest)
    shown = list(days.days_between(month.first, month.last))
    rows = lines(windows, shown)
    return {
        "month": month,
        "months": [(next(run), 1 + len(list(run))) for _key, run in groupby(shown, _month)],
        "heads": [(day, _weekday(day), mark_on(day)) for day in shown],
        "rows": [(line, list(_cells(line, shown))) for line in rows],
        "has_windows": oldest is not None,
        "stores": len({line.store for line in rows}),
        "legend": _legend(),
        "newest_days": SHOWN_DAYS,
    }


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _weekday(day: date) -> str:
    """Return one letter of the weekday: 三, or W."""
    return date_format(day, "D").removeprefix("周")[:1]


def _cells(line: Line, shown: list[date]) -> Iterator[Cell]:
    looks, today = _looks(), days.today()
    for day in shown:
        state, window = line.days.get(day, NOT_ASKED)
        look = looks[state]
        if state == DayState.COMPLETE and _may_grow(line, day, today):
            look = _provisional()
        yield Cell(day, *look, window)


def _may_grow(line: Line, day: date, today: date) -> bool:
    return maturity(day, line.attribution, today, line.report.lag) < 1


def _provisional() -> tuple[str, str, str]:
    return "p", "", _("arrived, window not closed yet")


def _looks() -> dict[DayState, tuple[str, str, str]]:
    """The class of the cell, its sign and its word."""
    return {
        DayState.COMPLETE: ("k", "", _("complete")),
        DayState.PULLING: ("w", "…", _("being pulled")),
        DayState.LATE: ("l", _("L"), _("late")),
        DayState.MISSING: ("m", "×", _("missing")),
        DayState.EMPTY: ("k", "–", _("no data: two pulls agree")),
        DayState.QUARANTINED: ("q", "!", _("rows in quarantine, not in any total")),
        DayState.HELD: ("h", pgettext("calendar", "H"), _("held until somebody consents")),
        DayState.NOT_ASKED: ("w", "", _("not asked for yet")),
    }


def _legend() -> list[tuple[str, str, str]]:
    complete, *others = _looks().values()
    return [complete, _provisional(), *others]
