"""Receipts: of which page a figure came, and what of that page was refused."""

import logging
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from campaigns.models import PulledPage, QuarantinedRow, SyncWindow
from campaigns.reports import Report
from campaigns.reports.base import FetchedPage, Kept
from campaigns.sync import doubts

logger = logging.getLogger(__name__)

LONGEST_KEY = 24


def keys_of(report: Report, page: FetchedPage) -> list[str]:
    """Return what the page names, its unreadable rows too; they are counted when all came."""
    return [*report.keys(page.rows), *(row.key[:LONGEST_KEY] for row in page.unread)]


def write(
    window: SyncWindow,
    first: int,
    pages: Sequence[FetchedPage],
    known_at: datetime,
    *,
    with_ids: bool,
) -> list[PulledPage]:
    """Write a receipt for each page, from the `first` on, unless one is older than what is kept.

    The ids of its rows are written down `with_ids`, for when the pull goes on later.
    """
    answered = doubts.refuse_stale(window, pages)
    return PulledPage.objects.bulk_create(
        PulledPage(
            brand_id=window.brand_id,
            store_id=window.store_id,
            window=window,
            owed_on=window.owed_on,
            pull=window.pull,
            number=first + n,
            sha256=page.sha256,
            keys=page.named if with_ids else [],
            cursor=page.cursor,
            known_at=known_at,
            answered_at=answered[n],
        )
        for n, page in enumerate(pages)
    )


def write_ids(receipts: Sequence[PulledPage], pages: Sequence[FetchedPage]) -> None:
    for receipt, page in zip(receipts, pages, strict=True):
        receipt.keys = list(page.named)
    PulledPage.objects.bulk_update(receipts, ["keys"])


def complete(
    window: SyncWindow,
    receipts: Sequence[PulledPage],
    kept: Sequence[Kept],
    pages: Sequence[FetchedPage],
) -> None:
    """Write on each receipt what became of its page, and the rows refused into quarantine."""
    refused = []
    for receipt, each, page in zip(receipts, kept, pages, strict=True):
        bad = [*each.refused, *((row.raw, row.reason) for row in page.unread)]
        receipt.changed, receipt.refused = each.changed, len(bad)
        refused += bad
    news = [receipt for receipt in receipts if receipt.changed or receipt.refused]
    PulledPage.objects.bulk_update(news, ["changed", "refused"])
    _quarantine(window, refused)


def _quarantine(window: SyncWindow, refused: Sequence[tuple[str, str]]) -> None:
    if refused:
        logger.warning("window %s: %s rows in quarantine", window.pk, len(refused))
    QuarantinedRow.objects.bulk_create(
        [
            QuarantinedRow(
                brand_id=window.brand_id,
                store_id=window.store_id,
                window=window,
                row_hash=sha256(raw.encode()).hexdigest(),
                raw=raw,
                reason=reason[:200],
                last_pull=window.pull,
            )
            for raw, reason in dict(refused).items()
        ],
        update_conflicts=True,
        unique_fields=["brand", "window", "row_hash"],
        update_fields=["reason", "last_pull", "settled_at"],
    )
