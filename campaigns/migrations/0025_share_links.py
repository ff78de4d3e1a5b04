import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import STORES, USER, tenant_table

# Whoever is narrowed to some stores sees their own: others' may tell of more.
OWN = f"""
CREATE POLICY narrowed ON campaigns_sharelink AS RESTRICTIVE FOR SELECT TO redcat_web USING (
    (SELECT {STORES}) IS NULL OR made_by_id = (SELECT {USER}))
"""

# Whoever holds the link learns under whom it answers, and nothing else; that scope has the rest.
BY_LINK = """
CREATE FUNCTION share_by_token(hash text) RETURNS TABLE (id bigint, brand bigint, maker bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.brand_id, s.made_by_id FROM campaigns_sharelink s WHERE s.token_hash = hash
$$;
REVOKE ALL ON FUNCTION share_by_token(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION share_by_token(text) TO redcat_web;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0024_saved_views"),
        ("merchants", "0039_webhooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ShareLink",
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
                ("token_hash", models.CharField(max_length=64)),
                ("password", models.CharField(blank=True, max_length=128)),
                (
                    "made_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="shared"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
                ("opened", models.PositiveIntegerField(default=0, verbose_name="times opened")),
                ("opened_at", models.DateTimeField(null=True, verbose_name="last opened")),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="share_links",
                        to="merchants.brand",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="shared by",
                    ),
                ),
            ],
            options={
                "verbose_name": "share link",
                "verbose_name_plural": "share links",
                "indexes": [models.Index(fields=["token_hash"], name="share_link_by_token")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "token_hash"), name="share_link_token_once"
                    )
                ],
            },
        ),
        tenant_table(
            "campaigns_sharelink",
            store=None,
            web="SELECT, INSERT, UPDATE",
            night="",
            admin="SELECT, DELETE",
        ),
        migrations.RunSQL(OWN, migrations.RunSQL.noop),
        migrations.RunSQL(BY_LINK, "DROP FUNCTION share_by_token(text)"),
    ]
