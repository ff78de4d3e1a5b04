"""Which tenant the database may show: every read or write of a tenant table happens in a scope.

The runtime login owns nothing and has no grant on tenant tables, so a query outside a scope
raises. Inside, row-level security sees `app.brand`, `app.user` and `app.stores`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum

from django.db import connection, transaction


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
) -> Iterator[None]:
    """Open a short transaction as `hat`, for one brand, user and (if any) only these stores.

    Never call a partner inside. A nested scope puts back what it found; on an error the
    rollback does. WEB without a brand sees the user's own memberships; NIGHT without a brand
    sees every tenant; ADMIN always does.
    """
    wanted = (
        hat.value,
        str(brand or ""),
        str(user or ""),
        _array(stores) if stores else "",
    )
    with transaction.atomic():
        before = _present()
        _set(wanted)
        yield
        _set(before)


def _array(ids: Sequence[int]) -> str:
    return "{" + ",".join(str(int(each)) for each in ids) + "}"


def _present() -> tuple[str, str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('role'), coalesce(current_setting('app.brand', true), ''),"
            " coalesce(current_setting('app.user', true), ''),"
            " coalesce(current_setting('app.stores', true), '')"
        )
        role, brand, user, stores = cursor.fetchone()
    return role, brand, user, stores


def _set(values: tuple[str, str, str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('app.brand', %s, true),"
            " set_config('app.user', %s, true), set_config('app.stores', %s, true)",
            values,
        )
