"""重述: what the ledger said of a day, what it says now, and since which night.

A day's total is followed from night to night: what was opened in a night comes in, what was
closed goes out. That is two queries for each feed, however many notes and nights there are. What a
report splits is followed part by part: a day may be the same in all, and moved from one to another.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Fact, NoteDay, NotePlacementDay, Source, StarDay, StarLevel
from campaigns.models.facts import FactQuerySet
from campaigns.results.maturity import maturity
from campaigns.results.metrics import METRICS, WINDOWS, Text, Unit
from campaigns.results.placements import placement_name
from campaigns.results.shown import signed, written
from merchants.models import Membership
from portal.lib.days import SHANGHAI

DAYS = 45  # business days that are followed back
FLOOR_FEN, FLOOR_COUNT, FLOOR_SHARE = 10_000, 10, Decimal("0.01")
MOST_NOTES = 200

Rows = FactQuerySet[Any]  # of any table of the ledger
Summed = Mapping[str, Any]  # one row of values(): what each annotation gives
Place = tuple[int, date, int | None, date]  # store, business day, part of a split, night
DIFF, STAR_DIFF = "campaigns:results_diff", "campaigns:results_star_diff"


@dataclass(frozen=True, slots=True)
class Figure:
    """A column whose day totals are followed; `orders` is the column that counts its orders."""

    key: str
    label: Text
    column: str
    unit: Unit
    window: int
    orders: str = ""

    @property
    def tag(self) -> str:
        return gettext("%(n)s d") % {"n": self.window} if self.window else ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A table of the ledger, or those rows of it that may be added up.

    `part` is the column by which a report splits its days: each part is followed by itself.
    """

    key: str
    label: Text
    facts: type[Fact]
    lag: int
    figures: tuple[Figure, ...]
    only: Mapping[str, object] = field(default_factory=dict)
    names: str = "note_id"  # the column that tells what moved
    part: str = ""
    compared_on: str = DIFF  # the page that sets two nights side by side

    def called(self, part: int | None) -> str:
        """Return the line, and the part of it that a restatement is of."""
        return str(self.label) if part is None else f"{self.label} · {placement_name(part)}"

    def rows(self, membership: Membership, *, store: int | None = None) -> Rows:
        found: Rows = self.facts._default_manager.all()  # type: ignore[assignment]  # of each table
        found = found.filter(brand_id=membership.brand_id, **self.only).seen_by(membership)
        return found.filter(store_id=store) if store else found


@dataclass(frozen=True, slots=True)
class Restatement:
    """That a day's figure was another one from a night on; `rows` were opened anew by then."""

    feed: Feed
    figure: Figure
    store: int
    day: date
    part: int | None
    night: date
    before: int
    after: int
    rows: int
    late_orders: int
    by_file: bool

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def metric(self) -> str:
        return f"{self.feed.key}.{self.figure.key}"

    @property
    def line(self) -> str:
        return self.feed.called(self.part)

    @property
    def nights_later(self) -> int:
        """How many nights after the first one that could tell of the day."""
        return (self.night - self.day).days - self.feed.lag

    @property
    def is_money(self) -> bool:
        return self.figure.unit == Unit.FEN

    @property
    def is_small(self) -> bool:
        change, floor = abs(self.change), FLOOR_FEN if self.is_money else FLOOR_COUNT
        return change < floor or change < self.before * FLOOR_SHARE

    @property
    def is_provisional(self) -> bool:
        return maturity(self.day, self.figure.window, self.night, self.feed.lag) < 1

    @property
    def before_shown(self) -> str:
        return written(self.before, self.figure.unit)

    @property
    def after_shown(self) -> str:
        return written(self.after, self.figure.unit)

    @property
    def change_shown(self) -> str:
        return signed(self.change, self.figure.unit)

    @property
    def why(self) -> str:
        return cause(by_file=self.by_file, late_orders=self.late_orders)

    @property
    def diff(self) -> str:
        """Return what the comparing page is asked, to show what moved in that night.

        It is empty of what has no placement: no page compares that.
        """
        if self.feed is PLACEMENTS and not self.part:
            return ""
        asked = {
            "metric": self.figure.key.removesuffix(f"_{self.figure.window}"),
            "from": self.day,
            "to": self.day,
            "as_of": self.night - timedelta(days=1),
            "until": self.night,
            "store": self.store,
        }
        if self.part:
            asked["placement"] = self.part
        is_star = self.feed.compared_on == STAR_DIFF
        if self.figure.window in WINDOWS and (self.figure.orders or is_star):
            asked["window"] = self.figure.window
        return urlencode(asked)


