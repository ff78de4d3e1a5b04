import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from portal.lib.rls import common_tables, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0018_quarantine"),
        ("merchants", "0037_link_health_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="pulledpage",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="syncwindow",
            name="is_released",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="syncwindow",
            name="named",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name="note",
            name="kind",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[(0, "Other type"), (1, "Images"), (2, "Video")],
                null=True,
                verbose_name="type",
            ),
        ),
        migrations.AlterField(
            model_name="syncwindow",
            name="status",
            field=models.CharField(
                choices=[
                    ("owed", "Owed"),
                    ("leased", "Being pulled"),
                    ("closed", "Complete"),
                    ("failed", "Refused by the partner"),
                    ("dead", "Given up"),
                    ("held", "Held until a person has looked"),
                ],
                default="owed",
                max_length=8,
                verbose_name="status",
            ),
        ),
        migrations.CreateModel(
            name="FieldDrift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("report", models.CharField(max_length=30, verbose_name="report")),
                ("field", models.CharField(max_length=60, verbose_name="field")),
                ("value", models.CharField(blank=True, max_length=60, verbose_name="value")),
                ("times", models.PositiveBigIntegerField(default=1, verbose_name="pages")),
                (
                    "first_seen_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="first seen"
                    ),
                ),
                (
                    "last_seen_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="last seen"
                    ),
                ),
            ],
            options={
                "verbose_name": "new field",
                "verbose_name_plural": "new fields",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "field", "value"), name="field_drift_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncAlarm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("clock", "Partner's clock is off"),
                            ("unreadable", "Answers cannot be read"),
                            ("foreign", "Rows of another advertiser"),
                            ("loop", "Pages without end"),
                            ("doubt", "Pulls do not add up"),
                            ("magnitude", "Figures of another magnitude"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("words", models.CharField(max_length=300, verbose_name="what went wrong")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                        verbose_name="store",
                    ),
                ),
                (
                    "window",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alarms",
                        to="campaigns.syncwindow",
                    ),
                ),
            ],
            options={
                "verbose_name": "sync alarm",
                "verbose_name_plural": "sync alarms",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("brand", "window", "kind"),
                        name="sync_alarm_unsettled_once",
                    )
                ],
            },
        ),
        tenant_table("campaigns_syncalarm", night="SELECT, INSERT, UPDATE (settled_at)"),
        common_tables(["campaigns_fielddrift"], "SELECT, INSERT, UPDATE"),
    ]
