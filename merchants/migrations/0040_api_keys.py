import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import portal.lib.history
from portal.lib.history import history_tables
from portal.lib.rls import tenant_table

# Whoever sends a key has named no brand yet; who knows the secret may learn the ids, and no more.
FIND = """
CREATE FUNCTION api_key_by_secret(of_prefix text, hash text)
RETURNS TABLE (id bigint, brand bigint, person bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.brand_id, m.user_id
    FROM merchants_apikey k
    JOIN merchants_membership m ON m.id = k.membership_id
    WHERE k.prefix = of_prefix AND k.secret_hash = hash
$$;
REVOKE ALL ON FUNCTION api_key_by_secret(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_key_by_secret(text, text) TO redcat_web;
"""
NO_FIND = "DROP FUNCTION api_key_by_secret(text, text)"


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0039_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("prefix", models.CharField(max_length=8, verbose_name="begins with")),
                ("secret_hash", models.CharField(max_length=64)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                (
                                    "read",
                                    "Stores, applications, campaigns, notes, links and the state of the data",
                                ),
                                ("metrics", "Figures and exports"),
                                ("links", "Attach, pause and resume links"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                        verbose_name="scopes",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                (
                    "last_used_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last used"),
                ),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                ("window_number", models.BigIntegerField(default=0)),
                ("window_calls", models.PositiveIntegerField(default=0)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_keys",
                        to="merchants.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_keys",
                        to="merchants.membership",
                        verbose_name="membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
            },
        ),
        migrations.CreateModel(
            name="ApiCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("asked_sha256", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("body", models.JSONField(blank=True, null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calls",
                        to="merchants.apikey",
                    ),
                ),
            ],
            options={
                "verbose_name": "API call",
                "verbose_name_plural": "API calls",
            },
        ),
        migrations.CreateModel(
            name="ApiKeyHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_hat",
                    models.TextField(
                        db_default=models.Func(
                            models.Value("role"),
                            function="current_setting",
                            output_field=models.TextField(),
                        )
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("prefix", models.CharField(max_length=8, verbose_name="begins with")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                (
                                    "read",
                                    "Stores, applications, campaigns, notes, links and the state of the data",
                                ),
                                ("metrics", "Figures and exports"),
                                ("links", "Attach, pause and resume links"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                        verbose_name="scopes",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="merchants.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="merchants.membership",
                        verbose_name="membership",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=models.Index(fields=["prefix"], name="api_key_by_prefix"),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.UniqueConstraint(
                fields=("brand", "prefix"), name="api_key_prefix_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("scopes", []), _negated=True), name="api_key_may_do_something"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apikey",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=portal.lib.history.OwnersTriggerSql(
                    func='INSERT INTO "merchants_apikeyhistory" ("brand_id", "created_at", "expires_at", "id", "membership_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "prefix", "revoked_at", "scopes") VALUES (NEW."brand_id", NEW."created_at", NEW."expires_at", NEW."id", NEW."membership_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."prefix", NEW."revoked_at", NEW."scopes"); RETURN NULL;',
                    hash="5b7a908fe42c59adfb6c0610519ab29512201030",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ba76f",
                    table="merchants_apikey",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apikey",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=portal.lib.history.OwnersTriggerSql(
                    condition='WHEN (OLD."brand_id" IS DISTINCT FROM (NEW."brand_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."membership_id" IS DISTINCT FROM (NEW."membership_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."scopes" IS DISTINCT FROM (NEW."scopes"))',
                    func='INSERT INTO "merchants_apikeyhistory" ("brand_id", "created_at", "expires_at", "id", "membership_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "prefix", "revoked_at", "scopes") VALUES (NEW."brand_id", NEW."created_at", NEW."expires_at", NEW."id", NEW."membership_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."prefix", NEW."revoked_at", NEW."scopes"); RETURN NULL;',
                    hash="0535663f38aaedfc1fceff394f6c691d83fce53e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f19bc",
                    table="merchants_apikey",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apikey",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=portal.lib.history.OwnersTriggerSql(
                    func='INSERT INTO "merchants_apikeyhistory" ("brand_id", "created_at", "expires_at", "id", "membership_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "prefix", "revoked_at", "scopes") VALUES (OLD."brand_id", OLD."created_at", OLD."expires_at", OLD."id", OLD."membership_id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."prefix", OLD."revoked_at", OLD."scopes"); RETURN NULL;',
                    hash="7b0b2279b409c3b995e3ed7bee849b1477f7521d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_35d83",
                    table="merchants_apikey",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="apicall",
            index=models.Index(fields=["at"], name="api_call_age"),
        ),
        migrations.AddConstraint(
            model_name="apicall",
            constraint=models.UniqueConstraint(
                fields=("brand", "key", "name"), name="api_call_once"
            ),
        ),
        migrations.AddIndex(
            model_name="apikeyhistory",
            index=models.Index(fields=["id", "pgh_id"], name="apikey_hist_row"),
        ),
        migrations.AddIndex(
            model_name="apikeyhistory",
            index=models.Index(fields=["brand", "-pgh_created_at"], name="apikey_hist_brand"),
        ),
        tenant_table(
            "merchants_apikey",
            store=None,
            web="SELECT, INSERT, DELETE,"
            " UPDATE (revoked_at, last_used_at, window_number, window_calls)",
            night="",
        ),
        tenant_table(
            "merchants_apicall",
            store=None,
            web="SELECT, INSERT, UPDATE, DELETE",
            night="SELECT, DELETE",
            admin="",
        ),
        migrations.RunSQL(FIND, NO_FIND),
        history_tables(),
    ]
