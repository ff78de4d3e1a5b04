"""What a report is: whose, how late, how often asked for again, how a page is fetched and kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from campaigns.models import SyncWindow
from merchants.models import Connection, Partner

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


LONGEST_WINDOW, LAG, CANCELLABLE = 30, 1, 3  # days


class BadRow(ValueError):
    """A row that cannot be believed; the message is kept with it in quarantine."""


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page in the partner's words. `total` is the number of rows it declares, if it does."""

    rows: Sequence[Any]  # what the report's own `parse` understands
    sha256: str
    more: bool
    total: int | None = None


Ask = Callable[[Any], FetchedPage]  # what to do with the partner's client


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a page: how many facts changed, and the rows refused with their reasons."""

    changed: int
    refused: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Report:
    """A declared report. Days are business days in Asia/Shanghai.

    `call` opens the connection's client at the partner and runs what it is given with it.

    `lag`: a day is asked for from `lag` days later on. `repull`: it is asked for again each
    night while it is among the last so many days. `backfill`: how far the first night reaches.

    `text` is the version of the consent's text that first told of this report: who consented to
    an earlier one is not read from.

    `finish` is told the keys of a pull that is complete, in the transaction that closes it.

    A click late on day D is paid for up to D+30, which is told on D+31, and the payment can be
    cancelled for 72 hours more: so the last 30 days alone would lose the end of each window.
    """

    key: str
    partner: Partner
    label: "StrPromise"
    call: Callable[[Connection, Ask], FetchedPage]
    fetch: Callable[[Any, str, date, int], FetchedPage]  # the partner's client, account, day, page
    keys: Callable[[Sequence[Any]], list[str]]
    keep: Callable[["PageContext", Sequence[Any]], Kept]
    lag: int = LAG
    repull: int = LONGEST_WINDOW + LAG + CANCELLABLE
    backfill: int = 90
    finish: Callable[[SyncWindow, Collection[str]], None] | None = None
    text: str = ""

    @property
    def reach(self) -> timedelta:
        """How far before the newest business day the oldest day lies that may be asked for."""
        return timedelta(days=self.lag + self.backfill)


@dataclass(frozen=True, slots=True)
class PageContext:
    """Where a page belongs when its rows are kept, in the transaction of the page."""

    window: SyncWindow
    page_id: int
    known_at: datetime


def as_sent(row: Mapping[str, object] | object) -> str:
    """Return a row as text for quarantine, storable whatever it holds."""
    return repr(row).replace("\x00", "\\x00")[:20_000]