@dataclass(frozen=True, slots=True)
class Moved:
    """One note, or one object of a star task, whose figure was restated in a night."""

    name: str
    connection: int | None
    before: int | None
    after: int | None
    unit: Unit

    @property
    def change(self) -> int:
        return (self.after or 0) - (self.before or 0)

    @property
    def shown(self) -> tuple[str, str, str]:
        return (
            written(self.before, self.unit),
            written(self.after, self.unit),
            signed(self.change, self.unit),
        )


def cause(*, by_file: bool, late_orders: int) -> str:
    """Say why a day was told otherwise, as far as its rows tell."""
    if by_file:
        return gettext("a file was imported again")
    if late_orders > 0:
        words = ngettext("%(n)s late order", "%(n)s late orders", late_orders)
        return words % {"n": f"{late_orders:,}"}
    if late_orders < 0:
        words = ngettext("%(n)s order fewer", "%(n)s orders fewer", -late_orders)
        return words % {"n": f"{-late_orders:,}"}
    return gettext("a later pull said otherwise")


def restatements(
    membership: Membership, today: date, *, metric: str = "", store: int | None = None
) -> list[Restatement]:
    """Return what changed since it was first told, newest night first, then newest day."""
    first = today - timedelta(days=DAYS)
    found = [
        each
        for feed in FEEDS
        if not metric or metric.startswith(f"{feed.key}.")
        for each in _followed(feed, feed.rows(membership, store=store).filter(day__gte=first))
        if not metric or each.metric == metric
    ]
    return sorted(found, key=lambda each: (each.night, each.day, abs(each.change)), reverse=True)


def find_metric(metric: str) -> tuple[Feed, Figure] | None:
    for feed in FEEDS:
        for figure in feed.figures:
            if metric == f"{feed.key}.{figure.key}":
                return feed, figure
    return None


def metrics() -> list[tuple[str, str]]:
    """Return every figure that is followed, with its name, for a choice."""
    return [
        (
            f"{feed.key}.{figure.key}",
            f"{feed.label} · {' '.join(filter(None, [str(figure.label), figure.tag]))}",
        )
        for feed in FEEDS
        for figure in feed.figures
    ]


def moved(
    feed: Feed, figure: Figure, rows: Rows, *, starts: datetime, ends: datetime
) -> list[Moved]:
    """Return whose figures changed between the two moments, the largest change first."""
    keys = [*feed.facts.OWNER, *feed.facts.KEY]
    names = dict.fromkeys([*keys, feed.names, figure.column])
    closed = rows.filter(known_to__gte=starts, known_to__lt=ends).order_by("known_from")
    opened = rows.filter(known_from__gte=starts, known_from__lt=ends).order_by("known_from")
    before: dict[tuple[Any, ...], Summed] = {}
    for row in closed.values(*names):
        before.setdefault(tuple(row[key] for key in keys), row)
    after = {tuple(row[key] for key in keys): row for row in opened.values(*names)}
    found = [
        _moved(feed, figure, before.get(key), after.get(key))
        for key in dict.fromkeys([*after, *before])
    ]
    changed = [each for each in found if each.before != each.after]
    return sorted(changed, key=lambda each: abs(each.change), reverse=True)[:MOST_NOTES]


def _moved(feed: Feed, figure: Figure, before: Summed | None, after: Summed | None) -> Moved:
    """What was told of one key before, and after; one of the two is there."""
    row = after or before or {}
    return Moved(
        name=row[feed.names],
        connection=row.get("connection_id"),
        before=before[figure.column] if before else None,
        after=after[figure.column] if after else None,
        unit=figure.unit,
    )


