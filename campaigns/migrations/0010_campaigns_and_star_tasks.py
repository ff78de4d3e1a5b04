import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import STORES, USER, tenant_table

WRITE = "SELECT, INSERT, UPDATE"
KEEP = "SELECT, INSERT, DELETE"
# A campaign has several stores: whoever is narrowed sees it by one of theirs, or as its maker.
SHARED = f"""
CREATE POLICY narrowed ON campaigns_campaign AS RESTRICTIVE FOR SELECT TO redcat_web USING (
    (SELECT {STORES}) IS NULL
    OR created_by_id = (SELECT {USER})
    OR EXISTS (SELECT FROM campaigns_campaignstore theirs
                WHERE theirs.campaign_id = campaigns_campaign.id))
"""  # noqa: S608  # no input in it
PART = """
CREATE POLICY narrowed ON {table} AS RESTRICTIVE TO redcat_web
USING ((SELECT {stores}) IS NULL
       OR EXISTS (SELECT FROM campaigns_campaign whole WHERE whole.id = {table}.campaign_id))
"""


def part_of_campaign(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(PART.format(table=table, stores=STORES), migrations.RunSQL.noop)


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0009_item_sync_and_health"),
        ("merchants", "0035_evidence_opened"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="campaign name")),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                (
                    "goal",
                    models.CharField(
                        choices=[
                            ("seeding", "Seeding: be seen and saved"),
                            ("visits", "Store visits"),
                            ("orders", "Orders"),
                            ("new_customers", "New customers"),
                        ],
                        max_length=15,
                        verbose_name="goal",
                    ),
                ),
                (
                    "budget_fen",
                    models.BigIntegerField(blank=True, null=True, verbose_name="budget"),
                ),
                ("decision_days", models.PositiveSmallIntegerField(verbose_name="decision cycle")),
                (
                    "expected_notes",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="expected notes"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="created"),
                ),
            ],
            options={
                "verbose_name": "campaign",
                "verbose_name_plural": "campaigns",
            },
        ),
        migrations.CreateModel(
            name="CampaignNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "joined_by",
                    models.CharField(
                        choices=[("hand", "By hand"), ("sheet", "By sheet"), ("rule", "By rule")],
                        max_length=5,
                        verbose_name="joined",
                    ),
                ),
                (
                    "joined_at",
                    models.DateTimeField(
                        default=portal.lib.days.known_now, verbose_name="joined at"
                    ),
                ),
                (
                    "removed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken out"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CampaignPhase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("test", "Test phase"),
                            ("build_up", "Build-up phase"),
                            ("warm_up", "Warm-up phase"),
                            ("burst", "Burst phase"),
                            ("long_tail", "Continuation phase"),
                        ],
                        max_length=10,
                        verbose_name="phase",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
            ],
        ),
        migrations.CreateModel(
            name="CampaignRule",
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
                            ("creator", "Creator is"),
                            ("tag", "Tag is"),
                            ("ad_campaign", "Juguang ad campaign id is"),
                        ],
                        max_length=12,
                        verbose_name="rule",
                    ),
                ),
                ("value", models.CharField(max_length=80, verbose_name="value")),
                (
                    "created_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="created"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CampaignStore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NoteTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=30, verbose_name="tag")),
            ],
            options={
                "verbose_name": "tag",
                "verbose_name_plural": "tags",
            },
        ),
        migrations.CreateModel(
            name="StarTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "task_id",
                    models.CharField(
                        max_length=32,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[0-9A-Za-z_-]{4,32}\\Z",
                                "Copy the id from the Taobao side: letters, digits, - and _.",
                            )
                        ],
                        verbose_name="star task id",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="star task name")),
                ("group", models.CharField(blank=True, max_length=40, verbose_name="task group")),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                (
                    "budget_fen",
                    models.BigIntegerField(blank=True, null=True, verbose_name="budget"),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="created"),
                ),
            ],
            options={
                "verbose_name": "star task",
                "verbose_name_plural": "star tasks",
            },
        ),
        migrations.CreateModel(
            name="StarTaskNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "order_id",
                    models.CharField(blank=True, max_length=32, verbose_name="Pugongying order"),
                ),
                (
                    "order_kind",
                    models.CharField(
                        blank=True,
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
                    "authorisation",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Authorisation pending"),
                            (1, "Authorised by the creator"),
                            (2, "Authorised automatically"),
                            (3, "Authorisation rejected"),
                            (4, "Authorisation cancelled"),
                        ],
                        default=0,
                        verbose_name="authorisation",
                    ),
                ),
                (
                    "bound_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="bound"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="note",
            name="found_by",
            field=models.CharField(
                choices=[
                    ("juguang", "Listed by Juguang"),
                    ("pasted", "Pasted, not confirmed"),
                    ("sheet", "From a sheet, not confirmed"),
                ],
                default="juguang",
                max_length=10,
                verbose_name="known from",
            ),
        ),
        migrations.AlterField(
            model_name="note",
            name="connection",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="merchants.connection",
                verbose_name="connection",
            ),
        ),
        migrations.AlterField(
            model_name="note",
            name="creator",
            field=models.CharField(blank=True, max_length=80, verbose_name="creator"),
        ),
        migrations.AlterField(
            model_name="note",
            name="kind",
            field=models.PositiveSmallIntegerField(
                blank=True, choices=[(1, "Images"), (2, "Video")], null=True, verbose_name="type"
            ),
        ),
        migrations.AlterField(
            model_name="note",
            name="published_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="published"),
        ),
        migrations.AlterField(
            model_name="note",
            name="source",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (1, "Own"),
                    (2, "Cooperation"),
                    (4, "Brand host"),
                    (6, "Employee (KOS)"),
                    (11, "Authorised"),
                    (12, "Material"),
                    (13, "Cooperation code"),
                ],
                null=True,
                verbose_name="source",
            ),
        ),
        migrations.AlterField(
            model_name="note",
            name="title",
            field=models.CharField(blank=True, max_length=200, verbose_name="title"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(
                condition=models.Q(("connection", None)),
                fields=("brand", "store", "note_id"),
                name="note_unconfirmed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("connection", None),
                    models.Q(
                        ("kind__isnull", False),
                        ("published_at__isnull", False),
                        ("source__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="note_of_a_connection_is_known",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaigns",
                to="merchants.brand",
                verbose_name="brand",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="campaignnote",
            name="added_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="campaignnote",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.brand"
            ),
        ),
        migrations.AddField(
            model_name="campaignnote",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="note_rows",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaignnote",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaign_rows",
                to="campaigns.note",
            ),
        ),
        migrations.AddField(
            model_name="campaignnote",
            name="removed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="campaignnote",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.store"
            ),
        ),
        migrations.AddField(
            model_name="campaignphase",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.brand"
            ),
        ),
        migrations.AddField(
            model_name="campaignphase",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="phases",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaignrule",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.brand"
            ),
        ),
        migrations.AddField(
            model_name="campaignrule",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rules",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaignrule",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="campaignnote",
            name="rule",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="note_rows",
                to="campaigns.campaignrule",
            ),
        ),
        migrations.AddField(
            model_name="campaignstore",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.brand"
            ),
        ),
        migrations.AddField(
            model_name="campaignstore",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="store_rows",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaignstore",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.store"
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="stores",
            field=models.ManyToManyField(
                related_name="campaigns", through="campaigns.CampaignStore", to="merchants.store"
            ),
        ),
        migrations.AddField(
            model_name="notetag",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.brand"
            ),
        ),
        migrations.AddField(
            model_name="notetag",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tags",
                to="campaigns.note",
            ),
        ),
        migrations.AddField(
            model_name="notetag",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.store"
            ),
        ),
        migrations.AddField(
            model_name="startask",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="star_tasks",
                to="merchants.brand",
                verbose_name="brand",
            ),
        ),
        migrations.AddField(
            model_name="startask",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="startask",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="star_tasks",
                to="merchants.store",
                verbose_name="store",
            ),
        ),
        migrations.AddField(
            model_name="startasknote",
            name="bound_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="startasknote",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.brand"
            ),
        ),
        migrations.AddField(
            model_name="startasknote",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="star_rows",
                to="campaigns.note",
            ),
        ),
        migrations.AddField(
            model_name="startasknote",
            name="star_task",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="note_rows",
                to="campaigns.startask",
            ),
        ),
        migrations.AddField(
            model_name="startasknote",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.store"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignphase",
            constraint=models.UniqueConstraint(
                fields=("brand", "campaign", "phase"), name="phase_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignphase",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="phase_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignrule",
            constraint=models.UniqueConstraint(
                fields=("brand", "campaign", "kind", "value"), name="campaign_rule_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignnote",
            constraint=models.UniqueConstraint(
                fields=("brand", "campaign", "note"), name="campaign_note_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignstore",
            constraint=models.UniqueConstraint(
                fields=("brand", "campaign", "store"), name="campaign_store_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(fields=("brand", "name"), name="campaign_name_once"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="campaign_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget_fen", None), ("budget_fen__gte", 0), _connector="OR"),
                name="campaign_budget",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision_days__gte", 1), ("decision_days__lte", 365)),
                name="campaign_decision_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="notetag",
            constraint=models.UniqueConstraint(
                fields=("brand", "note", "word"), name="note_tag_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="startask",
            constraint=models.UniqueConstraint(fields=("brand", "task_id"), name="star_task_once"),
        ),
        migrations.AddConstraint(
            model_name="startask",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="star_task_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="startask",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget_fen", None), ("budget_fen__gte", 0), _connector="OR"),
                name="star_task_budget",
            ),
        ),
        migrations.AddConstraint(
            model_name="startasknote",
            constraint=models.UniqueConstraint(
                fields=("brand", "note"), name="star_task_of_a_note"
            ),
        ),
        migrations.AddConstraint(
            model_name="startasknote",
            constraint=models.CheckConstraint(
                condition=models.Q(("authorisation__lte", 4)), name="star_task_authorisation"
            ),
        ),
        migrations.AddConstraint(
            model_name="startasknote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("order_id", ""), ("order_kind", "")),
                    models.Q(
                        models.Q(("order_id", ""), _negated=True),
                        models.Q(("order_kind", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="star_task_order_has_its_kind",
            ),
        ),
        tenant_table("campaigns_notetag", web=KEEP),
        tenant_table("campaigns_campaign", store=None, web=WRITE),
        tenant_table("campaigns_campaignstore", web=KEEP),
        tenant_table("campaigns_campaignphase", store=None, web=KEEP),
        tenant_table("campaigns_campaignrule", store=None, web=KEEP),
        tenant_table("campaigns_campaignnote", web=f"{WRITE}, DELETE", night="SELECT, INSERT"),
        tenant_table("campaigns_startask", web=WRITE),
        tenant_table("campaigns_startasknote", web=f"{WRITE}, DELETE"),
        migrations.RunSQL(SHARED, migrations.RunSQL.noop),
        part_of_campaign("campaigns_campaignphase"),
        part_of_campaign("campaigns_campaignrule"),
    ]
