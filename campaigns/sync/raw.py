"""What partners answered, kept as it came, in the transaction that keeps the page."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from campaigns.models import PulledPage, RawPage, SyncWindow
from campaigns.reports import Report
from campaigns.reports.base import FetchedPage


def keep(
    window: SyncWindow,
    report: Report,
    receipts: Sequence[PulledPage],
    pages: Sequence[FetchedPage],
) -> None:
    """Keep the bodies of the pages that changed a fact; of pages kept together.

    Where one id stands on two of them, all are kept: the later page may have said what was known
    before, and an earlier one alone would say otherwise.
    """
    if report.raw is None or not any(receipt.changed for receipt in receipts):
        return
    rows = [row for page in pages for row in page.rows]
    if not report.raw.may_be_kept(window, rows):
        return
    named = [key for page in pages for key in page.named]
    all_speak = len(set(named)) < len(named)
    RawPage.objects.bulk_create(
        RawPage.of(receipt, window.day, page.body)
        for receipt, page in zip(receipts, pages, strict=True)
        if receipt.changed or all_speak
    )


def note_gone(window: SyncWindow, names: Collection[str], at: datetime) -> None:
    """Write on the pull's last page what its end closed: no answer says so, only their silence."""
    last = PulledPage.objects.filter(window=window, pull=window.pull).order_by("-number")[:1]
    PulledPage.objects.filter(pk__in=last.values("pk")).update(gone=sorted(names), gone_at=at)


def forget(today: date) -> int:
    """Forget the bodies of long ago, and return how many. Within the night's scope."""
    gone, _by_table = RawPage.objects.expired(today).delete()
    return gone
