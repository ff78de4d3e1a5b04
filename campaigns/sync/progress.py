"""How far each window that is owed has come, measured by what it declares or by its last pull."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count, F, Func, IntegerField, Sum

from campaigns.models import PulledPage, SyncWindow, WindowStatus
from campaigns.models.window import SyncWindowQuerySet
from campaigns.reports import REPORTS
from campaigns.sync.calendar import is_lapsed
from campaigns.sync.outlook import outlook

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 50
UNFINISHED = [
    WindowStatus.OWED,
    WindowStatus.LEASED,
    WindowStatus.FAILED,
    WindowStatus.DEAD,
    WindowStatus.HELD,
]


@dataclass(frozen=True, slots=True)
class Progress:
    """`seen` of `expected` rows, or pages where no number of rows is declared; None is unknown."""

    window: SyncWindow
    label: "StrOrPromise"
    seen: int
    expected: int | None
    counts_rows: bool
    next_step: str

    @property
    def is_moving(self) -> bool:
        is_open = self.window.status in {WindowStatus.OWED, WindowStatus.LEASED}
        return is_open and not is_lapsed(self.window.connection)

    @property
    def colour(self) -> str:
        if self.window.status in {WindowStatus.FAILED, WindowStatus.DEAD}:
            return "bad"
        return "warn" if self.window.retries or not self.is_moving else "info"


def unfinished(windows: SyncWindowQuerySet, *, today: date, now: datetime) -> list[Progress]:
    """Return the windows that are owed or came to nothing, newest day first, at most so many."""
    owed = windows.filter(status__in=UNFINISHED).select_related("store", "connection")
    rows = list(owed.newest_day_first()[:MOST])
    pages = _pages(rows)
    return [
        _progress(row, pages[row.pk], outlook(row, today=today, now=now))
        for row in rows
        if row.report in REPORTS
    ]


def _progress(window: SyncWindow, pages: dict[int, tuple[int, int]], step: str) -> Progress:
    page_count, row_count = pages.get(window.pull, (0, 0))
    label = REPORTS[window.report].label
    if window.expected_rows is not None:
        return Progress(window, label, row_count, window.expected_rows, True, step)
    last_time, _rows = pages.get(window.pull - 1, (None, 0))
    return Progress(window, label, page_count, last_time, False, step)


def _pages(windows: list[SyncWindow]) -> dict[int, dict[int, tuple[int, int]]]:
    """Return pages and rows by window and pull, of the present pull and the one before."""
    found: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    counted = (
        PulledPage.objects.filter(window__in=[window.pk for window in windows])
        .filter(pull__gte=F("window__pull") - 1)
        .values("window_id", "pull")
        .annotate(
            pages=Count("pk"),
            rows=Sum(Func("keys", function="cardinality", output_field=IntegerField())),
        )
    )
    for row in counted:
        found[row["window_id"]][row["pull"]] = (row["pages"], row["rows"])
    return found
