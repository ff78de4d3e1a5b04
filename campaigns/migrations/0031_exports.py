import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import STORES, USER, tenant_table

# Whoever asked, and nobody else; narrowed by now they get nothing that was wider.
OWN = f"""
CREATE POLICY own ON campaigns_export AS RESTRICTIVE FOR SELECT TO redcat_web USING (
    ((SELECT {USER}) IS NULL OR asked_by_id = (SELECT {USER}))
    AND ((SELECT {STORES}) IS NULL
         OR reach <> '{{}}' AND reach <@ (SELECT {STORES})::bigint[]));
"""
OF_OWN = """
CREATE POLICY own ON campaigns_exportpart AS RESTRICTIVE FOR SELECT TO redcat_web USING (
    export_id IN (SELECT id FROM campaigns_export));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0030_raw_pages"),
        ("merchants", "0041_alert_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
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
                            ("results", "Results of the direct links"),
                            ("star", "Results of the star tasks"),
                            ("orders", "Orders of a bucket"),
                            ("in_site", "In-site shop beside Tmall"),
                        ],
                        max_length=8,
                        verbose_name="what",
                    ),
                ),
                ("asked", models.JSONField(default=dict)),
                ("ending", models.CharField(max_length=4)),
                ("name", models.CharField(max_length=200, verbose_name="file name")),
                ("language", models.CharField(max_length=10)),
                (
                    "reach",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "known_at",
                    models.DateTimeField(
                        default=portal.lib.days.known_now, verbose_name="as known on"
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=portal.lib.days.known_now, verbose_name="asked for"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("owed", "Being made"),
                            ("ready", "Ready"),
                            ("failed", "Not made"),
                        ],
                        default="owed",
                        max_length=6,
                        verbose_name="status",
                    ),
                ),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("narrowed", "You may no longer see all that it would hold."),
                            ("gone", "Part of what it asks for is gone."),
                            ("lost", "It was tried three times and came to no end."),
                        ],
                        max_length=8,
                        verbose_name="why it was not made",
                    ),
                ),
                ("rows", models.PositiveIntegerField(verbose_name="rows")),
                ("done_rows", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("size", models.PositiveBigIntegerField(default=0, verbose_name="bytes")),
                ("part_count", models.PositiveIntegerField(default=0)),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "verbose_name_plural": "exports",
            },
        ),
        migrations.CreateModel(
            name="ExportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("packed", models.BinaryField()),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="campaigns.export",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of an export",
                "verbose_name_plural": "parts of exports",
            },
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["brand", "asked_by", "-id"], name="export_of_person"),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(
                condition=models.Q(("status", "owed")), fields=["brand"], name="export_owed"
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "ready"), _negated=True),
                    ("part_count__gt", 0),
                    _connector="OR",
                ),
                name="export_ready_has_its_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportpart",
            constraint=models.UniqueConstraint(
                fields=("brand", "export", "number"), name="export_part_once_by_number"
            ),
        ),
        tenant_table(
            "campaigns_export",
            store=None,
            web="SELECT, INSERT",
            night="SELECT, UPDATE, DELETE",
            admin="SELECT, DELETE",
        ),
        tenant_table(
            "campaigns_exportpart",
            store=None,
            night="SELECT, INSERT, DELETE",
            admin="SELECT, DELETE",
        ),
        migrations.RunSQL([OWN, OF_OWN], migrations.RunSQL.noop),
    ]
