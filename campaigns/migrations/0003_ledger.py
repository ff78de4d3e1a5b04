import django.db.models.deletion
from django.db import migrations, models

LEDGER = """
CREATE TABLE campaigns_noteday (
    brand_id bigint NOT NULL REFERENCES merchants_brand,
    store_id bigint NOT NULL REFERENCES merchants_store,
    connection_id bigint NOT NULL REFERENCES merchants_connection,
    note_id varchar(24) NOT NULL CHECK (note_id ~ '^[0-9a-f]{24}$'),
    day date NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz CHECK (known_to > known_from),
    page_id bigint NOT NULL,
    "fee_fen" bigint CHECK ("fee_fen" >= 0),
    "impression" bigint CHECK ("impression" >= 0),
    "click" bigint CHECK ("click" >= 0),
    "like" bigint CHECK ("like" >= 0),
    "comment" bigint CHECK ("comment" >= 0),
    "collect" bigint CHECK ("collect" >= 0),
    "share" bigint CHECK ("share" >= 0),
    "follow" bigint CHECK ("follow" >= 0),
    "interaction" bigint CHECK ("interaction" >= 0),
    "jump_click" bigint CHECK ("jump_click" >= 0),
    "order_7" bigint CHECK ("order_7" >= 0),
    "order_15" bigint CHECK ("order_15" >= 0),
    "order_30" bigint CHECK ("order_30" >= 0),
    "gmv_7_fen" bigint CHECK ("gmv_7_fen" >= 0),
    "gmv_15_fen" bigint CHECK ("gmv_15_fen" >= 0),
    "gmv_30_fen" bigint CHECK ("gmv_30_fen" >= 0),
    PRIMARY KEY (brand_id, connection_id, note_id, day, known_from)
) PARTITION BY RANGE (day);
CREATE UNIQUE INDEX note_day_current
    ON campaigns_noteday (brand_id, connection_id, day, note_id) WHERE known_to IS NULL;
CREATE INDEX note_day_by_day ON campaigns_noteday (brand_id, day)
"""

# A partition can be read past its parent's row-level security: so nobody may read it directly.
# Only the owner creates tables; the night calls this and gets a month, once.
ENSURE_MONTH = """
CREATE FUNCTION ensure_note_day_month(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', wanted)::date;
    child text := 'campaigns_noteday_' || to_char(first, 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ensure_note_day_month'));
    IF to_regclass(child) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF campaigns_noteday FOR VALUES FROM (%L) TO (%L)',
            child, first, (first + interval '1 month')::date);
        EXECUTE format(
            'REVOKE ALL ON %I FROM redcat_web, redcat_night, redcat_admin, redcat_common', child);
    END IF;
END $$;
REVOKE ALL ON FUNCTION ensure_note_day_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_note_day_month(date) TO redcat_night;
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_initial"), ("merchants", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(LEDGER, "DROP TABLE campaigns_noteday"),
                migrations.RunSQL(ENSURE_MONTH, "DROP FUNCTION ensure_note_day_month(date)"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="NoteDay",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "brand_id",
                                "connection_id",
                                "note_id",
                                "day",
                                "known_from",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("note_id", models.CharField(max_length=24, verbose_name="note id")),
                        ("day", models.DateField(verbose_name="business day")),
                        ("known_from", models.DateTimeField(verbose_name="known from")),
                        ("known_to", models.DateTimeField(null=True, verbose_name="known to")),
                        ("page_id", models.BigIntegerField(verbose_name="pulled page")),
                        ("fee_fen", models.BigIntegerField(null=True)),
                        ("impression", models.BigIntegerField(null=True)),
                        ("click", models.BigIntegerField(null=True)),
                        ("like", models.BigIntegerField(null=True)),
                        ("comment", models.BigIntegerField(null=True)),
                        ("collect", models.BigIntegerField(null=True)),
                        ("share", models.BigIntegerField(null=True)),
                        ("follow", models.BigIntegerField(null=True)),
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="note_days",
                                to="merchants.brand",
                            ),
                        ),
                        (
                            "connection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="note_days",
                                to="merchants.connection",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="note_days",
                                to="merchants.store",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "note day",
                        "verbose_name_plural": "note days",
                    },
                ),
            ],
        ),
    ]
