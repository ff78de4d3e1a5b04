"""Merging pages into a bitemporal table: COPY to staging, close what changed, insert what is new.

An unchanged row is not written at all, so a repeated pull costs no row.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from psycopg import Cursor, sql

# A clock that stands still, or goes back, still makes each version end after it began.
TICK = sql.SQL("interval '1 microsecond'")


@dataclass(frozen=True, slots=True)
class Ledger:
    """A bitemporal table: its own columns are `known_from`, `known_to` and `page_id`.

    `owner` columns are the same for all rows of a merge and, with `key`, name a fact;
    `also` columns are constant too but name nothing. Types are PostgreSQL's. The table is
    partitioned by the key column `span`, so that a merge reads only the span of its rows.
    """

    table: str
    owner: tuple[str, ...]
    also: tuple[str, ...]
    key: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]
    span: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of a row's values, in their order."""
        return tuple(name for name, _type in (*self.key, *self.values))

    @property
    def staging(self) -> str:
        return f"staging_{self.table}"


def merge(
    ledger: Ledger,
    rows: Iterable[Sequence[Any]],  # what the columns' types take
    *,
    fixed: Mapping[str, object],
    known_at: datetime,
    page_id: int,
    untold: Collection[str] = (),
) -> int:
    """Merge rows (key values, then figures) and return how many facts are new or restated.

    Runs in the caller's transaction and scope. `fixed` gives the owner and `also` columns.
    `untold` figures are none that the rows tell: what is known of them stays.
    """
    staged = [(page_id, *row) for row in rows]
    changed = merge_pages(ledger, staged, fixed=fixed, known_at=known_at, untold=untold)
    return changed.get(page_id, 0)


def merge_pages(
    ledger: Ledger,
    staged: Sequence[Sequence[Any]],
    *,
    fixed: Mapping[str, object],
    known_at: datetime,
    untold: Collection[str] = (),
) -> dict[int, int]:
    """Merge rows that begin with the id of their page; return how many facts each page opened.

    Of one fact there may be one row only, in all of them.
    """
    if not staged:
        return {}
    with _staged(ledger, staged, fixed, untold) as (cursor, given):
        cursor.execute(_close_and_insert(ledger), {**given, "known_at": known_at})
        return dict(cursor.fetchall())


def compare(
    ledger: Ledger,
    rows: Iterable[Sequence[Any]],
    *,
    fixed: Mapping[str, object],
    untold: Collection[str] = (),
) -> tuple[int, int]:
    """Return how many facts a merge of these rows would open, and how many it would restate."""
    staged = [(0, *row) for row in rows]
    if not staged:
        return 0, 0
    with _staged(ledger, staged, fixed, untold) as (cursor, given):
        cursor.execute(_count_new_and_changed(ledger), given)
        new, changed = cursor.fetchone() or (0, 0)
        return new, changed


@contextmanager
def _staged(
    ledger: Ledger,
    staged: Sequence[Sequence[Any]],
    fixed: Mapping[str, object],
    untold: Collection[str],
) -> Iterator[tuple[Cursor[Any], dict[str, object]]]:
    """Give the cursor with the rows in the staging table, and what a statement on them needs."""
    place = 1 + ledger.columns.index(ledger.span)
    days = [row[place] for row in staged]
    given = {**fixed, "first": min(days), "last": max(days)}
    with connection.cursor() as wrapped:
        # The history's context is put as text before what goes through Django's cursor. A ledger
        # has no history: psycopg's own cursor knows of no context.
        cursor = wrapped.cursor
        cursor.execute(_empty_staging(ledger))
        with cursor.copy(_copy(ledger)) as stream:
            for row in staged:
                stream.write_row(row)
        if untold:
            cursor.execute(_fill_untold(ledger, untold), given)
        yield cursor, given


@cache  # as the two below: to compose a statement costs as much as a trip
def _empty_staging(ledger: Ledger) -> bytes:
    """A temporary table belongs to the role that made it, and a rollback removes it.

    Made anew for each page it would cost more than the merge. One trip: there are no parameters.
    """
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))
        for name, kind in (("page_id", "bigint"), *ledger.key, *ledger.values)
    )
    empty = sql.SQL(
        "CREATE TEMP TABLE IF NOT EXISTS {table} ({columns}) ON COMMIT DELETE ROWS;"
        " DELETE FROM {table}"
    )
    return empty.format(table=sql.Identifier(ledger.staging), columns=columns).as_bytes()


