import django.db.models.deletion
from django.db import migrations, models

from portal.lib.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0026_alerts"),
        ("merchants", "0041_alert_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuietHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts", models.PositiveSmallIntegerField(verbose_name="from")),
                ("ends", models.PositiveSmallIntegerField(verbose_name="to")),
            ],
            options={
                "verbose_name": "quiet hours",
                "verbose_name_plural": "quiet hours",
            },
        ),
        migrations.AddField(
            model_name="alertevent",
            name="told_at",
            field=models.DateTimeField(null=True, verbose_name="told at"),
        ),
        migrations.AddIndex(
            model_name="alertevent",
            index=models.Index(
                condition=models.Q(("told_at", None), models.Q(("turn", ""), _negated=True)),
                fields=["id"],
                name="alert_event_untold",
            ),
        ),
        migrations.AddField(
            model_name="quiethours",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="quiet_hours",
                to="merchants.brand",
            ),
        ),
        migrations.AddConstraint(
            model_name="quiethours",
            constraint=models.UniqueConstraint(fields=("brand",), name="quiet_hours_once"),
        ),
        migrations.AddConstraint(
            model_name="quiethours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends__lt", 24),
                    ("starts__lt", 24),
                    models.Q(("starts", models.F("ends")), _negated=True),
                ),
                name="quiet_hours_end",
            ),
        ),
        tenant_table("campaigns_quiethours", store=None, web="SELECT, INSERT, UPDATE, DELETE"),
        migrations.RunSQL(
            "GRANT UPDATE (told_at) ON campaigns_alertevent TO redcat_night",
            "REVOKE UPDATE (told_at) ON campaigns_alertevent FROM redcat_night",
        ),
    ]
