"""Which tenant the database may show: every read or write of a tenant table happens in a scope.

The runtime login owns nothing and has no grant on tenant tables, so a query outside a scope
raises. Inside, row-level security sees `app.brand`, `app.user` and `app.stores`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum

from django.db import connection, transaction

Setting = tuple[str, str, str, str]  # role, brand, user, stores


class Hat(StrEnum):
    """The database role that a piece of work wears."""

    WEB = "redcat_web"
    ADMIN = "redcat_admin"
    NIGHT = "redcat_night"


@contextmanager
def scope(
    hat: Hat,
    *,
    brand: int | None = None,
    user: int | None = None,
    stores: Sequence[int] = (),
    durable: bool = False,
) -> Iterator[None]:
    """Open a short transaction as `hat`, for one brand, user and (if any) only these stores.

    Never call a partner inside. One that is `durable` stands in no other. A nested scope puts
    back what it found; on an error the rollback does. WEB without a brand sees the user's own
    memberships; NIGHT without a brand sees every tenant; ADMIN always does.
    """
    wanted = (
        hat.value,
        str(brand or ""),
        str(user or ""),
        _array(stores) if stores else "",
    )
    is_nested = connection.in_atomic_block
    with transaction.atomic(durable=durable):
        before = _change(wanted)
        yield
        if is_nested and before != wanted:  # the end of a transaction forgets it by itself
            _change(before)


def _array(ids: Sequence[int]) -> str:
    return "{" + ",".join(str(int(each)) for each in ids) + "}"


# One trip to the database; the CTE is read to its end before anything is set.
CHANGE = """
WITH before AS MATERIALIZED (
    SELECT current_setting('role') AS role,
           coalesce(current_setting('app.brand', true), '') AS brand,
           coalesce(current_setting('app.user', true), '') AS person,
           coalesce(current_setting('app.stores', true), '') AS stores
)
SELECT role, brand, person, stores,
       set_config('role', %s, true), set_config('app.brand', %s, true),
       set_config('app.user', %s, true), set_config('app.stores', %s, true)
FROM before
"""


def _change(wanted: Setting) -> Setting:
    """Set what the transaction may see, and return what it was."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGE, wanted)
        role, brand, user, stores, *_now = cursor.fetchone()
    return role, brand, user, stores