@cache
def _copy(ledger: Ledger) -> bytes:
    names = sql.SQL(", ").join(map(sql.Identifier, ("page_id", *ledger.columns)))
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(ledger.staging), names)
    return copy.as_bytes()


def _current(ledger: Ledger) -> sql.Composed:
    """The fact f is the current one that the staged row s speaks of."""
    keys = [name for name, _type in ledger.key]
    return sql.SQL("{} AND {} AND f.known_to IS NULL").format(_owned(ledger), _same_key("f", keys))


def _owned(ledger: Ledger) -> sql.Composed:
    """The fact f is of this owner, on one of the days that the rows are of."""
    span = sql.Identifier(ledger.span)
    return sql.SQL(" AND ").join(
        [
            *(
                sql.SQL("f.{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
                for name in ledger.owner
            ),
            sql.SQL("f.{} BETWEEN %(first)s AND %(last)s").format(span),
        ]
    )


def _same_key(table: str, keys: Iterable[str]) -> sql.Composed:
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier(table, name), sql.Identifier("s", name))
        for name in keys
    )


@cache
def _close_and_insert(ledger: Ledger) -> bytes:
    """Close each changed fact, then open a version of what is new, or changed where that ended.

    A fact that comes back while the clock stands still begins after it was closed.
    Both halves see the table as it was before; the insert reads `closed`, so it comes second.
    """
    constant = [*ledger.owner, *ledger.also]
    keys = [name for name, _type in ledger.key]
    statement = sql.SQL(
        "WITH closed AS ("
        " UPDATE {table} f SET known_to = greatest(%(known_at)s, f.known_from + {tick})"
        " FROM {staging} s WHERE {current} AND ({ours}) IS DISTINCT FROM ({theirs})"
        " RETURNING {keys}, f.known_to), "
        "later AS MATERIALIZED ("
        " SELECT {keys}, max(f.known_to) AS known_to FROM {table} f"
        " WHERE {owned} AND f.known_from >= %(known_at)s GROUP BY {keys}), "
        "opened AS ("
        " INSERT INTO {table} ({constant}, {staged}, known_from)"
        " SELECT {given}, {values}, greatest(%(known_at)s, c.known_to, l.known_to)"
        " FROM {staging} s LEFT JOIN closed c ON {matched} LEFT JOIN later l ON {followed}"
        " WHERE c.known_to IS NOT NULL OR NOT EXISTS (SELECT FROM {table} f WHERE {current})"
        " RETURNING page_id) SELECT page_id, count(*) FROM opened GROUP BY page_id"
    )
    return statement.format(
        table=sql.Identifier(ledger.table),
        staging=sql.Identifier(ledger.staging),
        tick=TICK,
        current=_current(ledger),
        owned=_owned(ledger),
        ours=_columns("f", [name for name, _type in ledger.values]),
        theirs=_columns("s", [name for name, _type in ledger.values]),
        keys=_columns("f", keys),
        constant=sql.SQL(", ").join(map(sql.Identifier, constant)),
        staged=sql.SQL(", ").join(map(sql.Identifier, ("page_id", *ledger.columns))),
        given=sql.SQL(", ").join(map(sql.Placeholder, constant)),
        values=_columns("s", ("page_id", *ledger.columns)),
        matched=_same_key("c", keys),
        followed=_same_key("l", keys),
    ).as_bytes()


def _fill_untold(ledger: Ledger, untold: Collection[str]) -> sql.Composed:
    return sql.SQL("UPDATE {} s SET {} FROM {} f WHERE {}").format(
        sql.Identifier(ledger.staging),
        sql.SQL(", ").join(
            sql.SQL("{0} = f.{0}").format(sql.Identifier(name)) for name in sorted(untold)
        ),
        sql.Identifier(ledger.table),
        _current(ledger),
    )


def _count_new_and_changed(ledger: Ledger) -> sql.Composed:
    values = [name for name, _type in ledger.values]
    return sql.SQL(
        "SELECT count(*) FILTER (WHERE f.known_from IS NULL), count(*) FILTER"
        " (WHERE f.known_from IS NOT NULL AND ({ours}) IS DISTINCT FROM ({theirs}))"
        " FROM {staging} s LEFT JOIN {table} f ON {current}"
    ).format(
        ours=_columns("f", values),
        theirs=_columns("s", values),
        staging=sql.Identifier(ledger.staging),
        table=sql.Identifier(ledger.table),
        current=_current(ledger),
    )


def _columns(table: str, names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(table, name) for name in names)
