"""What a report is: whose, how late, how often asked for again, how a page is fetched and kept."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from campaigns.models import Fact, Source, SyncWindow
from merchants.models import Connection, Partner
from portal.lib.merge import Ledger, compare, merge, merge_pages
from portal.lib.numbers import BadNumber
from portal.partners.base import Unread, raw

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


LONGEST_WINDOW, LAG, CANCELLABLE = 30, 1, 3  # days


class BadRow(ValueError):
    """A row that cannot be believed; the message is kept with it in quarantine."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is asked for: the day's `number`th, counted from 1.

    `total` is the number of rows that the pages before declared, if they did, and `cursor` what
    the page before said of where this one begins; it is empty on the first.
    """

    account: str
    day: date
    number: int = 1
    total: int | None = None
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page in the partner's words. `total` is the number of rows it declares, if it does.

    `cursor` is where the next page begins, at a partner who counts no pages: one that comes
    twice in a pull is a loop. `answered_at` is when it was written, by the partner's clock, and
    `unread` are the rows of it that could not be read at all. `named` are the ids of all of its
    rows, once they are known. `body` is the answer as it came, of a report whose raw is kept.
    """

    rows: Sequence[Any]  # what the report's own `parse` understands
    sha256: str
    more: bool
    total: int | None = None
    cursor: str = ""
    answered_at: datetime | None = None
    unread: Sequence[Unread] = ()
    named: Sequence[str] = ()
    body: bytes = field(default=b"", repr=False)


Ask = Callable[[Any], FetchedPage]  # what to do with the partner's client


class Call(Protocol):
    """Opens the connection's client at the partner and runs what it is given with it."""

    def __call__(
        self, connection: Connection, work: Ask, *, for_night: bool = ...
    ) -> FetchedPage: ...