def _followed(feed: Feed, rows: Rows) -> Iterator[Restatement]:
    opened = _by_night(feed, rows, "known_from")
    closed = _by_night(feed, rows.filter(known_to__isnull=False), "known_to")
    nights: dict[tuple[int, date, int | None], set[date]] = defaultdict(set)
    for store, day, part, night in [*opened, *closed]:
        nights[store, day, part].add(night)
    for of, told in nights.items():
        totals: dict[str, int] = defaultdict(int)
        for night in sorted(told):
            came, went = opened.get((*of, night), {}), closed.get((*of, night), {})
            before = dict(totals)
            for name in _measures(feed):
                totals[name] += int(came.get(name) or 0) - int(went.get(name) or 0)
            for figure in feed.figures:
                if change := _restated(feed, figure, (*of, night), before, totals, came):
                    yield change


def _restated(
    feed: Feed,
    figure: Figure,
    place: Place,
    before: Mapping[str, int],
    after: Mapping[str, int],
    came: Summed,
) -> Restatement | None:
    value, told, orders = f"sum_{figure.column}", f"n_{figure.column}", f"sum_{figure.orders}"
    if not before.get(told) or not after[told] or before[value] == after[value]:
        return None
    return Restatement(
        feed,
        figure,
        *place,
        before=before[value],
        after=after[value],
        rows=came.get("rows") or 0,
        late_orders=after[orders] - before.get(orders, 0) if figure.orders else 0,
        by_file=bool(came.get("by_file")),
    )


def _by_night(feed: Feed, rows: Rows, moment: str) -> dict[Place, Summed]:
    parts = [feed.part] if feed.part else []
    found = (
        rows.annotate(night=TruncDate(moment, tzinfo=SHANGHAI))
        .values("store_id", "day", *parts, "night")
        .annotate(
            rows=Count("day"),
            by_file=Count("day", filter=Q(source=Source.FILE)),
            **_measures(feed),
        )
        .order_by()
    )
    return {(row["store_id"], row["day"], row.get(feed.part), row["night"]): row for row in found}


def _measures(feed: Feed) -> dict[str, Any]:
    """Sums, and counts of what was told at all: null is not 0."""
    columns = {figure.column for figure in feed.figures}
    columns |= {figure.orders for figure in feed.figures if figure.orders}
    sums = {f"sum_{column}": Sum(column) for column in columns}
    return sums | {f"n_{column}": Count(column) for column in columns}


def _of_notes() -> Iterator[Figure]:
    for key in ("gmv", "order"):
        metric = METRICS[key]
        for window in WINDOWS:
            yield Figure(
                key=f"{key}_{window}",
                label=metric.label,
                column=metric.column_for(window),
                unit=metric.unit,
                window=window,
                orders=METRICS["order"].column_for(window),
            )
    for key in ("spend", "jump_click", "interaction"):
        metric = METRICS[key]
        window = metric.days(WINDOWS[0])
        yield Figure(key, metric.label, metric.column, metric.unit, window)


def _of_star_tasks(window: int) -> Feed:
    """Of a task's own rows: UVs are counted once within a row and add up over nothing."""
    gmv = Figure("store_gmv", _("Store GMV"), "store_gmv_fen", Unit.FEN, window)
    return Feed(
        key=f"star_{window}",
        label=_("Star task"),
        facts=StarDay,
        lag=2,
        figures=(gmv,),
        only={"level": StarLevel.TASK, "window_days": window},
        names="object_id",
        compared_on=STAR_DIFF,
    )


NOTES = Feed("note", _("Direct link"), NoteDay, 1, tuple(_of_notes()))
PLACEMENTS = Feed(
    "placement",
    _("Direct link by placement"),
    NotePlacementDay,
    1,
    NOTES.figures,
    part="placement",
)
FEEDS: Sequence[Feed] = (NOTES, PLACEMENTS, _of_star_tasks(15), _of_star_tasks(30))
