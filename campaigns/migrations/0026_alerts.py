import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import STORES, tenant_table

# The figures are of every store: whoever is narrowed to some of them sees none.
TABLES = ("campaigns_alertrule", "campaigns_alertevent")
WHOLE = """
CREATE POLICY narrowed ON {} AS RESTRICTIVE FOR ALL TO redcat_web USING ((SELECT {}) IS NULL)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0025_share_links"),
        ("merchants", "0040_api_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alert_rules",
                        to="merchants.brand",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaigns.campaign",
                        verbose_name="campaign",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "alert rule",
                "verbose_name_plural": "alert rules",
            },
        ),
        migrations.CreateModel(
            name="AlertEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                ("day", models.DateField(verbose_name="newest complete day")),
                ("first", models.DateField(verbose_name="first day")),
                ("last", models.DateField(verbose_name="last day")),
                ("moment", models.DateTimeField(verbose_name="as of")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("met", "The rule holds."),
                            ("not_met", "The rule does not hold."),
                            ("few", "There are fewer of the sample than the rule asks for."),
                            (
                                "young",
                                "The attribution windows are not as far gone as the rule asks for.",
                            ),
                            ("unknown", "The figure, or what it is compared with, is not known."),
                            ("lacking", "Data of some of these days is still missing."),
                        ],
                        max_length=8,
                        verbose_name="verdict",
                    ),
                ),
                (
                    "turn",
                    models.CharField(
                        blank=True,
                        choices=[("raised", "Raised"), ("cleared", "Cleared")],
                        max_length=8,
                        verbose_name="what changed",
                    ),
                ),
                ("is_raised", models.BooleanField(verbose_name="raised")),
                ("value", models.BigIntegerField(null=True, verbose_name="figure")),
                ("now", models.BigIntegerField(null=True, verbose_name="figure now")),
                ("before", models.BigIntegerField(null=True, verbose_name="figure before")),
                ("sample", models.BigIntegerField(null=True, verbose_name="sample")),
                ("maturity", models.PositiveSmallIntegerField(null=True, verbose_name="maturity")),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alert_events",
                        to="merchants.brand",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaigns.campaign",
                        verbose_name="campaign",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="campaigns.alertrule",
                    ),
                ),
            ],
            options={
                "verbose_name": "alert event",
                "verbose_name_plural": "alert events",
            },
        ),
        migrations.AddConstraint(
            model_name="alertrule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("brand", "name"),
                name="alert_rule_name_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("window__in", [7, 15, 30])), name="alert_rule_known_window"
            ),
        ),
        migrations.AddConstraint(
            model_name="alertrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("least_maturity__lte", 100)),
                name="alert_rule_maturity_is_percent",
            ),
        ),
        migrations.AddIndex(
            model_name="alertevent",
            index=models.Index(fields=["rule", "-day"], name="alert_event_by_day"),
        ),
        migrations.AddConstraint(
            model_name="alertevent",
            constraint=models.UniqueConstraint(
                fields=("brand", "rule", "day"), name="alert_judged_once_a_day"
            ),
        ),
        tenant_table(
            "campaigns_alertrule",
            store=None,
            web="SELECT, INSERT, UPDATE",
            night="SELECT, UPDATE",  # it locks the rule that it judges
        ),
        tenant_table("campaigns_alertevent", store=None, night="SELECT, INSERT"),
        migrations.RunSQL(
            [WHOLE.format(table, STORES) for table in TABLES], migrations.RunSQL.noop
        ),
    ]
