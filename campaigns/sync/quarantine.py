"""Rows that cannot be believed: counted by reason, as a file, and asked for again."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.translation import gettext as _

from campaigns.models import QuarantinedRow, SyncWindow
from campaigns.models.window import QuarantinedRowQuerySet
from campaigns.reports import REPORTS
from campaigns.sync.refusals import reason_shown
from campaigns.sync.windows import ask_again
from merchants.models import Brand, User
from portal.lib.scope import Hat, scope
from portal.lib.sheets import Cell

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)

MOST_REASONS = 12
AT_ONCE = 2_000  # rows of a file that are read at a time


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for which rows of a report were refused, and how many."""

    report: str
    label: "StrOrPromise"
    words: str
    rows: int
    days: int

    @property
    def shown(self) -> str:
        return reason_shown(self.words)


def reasons(rows: QuarantinedRowQuerySet) -> list[Reason]:
    """Return the reasons with most rows, most first."""
    counted = rows.values("window__report", "reason").annotate(
        rows=Count("pk"), days=Count("window__day", distinct=True)
    )
    return [
        Reason(
            row["window__report"],
            label_of(row["window__report"]),
            row["reason"],
            row["rows"],
            row["days"],
        )
        for row in counted.order_by("-rows", "window__report", "reason")[:MOST_REASONS]
    ]


def label_of(report: str) -> "StrOrPromise":
    return REPORTS[report].label if report in REPORTS else report


def file_rows(rows: QuarantinedRowQuerySet) -> Iterator[list[Cell]]:
    yield [
        _("Store"),
        _("Report"),
        _("Business day"),
        _("Reason"),
        _("Quarantined"),
        _("Settled"),
        _("Row as sent"),
    ]
    for row in _every(rows.newest_first().select_related("store", "window")):
        settled = row.settled_at.isoformat(timespec="seconds") if row.settled_at else None
        window = row.pulled_window
        yield [
            row.store.name_now,
            str(label_of(window.report)),
            window.day.isoformat(),
            reason_shown(row.reason),
            row.at.isoformat(timespec="seconds"),
            settled,
            row.raw,
        ]


def _every(rows: QuarantinedRowQuerySet) -> Iterator[QuarantinedRow]:
    page = list(rows[:AT_ONCE])
    while page:
        yield from page
        page = list(rows.older_than(page[-1])[:AT_ONCE])


def ask_for_quarantined_again(rows: QuarantinedRowQuerySet, brand: Brand, *, by: User) -> int:
    """Owe anew each window that unsettled ones of these rows came from; return how many.

    Windows that are owed already are left alone. The rows come through the person's own reach,
    which is why they are read before the night's scope writes.
    """
    windows = set(rows.unsettled().values_list("window_id", flat=True))
    with scope(Hat.NIGHT, brand=brand.pk):
        count = ask_again(SyncWindow.objects.filter(brand=brand, pk__in=windows))
    logger.info("user %s asked again for %s windows of brand %s", by.pk, count, brand.pk)
    return count
