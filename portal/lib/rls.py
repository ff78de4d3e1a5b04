"""Row-level security as migrations write it, and the check that no tenant table goes without.

Each tenant table has a `brand_id`; most have a `store_id`, by which a membership may be
narrowed to some stores. Policies:

- `redcat_web`: rows of `app.brand`, and of `app.stores` where that is set;
- `redcat_night`: every tenant, or only `app.brand` where that is set;
- `redcat_admin` and the owner (data migrations run as it, and FORCE binds it too): every row.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections, migrations
from django.db.migrations.operations.base import Operation

BRAND = "NULLIF(current_setting('app.brand', true), '')::bigint"
USER = "NULLIF(current_setting('app.user', true), '')::bigint"
STORES = "NULLIF(current_setting('app.stores', true), '')::bigint[]"


def tenant_table(
    table: str,
    *,
    brand: str = "brand_id",
    store: str | None = "store_id",
    web: str = "SELECT",
    night: str = "SELECT",
    admin: str = "SELECT",
    also_web: str = "",
) -> Operation:
    """Return the operation that locks a table by tenant.

    `web`, `night` and `admin` are the privileges each hat gets, for example
    `"SELECT, INSERT"`; an empty string is none. `also_web` is a further condition that lets
    the web read a row outside its brand, for example the user's own membership.
    """
    sql = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ]
    for role, rows in _rows_by_role(brand, store).items():
        policy = f"CREATE POLICY {role.removeprefix('redcat_')} ON {table} TO {role}"
        sql.append(f"{policy} USING ({rows}) WITH CHECK ({rows})")
    if also_web:
        sql.append(f"CREATE POLICY own ON {table} FOR SELECT TO redcat_web USING ({also_web})")
    granted = {"redcat_web": web, "redcat_night": night, "redcat_admin": admin}
    sql += [f"GRANT {what} ON {table} TO {role}" for role, what in granted.items() if what]
    return migrations.RunSQL(";\n".join(sql), migrations.RunSQL.noop)


def _rows_by_role(brand: str, store: str | None) -> dict[str, str]:
    """Return the condition under which each role may see and write a row."""
    mine = f"{brand} = (SELECT {BRAND})"
    if store:
        mine += f" AND ((SELECT {STORES}) IS NULL OR {store} = ANY ((SELECT {STORES})::bigint[]))"
    return {
        "redcat": "true",
        "redcat_admin": "true",
        "redcat_night": f"(SELECT {BRAND}) IS NULL OR {brand} = (SELECT {BRAND})",
        "redcat_web": mine,
    }


def common_tables(tables: Iterable[str], privileges: str) -> Operation:
    """Return the operation that opens tables without a tenant to every hat."""
    return migrations.RunSQL(
        [f"GRANT {privileges} ON {table} TO redcat_common" for table in tables],
        migrations.RunSQL.noop,
    )


UNPROTECTED = """
SELECT c.relname
FROM pg_class c
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
LEFT JOIN pg_class parent ON parent.oid = i.inhparent
WHERE c.relkind IN ('r', 'p')
  AND coalesce(parent.relname, c.relname) = ANY (%s)
  AND CASE
        WHEN parent.oid IS NULL THEN
            NOT (c.relrowsecurity AND c.relforcerowsecurity)
            OR NOT EXISTS (
                SELECT FROM pg_policy p
                WHERE p.polrelid = c.oid
                  AND p.polroles && ARRAY['redcat_web'::regrole::oid])
        ELSE EXISTS (
            SELECT FROM aclexplode(c.relacl) a
            WHERE a.grantee NOT IN (c.relowner))
      END
"""


@register(Tags.database)
def every_tenant_table_has_its_policy(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a tenant table without forced row-level security, and an open partition."""
    if not databases or "owner" not in databases:
        return []
    with connections["owner"].cursor() as cursor:
        cursor.execute(UNPROTECTED, [sorted(tenant_tables() | _history_tables())])
        names = [name for (name,) in cursor.fetchall()]
    return [
        Error(
            f"The tenant table {name} has no row-level security of its own, or a partition"
            " of it can be read directly.",
            hint="Lock it with portal.lib.rls.tenant_table in its migration; a history table with"
            " portal.lib.history.history_tables.",
            id="portal.E001",
        )
        for name in names
    ]


def tenant_tables() -> set[str]:
    """Return the tables of the models that belong to a brand, and the brand's own."""
    brand = apps.get_model("merchants", "Brand")
    return {
        model._meta.db_table
        for model in apps.get_models()
        if model is brand
        or (
            model._meta.managed  # a view stands under the locks of its tables
            and any(
                field.is_relation and field.concrete and field.related_model is brand
                for field in model._meta.get_fields()
            )
        )
    }


def _history_tables() -> set[str]:
    """Some have no brand, as the users' has none: they too must be locked."""
    models = apps.get_models()
    return {model._meta.db_table for model in models if hasattr(model, "pgh_tracked_model")}
