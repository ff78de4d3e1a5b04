import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
from portal.lib.ledger_tables import CreateFactTable
from portal.lib.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0034_purged_share_links"),
        ("merchants", "0041_alert_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateFactTable(
            name="NotePlacementDay",
            fields=[
                ("day", models.DateField(verbose_name="business day")),
                ("known_from", models.DateTimeField(verbose_name="known from")),
                ("known_to", models.DateTimeField(null=True, verbose_name="known to")),
                ("page_id", models.BigIntegerField(verbose_name="pulled page")),
                (
                    "source",
                    models.CharField(
                        choices=[("api", "Partner's API"), ("file", "Imported file")],
                        db_default="api",
                        default="api",
                        max_length=4,
                        verbose_name="source",
                    ),
                ),
                ("fee_fen", models.BigIntegerField(null=True)),
                ("impression", models.BigIntegerField(null=True)),
                ("click", models.BigIntegerField(null=True)),
                ("like", models.BigIntegerField(null=True)),
                ("comment", models.BigIntegerField(null=True)),
                ("collect", models.BigIntegerField(null=True)),
                ("share", models.BigIntegerField(null=True)),
                ("follow", models.BigIntegerField(null=True)),
                ("interaction", models.BigIntegerField(null=True)),
                ("jump_click", models.BigIntegerField(null=True)),
                ("order_7", models.BigIntegerField(null=True)),
                ("order_15", models.BigIntegerField(null=True)),
                ("order_30", models.BigIntegerField(null=True)),
                ("gmv_7_fen", models.BigIntegerField(null=True)),
                ("gmv_15_fen", models.BigIntegerField(null=True)),
                ("gmv_30_fen", models.BigIntegerField(null=True)),
                ("screenshot", models.BigIntegerField(null=True)),
                ("pic_save", models.BigIntegerField(null=True)),
                ("action_button_click", models.BigIntegerField(null=True)),
                ("search_cmt_click", models.BigIntegerField(null=True)),
                ("search_cmt_after_read", models.BigIntegerField(null=True)),
                ("i_user", models.BigIntegerField(null=True)),
                ("ti_user", models.BigIntegerField(null=True)),
                ("outside_shop_visit", models.BigIntegerField(null=True)),
                ("in_site_goods_visit", models.BigIntegerField(null=True)),
                ("in_site_seller_visit", models.BigIntegerField(null=True)),
                ("in_site_add_to_cart", models.BigIntegerField(null=True)),
                ("in_site_order", models.BigIntegerField(null=True)),
                ("in_site_gmv_fen", models.BigIntegerField(null=True)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "brand_id",
                        "connection_id",
                        "note_id",
                        "placement",
                        "day",
                        "known_from",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("note_id", models.CharField(max_length=24, verbose_name="note id")),
                ("placement", models.PositiveSmallIntegerField(verbose_name="placement")),
                ("row_name", models.CharField(max_length=24)),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.connection",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "note placement day",
                "verbose_name_plural": "note placement days",
            },
        ),
        tenant_table("campaigns_noteplacementday", night="SELECT, INSERT, UPDATE"),
        migrations.CreateModel(
            name="ReportWish",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("report", models.CharField(max_length=30, verbose_name="report")),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=portal.lib.days.known_now,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "report asked for",
                "verbose_name_plural": "reports asked for",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "store", "report"), name="report_wish_once"
                    )
                ],
            },
        ),
        tenant_table("campaigns_reportwish", web="SELECT, INSERT, DELETE", admin="SELECT, DELETE"),
    ]
