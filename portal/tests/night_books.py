"""The whole ledger of a running portal's store beside what the sandbox's world comes to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import httpx

from portal.tests import truths
from portal.tests.nights import ADVERTISER, Nights

SELLER = 2200657001
Rows = dict[tuple[Any, ...], dict[str, Any]]  # Any: the columns' types


@dataclass(frozen=True)
class Book:
    """A table of the ledger: the columns that name a row, and the reports whose rows it has."""

    table: str
    key: tuple[str, ...]
    report: str
    truth: Callable[["World", date], Rows]


@dataclass
class World:
    """The events of the sandbox as of now, each kind of them fetched once."""

    portal: Nights

    def __post_init__(self) -> None:
        self.now = (self.portal.var_dir / "demo-clock").read_text()
        self.truth = self._get("truth", advertiser_id=ADVERTISER)
        self.ads = self._get("ads", advertiser_id=ADVERTISER)["ads"]
        self.split = self._get("placements", advertiser_id=ADVERTISER)
        self.creators = self._get("creators", advertiser_id=ADVERTISER)
        self.sales = self._get("store", seller_id=SELLER, as_of=self.now)

    def snapshots(self) -> list[date]:
        query = "SELECT day FROM campaigns_syncwindow WHERE report = 'pugongying.note_day'"
        return [day for (day,) in self.portal.ask(query)]

    def _get(self, what: str, **asked: object) -> Any:  # Any: JSON
        answer = httpx.get(f"{self.portal.sandbox_url}/world/{what}", params=asked, timeout=60)
        return answer.raise_for_status().json()


def _affiliates(world: World, first: date) -> Rows:
    return truths.affiliates(world.sales, first, datetime.fromisoformat(world.now))


BOOKS = (
    Book(
        "campaigns_noteday",
        ("note_id", "day"),
        "juguang.note_day",
        lambda world, first: truths.note_days(world.truth, world.ads, first),
    ),
    Book(
        "campaigns_noteplacementday",
        ("note_id", "placement", "day"),
        "juguang.note_placement_day",
        lambda world, first: truths.placement_days(world.split, first),
    ),
    Book(
        "campaigns_adday",
        ("level", "object_id", "day"),
        "juguang.account_day",
        lambda world, first: truths.ad_days(world.truth, world.ads, first),
    ),
    Book(
        "campaigns_creatornoteday",
        ("order_id", "note_id", "day"),
        "pugongying.note_day",
        lambda world, _first: truths.creator_days(world.creators, world.snapshots()),
    ),
    Book(
        "campaigns_storeorder",
        ("sub_order_id", "day"),
        "top.trades",
        lambda world, first: truths.orders(world.sales, first),
    ),
    Book(
        "campaigns_storerefund",
        ("refund_id", "day"),
        "top.refunds",
        lambda world, first: truths.refunds(world.sales, first),
    ),
    Book("campaigns_affiliateorder", ("sub_order_id", "day"), "top.affiliate", _affiliates),
)


@dataclass(frozen=True)
class Verdict:
    """How a table stands: rows, the fen in them, rows that differ, versions of one day twice."""

    table: str
    rows: int
    fen: int
    wrong: int
    doubled: int

    def __str__(self) -> str:
        counted = f"{self.rows:,} rows, {self.fen:,} fen"
        return f"{self.table}: {counted}, {self.wrong} differ, {self.doubled} doubled"

    @property
    def is_good(self) -> bool:
        return bool(self.rows) and not (self.wrong or self.doubled)


def verdicts(portal: Nights) -> Iterator[Verdict]:
    """Compare every table with the truth, row by row and field by field."""
    world = World(portal)
    for book in BOOKS:
        oldest = "SELECT min(day) FROM campaigns_syncwindow WHERE report = %s"
        truth = book.truth(world, portal.one(oldest, book.report))
        held = _held(portal, book)
        wrong = sum(_differs(held.get(key), truth.get(key)) for key in held.keys() | truth.keys())
        fen = sum(v or 0 for row in held.values() for n, v in row.items() if n.endswith("_fen"))
        yield Verdict(book.table, len(held), fen, wrong, _doubled(portal, book))


def _held(portal: Nights, book: Book) -> Rows:
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    names = [name for (name,) in portal.ask(columns, book.table)]
    chosen = ", ".join(f'"{name}"' for name in names)
    query = f"SELECT {chosen} FROM {book.table} WHERE known_to IS NULL"  # noqa: S608  our own names
    rows = [dict(zip(names, row, strict=True)) for row in portal.ask(query)]
    return {tuple(row[name] for name in book.key): row for row in rows}


def _differs(held: Mapping[str, Any] | None, told: Mapping[str, Any] | None) -> bool:
    if held is None or told is None:
        return True
    return any(held[name] != value for name, value in told.items())


def _doubled(portal: Nights, book: Book) -> int:
    """Count the facts that have two versions of one date as known: nothing changes within one."""
    key = ", ".join(book.key)
    query = (
        f"SELECT count(*) FROM (SELECT FROM {book.table}"  # noqa: S608  our own names
        f" GROUP BY {key}, known_from::date HAVING count(*) > 1) twice"
    )
    return int(portal.one(query))
