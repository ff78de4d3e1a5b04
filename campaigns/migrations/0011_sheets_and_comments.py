import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0010_campaigns_and_star_tasks"),
        ("merchants", "0035_evidence_opened"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                ("language", models.CharField(max_length=10)),
                ("cells", models.JSONField(default=list)),
                ("row_count", models.PositiveIntegerField()),
                ("uploaded_at", models.DateTimeField(default=portal.lib.days.known_now)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("attached_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="link_sheets",
                        to="merchants.brand",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="link_sheets",
                        to="merchants.store",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "link sheet",
                "verbose_name_plural": "link sheets",
            },
        ),
        migrations.CreateModel(
            name="SheetRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("note_typed", models.CharField(blank=True, max_length=200)),
                ("target_typed", models.CharField(blank=True, max_length=200)),
                ("text_typed", models.CharField(blank=True, max_length=200)),
                ("is_marked_as_ad", models.BooleanField(default=False)),
                ("item_id", models.CharField(blank=True, max_length=15)),
                ("item_title", models.CharField(blank=True, max_length=120)),
                ("shop", models.CharField(blank=True, max_length=63)),
                (
                    "text",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("learn_more", "Learn more"),
                            ("buy_the_same", "Buy the same"),
                            ("get_subsidy", "Get the subsidy"),
                            ("order_now", "Order at a discount"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "position",
                    models.CharField(
                        choices=[
                            ("capsule", "Capsule below the note"),
                            ("pinned", "Pinned comment"),
                            ("both", "Capsule and pinned comment"),
                        ],
                        default="capsule",
                        max_length=8,
                    ),
                ),
                (
                    "buying_mode",
                    models.CharField(
                        choices=[
                            ("cid", "CID: the brand buys the ads"),
                            ("ud", "UD: Alibaba buys them for the brand"),
                        ],
                        default="cid",
                        max_length=3,
                    ),
                ),
                ("shares_health", models.BooleanField(default=False)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("ready", "Can be attached"),
                            ("refused", "Refused"),
                            ("same", "Has this link already"),
                            ("attached", "Link attached"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.link",
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.note",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="campaigns.linksheet",
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
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("comment_id", models.CharField(max_length=64)),
                ("words", models.CharField(max_length=300)),
                ("written_at", models.DateTimeField()),
                ("writer_hash", models.CharField(blank=True, max_length=64)),
                ("asks_for_link", models.BooleanField()),
                ("first_seen_at", models.DateTimeField(default=portal.lib.days.known_now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="merchants.brand",
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="campaigns.note",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="merchants.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
                "indexes": [
                    models.Index(
                        condition=models.Q(("asks_for_link", True)),
                        fields=["brand", "store", "note"],
                        name="comment_request_by_note",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "store", "comment_id"), name="comment_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CommentLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("comment_id", models.CharField(max_length=64)),
                ("item_title", models.CharField(max_length=120)),
                ("posted_at", models.DateTimeField()),
                ("clicks", models.PositiveIntegerField(null=True)),
                ("orders", models.PositiveIntegerField(null=True)),
                ("known_at", models.DateTimeField(default=portal.lib.days.known_now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comment_links",
                        to="merchants.brand",
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comment_links",
                        to="campaigns.note",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comment_links",
                        to="merchants.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "comment link",
                "verbose_name_plural": "comment links",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "store", "comment_id"), name="comment_link_once"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="linksheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("asked_at", None), ("checked_at__isnull", False), _connector="OR"
                ),
                name="link_sheet_checked_before_attached",
            ),
        ),
        migrations.AddConstraint(
            model_name="linksheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("attached_at", None), ("asked_at__isnull", False), _connector="OR"
                ),
                name="link_sheet_attached_because_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="sheetrow",
            constraint=models.UniqueConstraint(
                fields=("brand", "sheet", "number"), name="sheet_row_once_by_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="sheetrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict__in", ["ready", "attached"]), _negated=True),
                    ("note__isnull", False),
                    _connector="OR",
                ),
                name="sheet_row_that_is_good_names_a_note",
            ),
        ),
        migrations.AddConstraint(
            model_name="sheetrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict", "attached"), ("link", None), _connector="XOR"),
                name="sheet_row_attached_has_its_link",
            ),
        ),
        tenant_table(
            "campaigns_linksheet",
            web="SELECT, INSERT, UPDATE",
            night="SELECT, DELETE, UPDATE (attempts)",
        ),
        tenant_table("campaigns_sheetrow", web="SELECT, INSERT, UPDATE", night="SELECT, DELETE"),
        tenant_table("campaigns_comment", web="SELECT, INSERT, UPDATE"),
        tenant_table("campaigns_commentlink", web="SELECT, INSERT, UPDATE"),
    ]
