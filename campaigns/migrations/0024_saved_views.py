import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import STORES, USER, tenant_table

# A person's own, and the shared ones: for whoever is narrowed those of their stores. What others
# keep to themselves is nobody's, an owner's of the brand neither.
FOUND = f"""
CREATE POLICY found ON campaigns_savedview AS RESTRICTIVE FOR SELECT TO redcat_web USING (
    made_by_id = (SELECT {USER})
    OR (is_shared AND ((SELECT {STORES}) IS NULL
                       OR store_id = ANY ((SELECT {STORES})::bigint[]))))
"""  # no input in it


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0023_whose_ids"),
        ("merchants", "0039_webhooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "line",
                    models.CharField(
                        choices=[("direct", "Direct link"), ("star", "Star task")],
                        max_length=6,
                        verbose_name="line",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("asked", models.JSONField(default=dict, verbose_name="question")),
                (
                    "is_shared",
                    models.BooleanField(default=False, verbose_name="shared with the brand"),
                ),
                (
                    "made_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="saved"),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to="merchants.brand",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saved by",
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
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "made_by", "line", "name"), name="saved_view_name_once"
                    )
                ],
            },
        ),
        tenant_table(
            "campaigns_savedview",
            store=None,
            web="SELECT, INSERT, UPDATE, DELETE",
            admin="SELECT, DELETE",
        ),
        migrations.RunSQL(FOUND, migrations.RunSQL.noop),
    ]
