import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from portal.lib.rls import tenant_table

# What is packed already is not packed again by the database.
PACKED = "ALTER TABLE campaigns_rawpage ALTER COLUMN packed SET STORAGE EXTERNAL"
NIGHT_NOTES_GONE = "GRANT UPDATE (gone, gone_at) ON campaigns_pulledpage TO redcat_night"
NO_LONGER = "REVOKE UPDATE (gone, gone_at) ON campaigns_pulledpage FROM redcat_night"


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0029_note_day_steps"),
        ("merchants", "0041_alert_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="pulledpage",
            name="gone",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32), blank=True, null=True, size=None
            ),
        ),
        migrations.AddField(
            model_name="pulledpage",
            name="gone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="RawPage",
            fields=[
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="raw",
                        serialize=False,
                        to="campaigns.pulledpage",
                    ),
                ),
                ("day", models.DateField(verbose_name="business day")),
                ("packed", models.BinaryField()),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "raw page",
                "verbose_name_plural": "raw pages",
                "indexes": [models.Index(fields=["day"], name="raw_page_by_day")],
            },
        ),
        migrations.RunSQL(PACKED, migrations.RunSQL.noop),
        tenant_table("campaigns_rawpage", night="SELECT, INSERT, DELETE"),
        migrations.RunSQL(NIGHT_NOTES_GONE, NO_LONGER),
    ]
