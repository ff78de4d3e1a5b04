from django.db import migrations, models

KNOWN_BY_NOW = """
UPDATE campaigns_quarantinedrow row SET last_pull = w.pull
  FROM campaigns_syncwindow w WHERE w.id = row.window_id
"""
NIGHT_SETTLES = (
    "GRANT UPDATE (reason, last_pull, settled_at) ON campaigns_quarantinedrow TO redcat_night"
)
NO_LONGER = (
    "REVOKE UPDATE (reason, last_pull, settled_at) ON campaigns_quarantinedrow FROM redcat_night"
)


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0017_window_control"),
        ("merchants", "0037_link_health_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="quarantinedrow",
            name="last_pull",
            field=models.PositiveIntegerField(default=1, verbose_name="last refused in pull"),
        ),
        migrations.AddField(
            model_name="quarantinedrow",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="settled"),
        ),
        migrations.AddIndex(
            model_name="quarantinedrow",
            index=models.Index(
                condition=models.Q(("settled_at", None)),
                fields=["brand", "store"],
                name="quarantined_row_unsettled",
            ),
        ),
        migrations.RunSQL(KNOWN_BY_NOW, migrations.RunSQL.noop),
        migrations.RunSQL(NIGHT_SETTLES, NO_LONGER),
    ]
