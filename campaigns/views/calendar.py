"""The calendar of 数据: source by day, for each store, whatever road the figures came by."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from campaigns.imports.told import FileDay, FileDayState, FileLine, file_lines, first_told
from campaigns.models import FileImport, SyncWindow
from campaigns.results.calendar import mark_on
from campaigns.results.maturity import maturity
from campaigns.sync.calendar import Day, DayState, Line, lines, span
from campaigns.views.months import SHOWN_DAYS, shown_month
from merchants.access import BrandRequest
from merchants.models import Store
from portal.lib import days

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# a cell's class, and whether it is being pulled; what was not asked for says least
WORST_FIRST = [
    *((css, False) for css in "qmlh"),
    ("w", True),
    *((css, False) for css in "pkw"),
]
NOT_ASKED = Day(DayState.NOT_ASKED)
Context = dict[str, Any]  # whatever the template is given


class Look(NamedTuple):
    """The class of a cell, its sign and its word."""

    css: str
    sign: str
    word: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a source; `address` is the page that says what is in it, blank without one."""

    day: date
    look: Look
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    store: Store
    source: "StrOrPromise"
    key: str
    label: "StrOrPromise"
    part: "StrOrPromise"
    cells: list[Cell]


def calendar(request: BrandRequest) -> Context:
    windows = SyncWindow.objects.seen_by(request.membership)
    imports = FileImport.objects.seen_by(request.membership)
    oldest, _newest = span(windows)
    ends = [day for day in (oldest, first_told(imports)) if day]
    asked = request.GET.get("month", "")
    month = shown_month(asked, oldest=min(ends, default=None), newest=days.yesterday())
    shown = list(days.days_between(month.first, month.last))
    slug = request.brand.slug
    pulled = [_pulled(slug, line, shown) for line in lines(windows, shown)]
    rows = _grouped(pulled + [_filed(slug, line) for line in file_lines(imports, shown)])
    return {
        "month": month,
        "months": [(next(run), 1 + len(list(run))) for _key, run in groupby(shown, _month)],
        "heads": [(day, _weekday(day), mark_on(day)) for day in shown],
        "rows": rows,
        "has_days": bool(ends),
        "has_windows": oldest is not None,
        "stores": len({row.store for row in rows}),
        "legend": _legend(),
        "newest_days": SHOWN_DAYS,
    }


def recent(request: BrandRequest, count: int = 10) -> Context:
    """Return the last days with one line a source, which shows the worst of its reports."""
    newest = days.yesterday()
    shown = list(days.days_between(newest - timedelta(days=count - 1), newest))
    slug = request.brand.slug
    windows = SyncWindow.objects.seen_by(request.membership)
    imports = FileImport.objects.seen_by(request.membership)
    rows = [_pulled(slug, line, shown) for line in lines(windows, shown)]
    rows += [_filed(slug, line) for line in file_lines(imports, shown)]
    by_source: dict[str, list[Row]] = {}
    for row in rows:
        by_source.setdefault(str(row.source), []).append(row)
    return {
        "recent_heads": [(day, _weekday(day), mark_on(day)) for day in shown],
        "recent": [(source, _worst(each)) for source, each in by_source.items()],
        "legend": _legend(),
    }


def _worst(rows: list[Row]) -> list[Cell]:
    return [
        min(cells, key=lambda cell: WORST_FIRST.index((cell.look.css, cell.look.sign == "…")))
        for cells in zip(*(row.cells for row in rows), strict=True)
    ]


def looks() -> dict[DayState, Look]:
    return {
        DayState.COMPLETE: Look("k", "", _("complete")),
        DayState.PULLING: Look("w", "…", _("being pulled")),
        DayState.LATE: Look("l", _("L"), _("late")),
        DayState.MISSING: Look("m", "×", _("missing")),
        DayState.EMPTY: Look("k", "–", _("no data: two pulls agree")),
        DayState.QUARANTINED: Look("q", "!", _("rows in quarantine, not in any total")),
        DayState.HELD: Look("h", pgettext("calendar", "H"), _("held until somebody consents")),
        DayState.NOT_ASKED: Look("w", "", _("not asked for yet")),
    }


def file_look(day: date, told: FileDay, attribution: int, lag: int) -> Look:
    """Return how a day of a file looks: what it tells grows only when a newer file comes."""
    if told.state == FileDayState.TOLD and told.told_on:
        is_final = maturity(day, attribution, told.told_on, lag) == 1
        return looks()[DayState.COMPLETE] if is_final else _provisional()
    return {
        FileDayState.REFUSED: looks()[DayState.QUARANTINED],
        FileDayState.BLANK: Look("k", "–", _("no row of it in the file that spans it")),
        FileDayState.GAP: Look("m", "×", _("no file tells of it")),
    }.get(told.state, Look("w", "", _("no file so far")))


def _pulled(slug: str, line: Line, shown: list[date]) -> Row:
    cells = list(_cells(slug, line, shown))
    report = line.report
    return Row(line.store, line.source, report.key, report.short, line.part, cells)


def _cells(slug: str, line: Line, shown: list[date]) -> Iterator[Cell]:
    all_looks, today = looks(), days.today()
    for day in shown:
        state, window = line.days.get(day, NOT_ASKED)
        look = all_looks[state]
        if state == DayState.COMPLETE and _may_grow(line, day, today):
            look = _provisional()
        address = reverse("campaigns:data_window", args=[slug, window]) if window else ""
        yield Cell(day, look, address)


def _filed(slug: str, line: FileLine) -> Row:
    source, kind = line.source, line.kind
    return Row(
        line.store,
        source.origin,
        kind,
        source.label,
        line.part,
        [
            Cell(
                day,
                file_look(day, told, line.attribution, source.lag),
                reverse(
                    "campaigns:data_file_day",
                    args=[slug, line.store.pk, kind.value, line.window, day.isoformat()],
                )
                if told.state != FileDayState.NOT_TOLD
                else "",
            )
            for day, told in line.days.items()
        ],
    )


def _grouped(rows: list[Row]) -> list[Row]:
    """Put a source's files below what is pulled of it, store by store."""
    sources = list(dict.fromkeys(str(row.source) for row in rows))
    return sorted(
        rows,
        key=lambda row: (row.store.registered_at, row.store.pk, sources.index(str(row.source))),
    )


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _weekday(day: date) -> str:
    """Return one letter of the weekday: 三, or W."""
    return date_format(day, "D").removeprefix("周")[:1]


def _may_grow(line: Line, day: date, today: date) -> bool:
    return maturity(day, line.attribution, today, line.report.lag) < 1


def _provisional() -> Look:
    return Look("p", "", _("arrived, window not closed yet"))


def _legend() -> list[Look]:
    """Each cell says more of itself: the same look may be of a pull and of a file."""
    words = {
        DayState.EMPTY: _("no data"),
        DayState.NOT_ASKED: _("not asked for, or no file so far"),
    }
    complete, *others = (
        look._replace(word=words.get(state, look.word)) for state, look in looks().items()
    )
    return [complete, _provisional(), *others]
