import django.db.models.deletion
from django.db import migrations, models

from portal.lib.rls import tenant_table

COLUMNS = (
    *("fee_fen", "impression", "click", "interaction", "jump_click"),
    *("order_7", "order_15", "order_30", "gmv_7_fen", "gmv_15_fen", "gmv_30_fen"),
)
# What a version adds from its first moment on, and takes away again from its last on.
STEPS = """
INSERT INTO campaigns_notedaystep
    (brand_id, store_id, connection_id, day, moment, note_days, {columns})
SELECT brand_id, store_id, connection_id, day, moment, sum(sign), {sums}
FROM ({versions}) AS version
GROUP BY brand_id, store_id, connection_id, day, moment, {blanks}
HAVING (sum(sign), {changes}) <> (0, {nothing})
"""
VERSIONS = """
SELECT {came} AS sign, known_from AS moment, * FROM {rows}
UNION ALL SELECT -({came}), known_to, * FROM {rows} WHERE known_to IS NOT NULL
"""
FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    {steps};
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
CREATE TRIGGER {name} AFTER {event} ON campaigns_noteday REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""
OPENED, GONE = "NEW TABLE AS opened", "OLD TABLE AS gone"


def steps_of(*versions: str) -> str:
    return STEPS.format(
        columns=", ".join(COLUMNS),
        sums=", ".join(f"sum(sign * {name})" for name in COLUMNS),
        versions=" UNION ALL ".join(versions),
        blanks=", ".join(f"({name} IS NULL)" for name in COLUMNS),
        changes=", ".join(f"coalesce(sum(sign * {name}), 0)" for name in COLUMNS),
        nothing=", ".join("0" for _name in COLUMNS),
    )


def versions_of(rows: str, came: int = 1) -> str:
    return VERSIONS.format(rows=rows, came=came)


def trigger(event: str, tables: str, *versions: str) -> migrations.RunSQL:
    name = f"note_day_steps_after_{event.lower()}"
    sql = FUNCTION.format(name=name, event=event, tables=tables, steps=steps_of(*versions))
    gone = f"DROP TRIGGER {name} ON campaigns_noteday; DROP FUNCTION {name}()"
    return migrations.RunSQL(sql, gone)


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0028_mail_reports"),
        ("merchants", "0041_alert_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="NoteDayStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="business day")),
                ("moment", models.DateTimeField(verbose_name="known from")),
                ("note_days", models.BigIntegerField()),
                ("fee_fen", models.BigIntegerField(null=True)),
                ("impression", models.BigIntegerField(null=True)),
                ("click", models.BigIntegerField(null=True)),
                ("interaction", models.BigIntegerField(null=True)),
                ("jump_click", models.BigIntegerField(null=True)),
                ("order_7", models.BigIntegerField(null=True)),
                ("order_15", models.BigIntegerField(null=True)),
                ("order_30", models.BigIntegerField(null=True)),
                ("gmv_7_fen", models.BigIntegerField(null=True)),
                ("gmv_15_fen", models.BigIntegerField(null=True)),
                ("gmv_30_fen", models.BigIntegerField(null=True)),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.connection",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a note day's sums",
                "verbose_name_plural": "steps of note days' sums",
                "indexes": [models.Index(fields=["brand", "day"], name="note_day_step_by_day")],
            },
        ),
        tenant_table("campaigns_notedaystep"),
        migrations.RunSQL(steps_of(versions_of("campaigns_noteday")), migrations.RunSQL.noop),
        trigger("INSERT", OPENED, versions_of("opened")),
        trigger("UPDATE", f"{OPENED} {GONE}", versions_of("opened"), versions_of("gone", -1)),
        trigger("DELETE", GONE, versions_of("gone", -1)),
    ]
