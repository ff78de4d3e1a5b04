import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
import portal.lib.history
from portal.lib.history import history_tables


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0032_budget_pace"),
        ("merchants", "0042_robots"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertRuleHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_hat",
                    models.TextField(
                        db_default=models.Func(
                            models.Value("role"),
                            function="current_setting",
                            output_field=models.TextField(),
                        )
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("metric", models.CharField(max_length=30, verbose_name="metric")),
                ("window", models.PositiveSmallIntegerField(verbose_name="attribution window")),
                ("span", models.PositiveSmallIntegerField(verbose_name="days together")),
                (
                    "skipped",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="newest days left out"
                    ),
                ),
                (
                    "comparison",
                    models.CharField(
                        choices=[
                            ("below", "is below"),
                            ("above", "is above"),
                            ("fallen", "has fallen, against the days before, by at least"),
                            ("risen", "has risen, against the days before, by at least"),
                            ("ahead", "runs ahead of the budget's plan by at least"),
                            ("behind", "lags behind the budget's plan by at least"),
                        ],
                        max_length=6,
                        verbose_name="comparison",
                    ),
                ),
                ("threshold", models.BigIntegerField(verbose_name="limit")),
                (
                    "suggests",
                    models.CharField(
                        choices=[("scale_up", "Scale up"), ("pause", "Pause")],
                        max_length=10,
                        verbose_name="then suggest",
                    ),
                ),
                (
                    "sample_of",
                    models.CharField(
                        choices=[("order", "Orders"), ("spend", "Spend")],
                        max_length=5,
                        verbose_name="sample counted in",
                    ),
                ),
                (
                    "least_sample",
                    models.PositiveBigIntegerField(default=0, verbose_name="smallest sample"),
                ),
                (
                    "least_maturity",
                    models.PositiveSmallIntegerField(default=0, verbose_name="least maturity"),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="switched on")),
                (
                    "made_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="made"),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="deleted")),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alertrule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=portal.lib.history.OwnersTriggerSql(
                    func='INSERT INTO "campaigns_alertrulehistory" ("brand_id", "campaign_id", "comparison", "ended_at", "id", "is_active", "least_maturity", "least_sample", "made_at", "made_by_id", "metric", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "sample_of", "skipped", "span", "suggests", "threshold", "window") VALUES (NEW."brand_id", NEW."campaign_id", NEW."comparison", NEW."ended_at", NEW."id", NEW."is_active", NEW."least_maturity", NEW."least_sample", NEW."made_at", NEW."made_by_id", NEW."metric", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."sample_of", NEW."skipped", NEW."span", NEW."suggests", NEW."threshold", NEW."window"); RETURN NULL;',
                    hash="35110ec891d987a7382894465c71a830a52ef62f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_eb57e",
                    table="campaigns_alertrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alertrule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=portal.lib.history.OwnersTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "campaigns_alertrulehistory" ("brand_id", "campaign_id", "comparison", "ended_at", "id", "is_active", "least_maturity", "least_sample", "made_at", "made_by_id", "metric", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "sample_of", "skipped", "span", "suggests", "threshold", "window") VALUES (NEW."brand_id", NEW."campaign_id", NEW."comparison", NEW."ended_at", NEW."id", NEW."is_active", NEW."least_maturity", NEW."least_sample", NEW."made_at", NEW."made_by_id", NEW."metric", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."sample_of", NEW."skipped", NEW."span", NEW."suggests", NEW."threshold", NEW."window"); RETURN NULL;',
                    hash="7307f236a2ccfde7a3522f9697a5b0774f42b2d3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9c5df",
                    table="campaigns_alertrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alertrule",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=portal.lib.history.OwnersTriggerSql(
                    func='INSERT INTO "campaigns_alertrulehistory" ("brand_id", "campaign_id", "comparison", "ended_at", "id", "is_active", "least_maturity", "least_sample", "made_at", "made_by_id", "metric", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "sample_of", "skipped", "span", "suggests", "threshold", "window") VALUES (OLD."brand_id", OLD."campaign_id", OLD."comparison", OLD."ended_at", OLD."id", OLD."is_active", OLD."least_maturity", OLD."least_sample", OLD."made_at", OLD."made_by_id", OLD."metric", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."sample_of", OLD."skipped", OLD."span", OLD."suggests", OLD."threshold", OLD."window"); RETURN NULL;',
                    hash="219f2f477df4a5f27958180acc132406329b7462",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_06074",
                    table="campaigns_alertrule",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="alertrulehistory",
            name="brand",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="merchants.brand",
            ),
        ),
        migrations.AddField(
            model_name="alertrulehistory",
            name="campaign",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="campaigns.campaign",
                verbose_name="campaign",
            ),
        ),
        migrations.AddField(
            model_name="alertrulehistory",
            name="made_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddIndex(
            model_name="alertrulehistory",
            index=models.Index(fields=["id", "pgh_id"], name="alertrule_hist_row"),
        ),
        migrations.AddIndex(
            model_name="alertrulehistory",
            index=models.Index(fields=["brand", "-pgh_created_at"], name="alertrule_hist_brand"),
        ),
        history_tables(),
    ]