Refused = Sequence[tuple[str, str]]  # rows as they were sent, with the reasons
Page = tuple["PageContext", Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a page: how many facts changed, and the rows refused with their reasons."""

    changed: int
    refused: Refused


@dataclass(frozen=True, slots=True)
class Raw:
    """How a report's answers are read again from what was kept of them.

    `rows` returns a body's rows as `fetch` did, and `read` what was made of them on that day: the
    facts, and the rows refused. `may_be_kept` says whether the account agreed to all that these
    rows tell; what is more than that is read past, and must not be kept as raw either.
    """

    rows: Callable[[bytes], Sequence[Any]]
    read: Callable[[Sequence[Any], date], tuple[list[dict[str, Any]], Refused]]
    may_be_kept: Callable[[SyncWindow, Sequence[Any]], bool]


@dataclass(frozen=True, slots=True)
class Report:
    """A declared report. Days are business days in Asia/Shanghai.

    `call` opens the connection's client at the partner and runs what it is given with it.

    `short` is the label below the partner's name.

    `keep` is given pages that follow each other, of one pull, and says what became of each: it is
    `merged` or `one_by_one`.

    `lag`: a day is asked for from `lag` days later on. `repull`: it is asked for again each
    night while it is among the last so many days. `backfill`: how far the first night reaches.

    `text` is the version of the consent's text that first told of this report: who consented to
    an earlier one is not read from.

    `kept_for`: the partner answers of a day for so many days after it, and then no more.

    `facts` is the ledger's table that the rows are merged into, if they are facts of a day.

    `names` is the ledger's column that `keys` returns, where a pull names all of the day: what
    it no longer names is closed. `guarded` are the columns whose magnitude must not jump.

    `owner` says whose a row is, in the account's id or name, where the row tells it; of those that
    do not, `strangers` says whether their ids are known to be another brand's.

    `fields` are those that are known, and `unknown` names the row's values that there is no word
    for yet: (field, value). Both are taken, and counted.

    `raw` says how the answers that changed a fact are kept as they came, if they are.

    `on_request`: it is read of those stores alone whose brand asked for it.

    `finish` is told the keys of a pull that is complete, in the transaction that closes it.

    A click late on day D is paid for up to D+30, which is told on D+31, and the payment can be
    cancelled for 72 hours more: so the last 30 days alone would lose the end of each window.
    """

    key: str
    partner: Partner
    label: "StrPromise"
    short: "StrPromise"
    call: Call
    fetch: Callable[[Any, Asked], FetchedPage]  # the partner's client, and what to ask it for
    keys: Callable[[Sequence[Any]], list[str]]
    keep: Callable[[Sequence[Page]], list[Kept]]
    lag: int = LAG
    repull: int = LONGEST_WINDOW + LAG + CANCELLABLE
    backfill: int = 90
    finish: Callable[[SyncWindow, Collection[str]], None] | None = None
    text: str = ""
    on_request: bool = False
    facts: type[Fact] | None = None
    kept_for: int | None = None
    names: str = ""
    guarded: tuple[str, ...] = ()
    owner: Callable[[Any], str] | None = None
    strangers: Callable[[SyncWindow, Sequence[Any]], bool] | None = None
    fields: frozenset[str] = frozenset()
    unknown: Callable[[Any], Iterable[tuple[str, str]]] | None = None
    raw: Raw | None = None

    @property
    def reach(self) -> timedelta:
        """How far before the newest business day the oldest day lies that may be asked for."""
        return timedelta(days=self.lag + self.backfill)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where rows belong that are merged into the ledger, and by which receipt they came."""

    brand_id: int
    store_id: int
    connection_id: int | None = None  # a file has none
    page_id: int
    known_at: datetime
    source: Source = Source.API


@dataclass(frozen=True, slots=True)
class PageContext:
    """Where a page belongs when its rows are kept, in the transaction of the page."""

    window: SyncWindow
    page_id: int
    known_at: datetime

    @property
    def place(self) -> Place:
        return Place(
            brand_id=self.window.brand_id,
            store_id=self.window.store_id,
            connection_id=self.window.connection_id,
            page_id=self.page_id,
            known_at=self.known_at,
        )


class Column(NamedTuple):
    """A column of the ledger, the source's field, and how that is read: None for a blank.

    A row without a field that is `needed` can't be believed; another field may be missing.
    """

    name: str
    field: str
    read: Callable[[object], Any]  # what the column's type takes, or None
    needed: bool = True


def read_columns(row: Mapping[str, object], columns: Iterable[Column]) -> dict[str, Any]:
    """Return the row's values by the ledger's names, or raise BadRow for the first bad one."""
    values = {}
    for name, told, read, needed in columns:  # a night reads millions: no call but `read`'s own
        if told in row:
            try:
                values[name] = read(row[told])
            except BadNumber as problem:
                raise BadRow(f"{told} {problem.reason}.") from None
        elif needed:
            raise BadRow(f"The field {told} is missing.")
        else:
            values[name] = None
    return values


def merged(
    facts: type[Fact],
    read: Callable[["PageContext", Sequence[Any]], tuple[Iterable[Mapping[str, Any]], Refused]],
) -> Callable[[Sequence[Page]], list[Kept]]:
    """Keep pages by one merge of what `read` makes of each: the facts, and the rows refused.

    Of a fact that two pages tell, the later one's word is kept.
    """

    def keep(pages: Sequence[Page]) -> list[Kept]:
        ledger, own = facts.ledger(), itemgetter(*facts.KEY)
        pick = itemgetter(*ledger.columns)
        told: dict[Any, tuple[Any, ...]] = {}
        refused = []
        for context, rows in pages:
            good, bad = read(context, rows)
            told.update((own(row), (context.page_id, *pick(row))) for row in good)
            refused.append(bad)
        place = pages[0][0].place
        staged = list(told.values())
        changed = merge_pages(ledger, staged, fixed=_fixed(ledger, place), known_at=place.known_at)
        return [
            Kept(changed.get(context.page_id, 0), bad)
            for (context, _rows), bad in zip(pages, refused, strict=True)
        ]

    return keep


def one_by_one(
    keep: Callable[["PageContext", Sequence[Any]], Kept],
) -> Callable[[Sequence[Page]], list[Kept]]:
    """Keep pages in their order, each by itself."""
    return lambda pages: [keep(context, rows) for context, rows in pages]


def merge_facts(
    facts: type[Fact],
    place: Place,
    rows: Iterable[Mapping[str, Any]],
    *,
    untold: Collection[str] = (),
) -> int:
    """Merge rows, named by the ledger's columns; return how many facts are new or restated.

    Of one fact there may be one row only. Runs in the caller's transaction and scope.
    """
    ledger, staged, fixed = _as_staged(facts, place, rows)
    return merge(
        ledger,
        staged,
        fixed=fixed,
        known_at=place.known_at,
        page_id=place.page_id,
        untold=untold,
    )


def compare_facts(
    facts: type[Fact],
    place: Place,
    rows: Iterable[Mapping[str, Any]],
    *,
    untold: Collection[str] = (),
) -> tuple[int, int]:
    """Return how many facts `merge_facts` would open and restate, and write nothing."""
    ledger, staged, fixed = _as_staged(facts, place, rows)
    return compare(ledger, staged, fixed=fixed, untold=untold)


def _as_staged(
    facts: type[Fact], place: Place, rows: Iterable[Mapping[str, Any]]
) -> tuple[Ledger, list[tuple[Any, ...]], dict[str, object]]:
    ledger = facts.ledger()
    pick = itemgetter(*ledger.columns)
    return ledger, [pick(row) for row in rows], _fixed(ledger, place)


def _fixed(ledger: Ledger, place: Place) -> dict[str, object]:
    return {name: getattr(place, name) for name in (*ledger.owner, *ledger.also)}


def one_of_each(
    rows: Iterable[tuple[dict[str, Any], object]], key: str
) -> tuple[list[dict[str, Any]], list[object]]:
    """Return one row of each key, as read, and those, as sent, that say otherwise of the same key.

    Of rows of one answer none is newer, so the hash decides: in whatever order they come.
    """
    best: dict[Any, tuple[dict[str, Any], object]] = {}
    lost = []
    for parsed, sent in rows:
        rival = best.setdefault(parsed[key], (parsed, sent))
        if rival[0] != parsed:
            winner, loser = sorted([rival, (parsed, sent)], key=_hash)
            best[parsed[key]] = winner
            lost.append(loser[1])
    return [parsed for parsed, _sent in best.values()], lost


def _hash(row: tuple[dict[str, Any], object]) -> str:
    return sha256(repr(sorted(row[0].items())).encode()).hexdigest()


def as_sent(row: Mapping[str, object] | object) -> str:
    """Return a row as text for quarantine, storable whatever it holds."""
    return raw(row)
