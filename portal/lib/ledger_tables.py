"""Tables of the ledger as migrations make them: partitioned by month, no amount below 0."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection, migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from portal.lib.merge import Ledger

# A partition can be read past its parent's row-level security: so nobody may read it directly.
# Only the owner creates tables; the night calls this and gets a month, once.
ENSURE_MONTH = """
CREATE FUNCTION ensure_fact_month(parent text, wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', wanted)::date;
    child text := parent || '_' || to_char(first, 'YYYY_MM');
BEGIN
    IF to_regclass(quote_ident(child)) IS NOT NULL THEN
        RETURN;
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
        WHERE c.relname = parent AND c.relnamespace = 'public'::regnamespace
          AND pg_get_partkeydef(c.oid) = 'RANGE (day)') THEN
        RAISE EXCEPTION '% is no table of the ledger', parent;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ensure_fact_month'));
    IF to_regclass(quote_ident(child)) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
            child, parent, first, (first + interval '1 month')::date);
        EXECUTE format(
            'REVOKE ALL ON %I FROM redcat_web, redcat_night, redcat_admin, redcat_common', child);
    END IF;
END $$;
REVOKE ALL ON FUNCTION ensure_fact_month(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_fact_month(text, date) TO redcat_night;
"""


def ensure_months(ledger: Ledger, days: Iterable[date]) -> None:
    """Make the partitions of these days' months, where they are missing."""
    with connection.cursor() as cursor:
        for first in sorted({day.replace(day=1) for day in days}):
            cursor.execute("SELECT ensure_fact_month(%s, %s)", [ledger.table, first])


class CreateFactTable(migrations.CreateModel):
    """Make a model's table as part of the ledger: what CreateModel can't say is said here."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        statement, parameters = schema_editor.table_sql(model)
        schema_editor.execute(f"{statement} PARTITION BY RANGE (day)", parameters or None)
        for further in _checks_and_indexes(model):
            schema_editor.execute(further)


def _checks_and_indexes(model: type[models.Model]) -> list[str]:
    table = model._meta.db_table
    named = [f.column for f in model._meta.pk_fields if f.column and f.column != "known_from"]
    amounts = [f for f in model._meta.concrete_fields if isinstance(f, models.BigIntegerField)]
    return [
        f"ALTER TABLE {table} ADD CHECK (known_to > known_from)",
        *(f'ALTER TABLE {table} ADD CHECK ("{field.column}" >= 0)' for field in amounts),
        f"CREATE UNIQUE INDEX {table}_current ON {table}"
        f" ({', '.join(_day_after_owner(named))}) WHERE known_to IS NULL",
        f"CREATE INDEX {table}_by_day ON {table} (brand_id, day)",
    ]


def _day_after_owner(named: Sequence[str]) -> list[str]:
    """A page is of one day: with the day after the two columns of the owner it is one stretch."""
    return [*named[:2], "day", *(name for name in named[2:] if name != "day")]
