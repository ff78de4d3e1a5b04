import django.db.models.deletion
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import tenant_table

# The night binds a note to the star task that its order names, and takes it out again.
NIGHT_BINDS = "GRANT INSERT, UPDATE, DELETE ON campaigns_startasknote TO redcat_night"
NO_LONGER = "REVOKE INSERT, UPDATE, DELETE ON campaigns_startasknote FROM redcat_night"


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0011_sheets_and_comments"),
        ("merchants", "0037_link_health_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="startasknote",
            name="by_order",
            field=models.BooleanField(default=False, verbose_name="bound by its order"),
        ),
        migrations.AlterField(
            model_name="note",
            name="found_by",
            field=models.CharField(
                choices=[
                    ("juguang", "Listed by Juguang"),
                    ("pasted", "Pasted, not confirmed"),
                    ("sheet", "From a sheet, not confirmed"),
                    ("order", "From a Pugongying order, not listed by Juguang"),
                ],
                default="juguang",
                max_length=10,
                verbose_name="known from",
            ),
        ),
        migrations.CreateModel(
            name="CreatorOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order_id", models.CharField(max_length=32, verbose_name="Pugongying order")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("custom", "Customised (定制)"),
                            ("recruit", "Recruited (招募)"),
                            ("other", "Another kind of order"),
                        ],
                        max_length=8,
                        verbose_name="kind of order",
                    ),
                ),
                (
                    "kind_word",
                    models.CharField(max_length=20, verbose_name="kind in Pugongying's words"),
                ),
                ("creator", models.CharField(blank=True, max_length=80, verbose_name="creator")),
                (
                    "fee_fen",
                    models.BigIntegerField(blank=True, null=True, verbose_name="creator's fee"),
                ),
                (
                    "task_id",
                    models.CharField(blank=True, max_length=32, verbose_name="star task id"),
                ),
                ("ordered_at", models.DateTimeField(verbose_name="ordered")),
                (
                    "known_at",
                    models.DateTimeField(
                        default=portal.lib.days.known_now, verbose_name="known since"
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="creator_orders",
                        to="merchants.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.connection",
                        verbose_name="connection",
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="creator_orders",
                        to="campaigns.note",
                        verbose_name="note",
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
            ],
            options={
                "verbose_name": "Pugongying order",
                "verbose_name_plural": "Pugongying orders",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "connection", "order_id", "note"),
                        name="creator_order_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fee_fen", None), ("fee_fen__gte", 0), _connector="OR"),
                        name="creator_order_fee",
                    ),
                ],
            },
        ),
        tenant_table("campaigns_creatororder", night="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(NIGHT_BINDS, NO_LONGER),
    ]
