import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0008_link_review"),
        ("merchants", "0035_evidence_opened"),
    ]

    operations = [
        migrations.CreateModel(
            name="Catalogue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "listed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="listed in full"),
                ),
                (
                    "changed_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="changes asked for until"
                    ),
                ),
                (
                    "unanswered_since",
                    models.DateTimeField(blank=True, null=True, verbose_name="unanswered since"),
                ),
                (
                    "problem",
                    models.CharField(blank=True, max_length=200, verbose_name="what went wrong"),
                ),
                ("retries", models.PositiveSmallIntegerField(default=0, verbose_name="retries")),
                (
                    "not_before",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="not before",
                    ),
                ),
            ],
            options={
                "verbose_name": "catalogue",
                "verbose_name_plural": "catalogues",
            },
        ),
        migrations.CreateModel(
            name="LinkCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "trouble",
                    models.CharField(
                        choices=[
                            ("deleted", "The item is deleted at Tmall"),
                            ("off_shelf", "The item is off the shelf"),
                            ("price_zero", "The item's price is 0"),
                            ("policy", "The policy no longer allows this link"),
                            ("store", "The store does not take part at present"),
                            ("note", "Readers can't see the note"),
                            ("unknown", "Not known yet"),
                            ("fine", "In order"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("item_id", models.CharField(blank=True, max_length=15, verbose_name="item id")),
                ("at", models.DateTimeField(default=portal.lib.days.known_now, verbose_name="at")),
            ],
            options={
                "verbose_name": "check of a link",
                "verbose_name_plural": "checks of links",
            },
        ),
        migrations.CreateModel(
            name="LinkHealth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "trouble",
                    models.CharField(
                        choices=[
                            ("deleted", "The item is deleted at Tmall"),
                            ("off_shelf", "The item is off the shelf"),
                            ("price_zero", "The item's price is 0"),
                            ("policy", "The policy no longer allows this link"),
                            ("store", "The store does not take part at present"),
                            ("note", "Readers can't see the note"),
                            ("unknown", "Not known yet"),
                            ("fine", "In order"),
                        ],
                        default="unknown",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("item_id", models.CharField(blank=True, max_length=15, verbose_name="item id")),
                (
                    "since",
                    models.DateTimeField(
                        default=portal.lib.days.known_now, verbose_name="since when"
                    ),
                ),
                (
                    "checked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last answered"),
                ),
                (
                    "unanswered_since",
                    models.DateTimeField(blank=True, null=True, verbose_name="unanswered since"),
                ),
                (
                    "home",
                    models.CharField(
                        blank=True,
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
                        verbose_name="comes back to",
                    ),
                ),
            ],
            options={
                "verbose_name": "health of a link",
                "verbose_name_plural": "health of links",
            },
        ),
        migrations.AddField(
            model_name="item",
            name="delist_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="comes off the shelf"),
        ),
        migrations.AddField(
            model_name="item",
            name="list_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="put on the shelf"),
        ),
        migrations.AddField(
            model_name="item",
            name="missing_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="not listed since"),
        ),
        migrations.AddField(
            model_name="item",
            name="modified_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="changed by the seller"),
        ),
        migrations.AddField(
            model_name="item",
            name="stock",
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name="stock"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("missing_since__isnull", False)),
                fields=["brand", "store", "missing_since"],
                name="item_missing",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["brand", "store", "cid", "price_fen"], name="item_by_kind"),
        ),
        migrations.AddField(
            model_name="catalogue",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="catalogues",
                to="merchants.brand",
                verbose_name="brand",
            ),
        ),
        migrations.AddField(
            model_name="catalogue",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="catalogues",
                to="merchants.store",
                verbose_name="store",
            ),
        ),
        migrations.AddField(
            model_name="linkcheck",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.brand"
            ),
        ),
        migrations.AddField(
            model_name="linkcheck",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="checks",
                to="campaigns.link",
            ),
        ),
        migrations.AddField(
            model_name="linkcheck",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.store"
            ),
        ),
        migrations.AddField(
            model_name="linkhealth",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.brand"
            ),
        ),
        migrations.AddField(
            model_name="linkhealth",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="healths",
                to="campaigns.link",
            ),
        ),
        migrations.AddField(
            model_name="linkhealth",
            name="move",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campaigns.linkevent",
            ),
        ),
        migrations.AddField(
            model_name="linkhealth",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.store"
            ),
        ),
        migrations.AddIndex(
            model_name="catalogue",
            index=models.Index(fields=["not_before"], name="catalogue_due"),
        ),
        migrations.AddConstraint(
            model_name="catalogue",
            constraint=models.UniqueConstraint(fields=("brand", "store"), name="catalogue_once"),
        ),
        migrations.AddIndex(
            model_name="linkcheck",
            index=models.Index(fields=["brand", "link", "-id"], name="link_check_of_link"),
        ),
        migrations.AddConstraint(
            model_name="linkhealth",
            constraint=models.UniqueConstraint(fields=("brand", "link"), name="link_health_once"),
        ),
        migrations.AddConstraint(
            model_name="linkhealth",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("home", ""), ("move", None)),
                    models.Q(("move__isnull", False), models.Q(("home", ""), _negated=True)),
                    _connector="OR",
                ),
                name="link_health_knows_the_way_home",
            ),
        ),
        tenant_table("campaigns_catalogue", night="SELECT, INSERT, UPDATE"),
        tenant_table(
            "campaigns_linkhealth",
            web="SELECT, INSERT, UPDATE",
            night="SELECT, INSERT, UPDATE",
        ),
        tenant_table("campaigns_linkcheck", web="SELECT, INSERT", night="SELECT, INSERT"),
    ]
