"""Which days of the orders, the refunds and the affiliates' orders have not come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from campaigns.models import FileImport, FileKind, PulledPage, SyncWindow
from campaigns.reports import REPORTS
from campaigns.results.question import Question
from merchants.models import Membership, Store
from portal.lib import days

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ORDERS, REFUNDS, AFFILIATE = "top.trades", "top.refunds", "top.affiliate"
SOURCES = (ORDERS, AFFILIATE, REFUNDS)

Told = set[tuple[int, str, date]]  # store, report, business day


@dataclass(frozen=True, slots=True)
class Missing:
    """Days that a store's report owes by now, oldest first."""

    store: Store
    report: str
    days: Sequence[date]

    @property
    def label(self) -> "StrOrPromise":
        return REPORTS[self.report].label


@dataclass(frozen=True, slots=True)
class Coverage:
    """`stores` are those of which any order source was ever asked, `silent` the others."""

    stores: Sequence[Store]
    silent: Sequence[Store]
    missing: Sequence[Missing]

    @property
    def is_whole(self) -> bool:
        return not self.missing


def coverage(membership: Membership, question: Question, stores: Sequence[Store]) -> Coverage:
    """Return what has not come of the stores asked about, as known then; four queries."""
    asked = [store for store in stores if question.store in (None, store.pk)]
    windows = SyncWindow.objects.seen_by(membership).filter(report__in=SOURCES)
    files = FileImport.objects.seen_by(membership).filter(kind=FileKind.STORE_ORDER).applied()
    known = {*windows.values_list("store_id", flat=True).distinct()}
    known |= {*files.values_list("store_id", flat=True).distinct()}
    read = [store for store in asked if store.pk in known]
    told = _pulled(membership, question) | _imported(membership, question)
    return Coverage(
        stores=read,
        silent=[store for store in asked if store.pk not in known],
        missing=[
            Missing(store, report, lacking)
            for store in read
            for report in SOURCES
            if (lacking := _lacking(question, store, report, told))
        ],
    )


def _lacking(question: Question, store: Store, report: str, told: Collection[object]) -> list[date]:
    """A store's orders end with its release to another brand."""
    ends = days.business_day(store.released_at) if store.released_at else question.newest
    due = question.expected_days()
    return [day for day in due if day <= ends and (store.pk, report, day) not in told]


def _pulled(membership: Membership, question: Question) -> Told:
    """A day that is asked for again was complete before: its first pages tell when."""
    windows = SyncWindow.objects.seen_by(membership).exclude(closed_on=None)
    windows = windows.filter(report__in=SOURCES, day__range=(question.first, question.last))
    pages = PulledPage.objects.filter(window=OuterRef("pk"), known_at__lte=question.moment)
    then = windows.filter(Q(closed_on__lte=question.known) | Exists(pages))
    return set(then.values_list("store_id", "report", "day"))


def _imported(membership: Membership, question: Question) -> Told:
    files = FileImport.objects.seen_by(membership).filter(kind=FileKind.STORE_ORDER).applied()
    spans = files.spanning(question.first, question.last).filter(applied_at__lte=question.moment)
    return {
        (store, ORDERS, day)
        for store, first, last in spans.values_list("store_id", "first_day", "last_day")
        if first and last
        for day in days.days_between(max(first, question.first), min(last, question.last))
    }
