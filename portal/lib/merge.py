"""Merging a page into a bitemporal table: COPY to staging, close what changed, insert what is new.

An unchanged row is not written at all, so a repeated pull costs no row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from psycopg import sql

# A clock that stands still, or goes back, still makes each version end after it began.
TICK = sql.SQL("interval '1 microsecond'")


@dataclass(frozen=True, slots=True)
class Ledger:
    """A bitemporal table: its own columns are `known_from`, `known_to` and `page_id`.

    `owner` columns are the same for all rows of a merge and, with `key`, name a fact;
    `also` columns are constant too but name nothing. Types are PostgreSQL's.
    """

    table: str
    owner: tuple[str, ...]
    also: tuple[str, ...]
    key: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]

    @property
    def staging(self) -> str:
        return f"staging_{self.table}"


def merge(
    ledger: Ledger,
    rows: Iterable[Sequence[object]],
    *,
    fixed: dict[str, int],
    known_at: datetime,
    page_id: int,
) -> int:
    """Merge rows (key values, then figures) and return how many facts are new or restated.

    Runs in the caller's transaction and scope. `fixed` gives the owner and `also` columns.
    """
    with connection.cursor() as cursor:
        cursor.execute(_create_staging(ledger))
        names = sql.SQL(", ").join(map(sql.Identifier, _staged(ledger)))
        copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(ledger.staging), names)
        with cursor.copy(copy) as stream:
            for row in rows:
                stream.write_row(row)
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(ledger.staging)))
        given: dict[str, int | datetime] = {
            **fixed,
            "known_at": known_at,
            "page_id": page_id,
        }
        cursor.execute(_close_changed(ledger), given)
        cursor.execute(_insert_new(ledger), given)
        written: int = cursor.rowcount
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(ledger.staging)))
        return written


def _staged(ledger: Ledger) -> list[str]:
    return [name for name, _type in (*ledger.key, *ledger.values)]


def _create_staging(ledger: Ledger) -> sql.Composed:
    """A temporary table belongs to the role that made it, and a rollback removes it."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))
        for name, kind in (*ledger.key, *ledger.values)
    )
    return sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} ({}) ON COMMIT DELETE ROWS").format(
        sql.Identifier(ledger.staging), columns
    )


def _same_fact(ledger: Ledger) -> sql.Composed:
    """The fact f is the one that the staged row s speaks of."""
    owners = [
        sql.SQL("f.{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
        for name in ledger.owner
    ]
    keys = [sql.SQL("f.{0} = s.{0}").format(sql.Identifier(name)) for name, _type in ledger.key]
    return sql.SQL(" AND ").join([*owners, *keys])


def _close_changed(ledger: Ledger) -> sql.Composed:
    figures = [sql.Identifier(name) for name, _type in ledger.values]
    return sql.SQL(
        "UPDATE {table} f SET known_to = greatest(%(known_at)s, f.known_from + {tick})"
        " FROM {staging} s WHERE {same} AND f.known_to IS NULL"
        " AND ({ours}) IS DISTINCT FROM ({theirs})"
    ).format(
        table=sql.Identifier(ledger.table),
        staging=sql.Identifier(ledger.staging),
        tick=TICK,
        same=_same_fact(ledger),
        ours=sql.SQL(", ").join(sql.SQL("f.{}").format(name) for name in figures),
        theirs=sql.SQL(", ").join(sql.SQL("s.{}").format(name) for name in figures),
    )


def _insert_new(ledger: Ledger) -> sql.Composed:
    """Open a version of each staged row that has no current one, from where the last ended."""
    constant = [*ledger.owner, *ledger.also, "page_id"]
    staged = _staged(ledger)
    return sql.SQL(
        "INSERT INTO {table} ({constant}, {staged}, known_from)"
        " SELECT {given}, {from_staging}, greatest(%(known_at)s, (SELECT max(f.known_to)"
        " FROM {table} f WHERE {same}))"
        " FROM {staging} s WHERE NOT EXISTS"
        " (SELECT FROM {table} f WHERE {same} AND f.known_to IS NULL)"
    ).format(
        table=sql.Identifier(ledger.table),
        staging=sql.Identifier(ledger.staging),
        constant=sql.SQL(", ").join(map(sql.Identifier, constant)),
        staged=sql.SQL(", ").join(map(sql.Identifier, staged)),
        given=sql.SQL(", ").join(map(sql.Placeholder, constant)),
        from_staging=sql.SQL(", ").join(
            sql.SQL("s.{}").format(sql.Identifier(name)) for name in staged
        ),
        same=_same_fact(ledger),
    )
