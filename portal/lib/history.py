"""What changed in a row, kept beside it by the database itself, with who did it and by what.

`keep(Model)` gives a model its history table and triggers; `history_tables()` in a migration
locks what was made. Nobody but the tables' owner writes there: the triggers run as the owner,
can't be told to look away, and the runtime's roles may only read.
"""

from collections.abc import Sequence
from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.models import Func, Value
from pghistory.trigger import Event
from pgtrigger.compiler import Trigger, UpsertTriggerSql

from portal.lib.rls import BRAND, STORES


class OwnersTriggerSql(UpsertTriggerSql):
    """A trigger whose function runs as the tables' owner and heeds no `pgtrigger.ignore`.

    Migrations refer to it, so the template stays as it is.
    """

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$;
            REVOKE ALL ON FUNCTION {pgid}() FROM PUBLIC;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE TRIGGER {pgid} {when} {operation} ON {table}
                FOR EACH {level} {condition} EXECUTE FUNCTION {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class OwnersEvent(Event):
    def compile(self, model: Any) -> Trigger:  # Any: the library says Model for its class
        made = super().compile(model)
        return Trigger(name=made.name, sql=OwnersTriggerSql(**made.sql.kwargs))


class ByTheOwner(pghistory.RowEvent):
    """Hands its trigger over as one of the owner's."""

    def add_event_trigger(self, event_model: Any) -> None:  # Any: as the library has it
        trigger = OwnersEvent(  # type: ignore[no-untyped-call]  # as the library has it
            event_model=event_model,
            label=self.label,
            name=self.trigger_name,
            row=self.row,
            operation=self.operation,
            condition=self.condition,
            level=self.level,
        )
        pgtrigger.register(trigger)(event_model.pgh_tracked_model)


class Inserted(ByTheOwner, pghistory.InsertEvent):
    pass


class Updated(ByTheOwner, pghistory.UpdateEvent):
    pass


class Deleted(ByTheOwner, pghistory.DeleteEvent):
    pass


def keep(model: type[models.Model], *, leave_out: Sequence[str] = ()) -> None:
    """Give the model a history; the columns in `leave_out` neither enter nor cause a row."""
    name = model.__name__.lower()
    columns = {field.name for field in model._meta.fields}
    indexes = [models.Index(fields=["id", "pgh_id"], name=f"{name}_hist_row")]
    if "brand" in columns:
        columns_of_brand = ["brand", "-pgh_created_at"]
        indexes.append(models.Index(fields=columns_of_brand, name=f"{name}_hist_brand"))
    pghistory.track(
        Inserted(),
        Updated(),
        Deleted(),
        exclude=list(leave_out),
        obj_field=None,
        context_field=pghistory.ContextJSONField(),
        model_name=f"{model.__name__}History",
        attrs={"pgh_hat": _hat()},
        meta={"indexes": indexes},
    )(model)


def _hat() -> "models.TextField[str, str]":
    """The role that the work wore; the trigger leaves the column to its default."""
    role = Func(Value("role"), function="current_setting", output_field=models.TextField())
    return models.TextField(db_default=role)


def history_tables() -> Operation:
    """Return the operation that locks every history table there is, and renews their view.

    It belongs at the end of each migration that adds one; running it again changes nothing.
    A row is its brand's, and its store's where it names one: who is narrowed to some stores
    sees nothing else. What has no brand is for the platform alone.
    """
    return RunSQL(LOCK, RunSQL.noop)


# `id` stands for the brand in the brand's own history, and for the store in the store's.
LOCK = f"""
DO $lock$
DECLARE
    history record;
    mine text;
    parts text[] := ARRAY[]::text[];
BEGIN
    FOR history IN
        SELECT t.name, substring(t.name FROM '^(?:merchants|campaigns)_(.*)history$') AS subject,
            CASE WHEN t.name = 'merchants_brandhistory' THEN 'id'
                WHEN 'brand_id' = ANY (t.columns) THEN 'brand_id' END AS brand,
            CASE WHEN t.name = 'merchants_storehistory' THEN 'id'
                WHEN 'store_id' = ANY (t.columns) THEN 'store_id' END AS store
        FROM (
            SELECT c.table_name::text AS name, array_agg(c.column_name::text) AS columns
            FROM information_schema.columns c
            JOIN information_schema.tables b USING (table_schema, table_name)
            WHERE c.table_schema = 'public' AND b.table_type = 'BASE TABLE'
            GROUP BY c.table_name
        ) t
        WHERE t.name ~ '^(merchants|campaigns)_.*history$' AND 'pgh_label' = ANY (t.columns)
        ORDER BY t.name
    LOOP
        mine := CASE
            WHEN history.brand IS NULL THEN 'false'
            WHEN history.store IS NULL THEN format(
                $q$%I = (SELECT {BRAND}) AND (SELECT {STORES}) IS NULL$q$, history.brand)
            ELSE format($q$%I = (SELECT {BRAND}) AND ((SELECT {STORES}) IS NULL
                OR %I = ANY ((SELECT {STORES})::bigint[]))$q$, history.brand, history.store)
        END;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', history.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', history.name);
        EXECUTE format('DROP POLICY IF EXISTS owner ON %I', history.name);
        EXECUTE format('DROP POLICY IF EXISTS admin ON %I', history.name);
        EXECUTE format('DROP POLICY IF EXISTS web ON %I', history.name);
        EXECUTE format('CREATE POLICY owner ON %I TO redcat USING (true)', history.name);
        EXECUTE format('CREATE POLICY admin ON %I FOR SELECT TO redcat_admin USING (true)',
            history.name);
        EXECUTE format('CREATE POLICY web ON %I FOR SELECT TO redcat_web USING (%s)',
            history.name, mine);
        EXECUTE format('GRANT SELECT ON %I TO redcat_web, redcat_admin', history.name);
        parts := parts || format($q$
            SELECT %1$L || ':' || h.pgh_id AS key, %1$L::text AS subject, h.id::bigint AS row_id,
                h.pgh_id, h.pgh_created_at AS at, h.pgh_label AS label, h.pgh_hat AS hat,
                %2$s::bigint AS brand_id, %3$s::bigint AS store_id,
                (h.pgh_context ->> 'user')::bigint AS actor_id, h.pgh_context AS context,
                to_jsonb(h) AS kept
            FROM %4$I h$q$,
            history.subject,
            coalesce('h.' || quote_ident(history.brand), 'NULL'),
            coalesce('h.' || quote_ident(history.store), 'NULL'),
            history.name);
    END LOOP;
    DROP VIEW IF EXISTS merchants_change;
    IF array_length(parts, 1) > 0 THEN
        EXECUTE 'CREATE VIEW merchants_change WITH (security_invoker = true) AS '
            || array_to_string(parts, ' UNION ALL ');
        GRANT SELECT ON merchants_change TO redcat_web, redcat_admin;
    END IF;
END
$lock$;
"""  # noqa: S608 - our own words alone
