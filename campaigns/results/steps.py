"""Proof that the steps kept of the note report's days are what its rows say; and making them anew.

The sums are taken here in words of their own, not in those of the trigger that keeps them.
"""

from datetime import date

from django.db import connection, connections, models, transaction

from campaigns.models import NoteDay, NoteDayStep
from portal.lib.scope import Hat, scope

OWNER = "owner"  # whose the table is: nobody else may write there
ROWS, STEPS = NoteDay._meta.db_table, NoteDayStep._meta.db_table
SUMMED = tuple(
    field.name
    for field in NoteDayStep._meta.concrete_fields
    if isinstance(field, models.BigIntegerField) and field.null
)
NAMED = "brand_id, store_id, connection_id, day, moment"
ALL = f"{NAMED}, note_days, {', '.join(SUMMED)}"


def _summed(rows: str, times: str, note_days: str) -> str:
    """Return the sums of each moment, by which columns are null; what came to nothing is left out.

    A column that is null in one of its group's rows is null in all of them.
    """
    sums = ", ".join(f"sum({times} * {name})" for name in SUMMED)
    told = ", ".join(f"{name} IS NULL" for name in SUMMED)
    changes = " OR ".join(f"sum({times} * {name}) <> 0" for name in SUMMED)
    return (
        f"SELECT {NAMED}, sum({note_days}), {sums} FROM ({rows}) AS rows"  # noqa: S608
        f" GROUP BY {NAMED}, {told} HAVING sum({note_days}) <> 0 OR {changes}"
    )


TOLD = _summed(
    f"SELECT *, 1 AS sign, known_from AS moment FROM {ROWS} UNION ALL"  # noqa: S608
    f" SELECT *, -1, known_to FROM {ROWS} WHERE known_to IS NOT NULL",
    times="sign",
    note_days="sign",
)
KEPT = _summed(f"SELECT * FROM {STEPS}", times="1", note_days="note_days")  # noqa: S608
DIFFERENT = f"""
WITH told ({ALL}) AS ({TOLD}), kept ({ALL}) AS ({KEPT})
SELECT DISTINCT brand_id, day FROM (
    (TABLE told EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE told)
) AS different ORDER BY brand_id, day
"""  # noqa: S608


def differences() -> list[tuple[int, date]]:
    """Return each brand's business days of which a step is not what the rows say."""
    with scope(Hat.ADMIN), connection.cursor() as cursor:
        cursor.execute(DIFFERENT)
        return list(cursor.fetchall())


def rebuild() -> int:
    """Make all steps anew while nothing can be merged; return how many there are."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(f"LOCK TABLE {ROWS}, {STEPS} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(f"DELETE FROM {STEPS}")  # noqa: S608
        cursor.execute(f"INSERT INTO {STEPS} ({ALL}) {TOLD}")
        return int(cursor.rowcount)
