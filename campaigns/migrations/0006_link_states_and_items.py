import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0005_doubts"),
        ("merchants", "0035_evidence_opened"),
    ]

    operations = [
        migrations.AlterField(
            model_name="link",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("in_review", "In review"),
                    ("approved", "Approved"),
                    ("submitted", "Submitted to Juguang"),
                    ("rejected", "Rejected"),
                    ("live", "Live"),
                    ("paused", "Paused"),
                    ("broken", "Broken"),
                    ("ended", "Ended"),
                ],
                default="draft",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="linkevent",
            name="source",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("in_review", "In review"),
                    ("approved", "Approved"),
                    ("submitted", "Submitted to Juguang"),
                    ("rejected", "Rejected"),
                    ("live", "Live"),
                    ("paused", "Paused"),
                    ("broken", "Broken"),
                    ("ended", "Ended"),
                ],
                max_length=10,
                verbose_name="from",
            ),
        ),
        migrations.AlterField(
            model_name="linkevent",
            name="target",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("in_review", "In review"),
                    ("approved", "Approved"),
                    ("submitted", "Submitted to Juguang"),
                    ("rejected", "Rejected"),
                    ("live", "Live"),
                    ("paused", "Paused"),
                    ("broken", "Broken"),
                    ("ended", "Ended"),
                ],
                max_length=10,
                verbose_name="to",
            ),
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "num_iid",
                    models.CharField(
                        max_length=15,
                        validators=[
                            django.core.validators.RegexValidator("\\A[1-9][0-9]{5,14}\\Z")
                        ],
                        verbose_name="item id",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("price_fen", models.BigIntegerField(verbose_name="price")),
                (
                    "picture_url",
                    models.URLField(blank=True, max_length=500, verbose_name="picture"),
                ),
                (
                    "cid",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="category id at Tmall"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("onsale", "On sale"),
                            ("instock", "Off the shelf"),
                            ("deleted", "Deleted"),
                        ],
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "first_seen_at",
                    models.DateTimeField(
                        default=portal.lib.days.known_now, verbose_name="first seen"
                    ),
                ),
                (
                    "known_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="known"),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="merchants.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="merchants.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "item",
                "verbose_name_plural": "items",
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "store", "num_iid"), name="item_once"),
                    models.CheckConstraint(
                        condition=models.Q(("num_iid__regex", "^[1-9][0-9]{5,14}$")),
                        name="item_has_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_fen__gte", 0)), name="item_price_is_no_debt"
                    ),
                ],
            },
        ),
        tenant_table("campaigns_item", night="SELECT, INSERT, UPDATE"),
    ]
