import django.db.models.deletion
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0012_pugongying_orders"),
        ("merchants", "0037_link_health_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="AdCreative",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("creativity_id", models.CharField(max_length=32, verbose_name="creative")),
                ("ad_unit_id", models.CharField(blank=True, max_length=32, verbose_name="ad unit")),
                ("ad_campaign_id", models.CharField(max_length=32, verbose_name="ad campaign")),
                (
                    "ad_campaign_name",
                    models.CharField(blank=True, max_length=80, verbose_name="ad campaign's name"),
                ),
                ("note_id", models.CharField(max_length=24, verbose_name="note id")),
                (
                    "delivery",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Ad running"), (2, "Ad paused"), (3, "Ad ended")],
                        verbose_name="ad status",
                    ),
                ),
                (
                    "review",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Ad under review"), (2, "Ad approved"), (3, "Ad rejected")],
                        verbose_name="ad review",
                    ),
                ),
                (
                    "review_comment",
                    models.CharField(blank=True, max_length=300, verbose_name="Juguang's comment"),
                ),
                (
                    "known_at",
                    models.DateTimeField(
                        default=portal.lib.days.known_now, verbose_name="known since"
                    ),
                ),
                (
                    "gone_since",
                    models.DateTimeField(blank=True, null=True, verbose_name="not listed since"),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ad_creatives",
                        to="merchants.brand",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.connection",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "ad creative",
                "verbose_name_plural": "ad creatives",
                "indexes": [models.Index(fields=["brand", "note_id"], name="ad_creative_of_note")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "connection", "creativity_id"), name="ad_creative_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note_id__regex", "^[0-9a-f]{24}$")),
                        name="ad_creative_note",
                    ),
                ],
            },
        ),
        tenant_table("campaigns_adcreative", night="SELECT, INSERT, UPDATE"),
    ]
