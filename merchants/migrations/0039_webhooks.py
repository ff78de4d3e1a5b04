import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
import portal.lib.history
from portal.lib.history import history_tables
from portal.lib.rls import BRAND, tenant_table

APPEND = "SELECT, INSERT"
# an endpoint is told of every store: who is narrowed to some stores sees none
NO_STORE = "NULL::bigint"

# Finds the endpoints that are told of a kind, and owes each of them each event. Whoever causes an
# event, a member of one store for example, may not see the endpoints; this sees them for them.
OWE = f"""
CREATE FUNCTION owe_webhooks(
    of_brand bigint, of_store bigint, of_kind text, events uuid[], bodies text[]
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    IF current_setting('role') = 'redcat_web' AND of_brand IS DISTINCT FROM {BRAND} THEN
        RAISE EXCEPTION 'Not of this brand.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF of_store IS NOT NULL AND NOT EXISTS (
        SELECT FROM merchants_store s WHERE s.id = of_store AND s.brand_id = of_brand
    ) THEN
        RAISE EXCEPTION 'No such store.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO merchants_webhookdelivery (brand_id, store_id, endpoint_id, host, event_id, kind,
            body, status, attempts, give_up_at, fence, answer, problem)
        SELECT e.brand_id, of_store, e.id, e.host, told.event, of_kind, told.body, 'owed', 0,
            now() + interval '3 days', 0, '', ''
        FROM merchants_webhookendpoint e
        CROSS JOIN unnest(events, bodies) WITH ORDINALITY AS told (event, body, place)
        WHERE e.brand_id = of_brand AND e.status IN ('active', 'paused')
            AND of_kind = ANY (e.kinds)
        ORDER BY told.place, e.id;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION owe_webhooks(bigint, bigint, text, uuid[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owe_webhooks(bigint, bigint, text, uuid[], text[])
    TO redcat_web, redcat_night, redcat_admin;
"""  # noqa: S608 - our own words alone
NO_OWE = "DROP FUNCTION owe_webhooks(bigint, bigint, text, uuid[], text[])"


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0038_partner_budgets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("store_registered", "A store is registered"),
                    ("handed_in", "An application is handed in"),
                    ("approved", "An application is approved"),
                    ("rejected", "An application is rejected"),
                    ("needs_consent", "A connection needs consent again"),
                    ("at_risk", "A joined store no longer meets the policy"),
                    ("restricted", "A joined store is restricted"),
                    ("suspended", "A joined store is suspended by the policy"),
                    ("cured", "A joined store is in good standing again"),
                    ("held", "The platform suspends a store"),
                    ("released", "The platform lifts a suspension"),
                    ("consent_expiring", "A consent expires soon"),
                    ("consent_withdrawn", "A consent is withdrawn"),
                    ("member_joined", "Someone accepts an invitation"),
                    ("agency_offered", "A brand offers yours access as its agency"),
                    ("agency_revoked", "A brand ends your access as its agency"),
                    ("agency_accepted", "An agency accepts access"),
                    ("agency_returned", "An agency gives its access back"),
                    ("transfer_asked", "Another brand asks for a store"),
                    ("store_kept", "A request for a store is over"),
                    ("store_moved", "A store is released to another brand"),
                    ("transfer_approved", "A transfer you asked for is approved"),
                    ("transfer_rejected", "A transfer you asked for is rejected"),
                    ("transfer_expired", "A transfer you asked for has expired"),
                    ("link_broken", "Links no longer lead to an item that can be bought"),
                    ("link_paused", "Links are paused because the policy changed"),
                    ("link_restored", "Links lead on again"),
                    ("link_rejected", "A link is rejected"),
                    ("link_live", "Links go live"),
                    ("night_late", "Data is late in the morning"),
                    ("webhook_off", "A webhook is switched off"),
                ],
                max_length=30,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="noticepreference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("store_registered", "A store is registered"),
                    ("handed_in", "An application is handed in"),
                    ("approved", "An application is approved"),
                    ("rejected", "An application is rejected"),
                    ("needs_consent", "A connection needs consent again"),
                    ("at_risk", "A joined store no longer meets the policy"),
                    ("restricted", "A joined store is restricted"),
                    ("suspended", "A joined store is suspended by the policy"),
                    ("cured", "A joined store is in good standing again"),
                    ("held", "The platform suspends a store"),
                    ("released", "The platform lifts a suspension"),
                    ("consent_expiring", "A consent expires soon"),
                    ("consent_withdrawn", "A consent is withdrawn"),
                    ("member_joined", "Someone accepts an invitation"),
                    ("agency_offered", "A brand offers yours access as its agency"),
                    ("agency_revoked", "A brand ends your access as its agency"),
                    ("agency_accepted", "An agency accepts access"),
                    ("agency_returned", "An agency gives its access back"),
                    ("transfer_asked", "Another brand asks for a store"),
                    ("store_kept", "A request for a store is over"),
                    ("store_moved", "A store is released to another brand"),
                    ("transfer_approved", "A transfer you asked for is approved"),
                    ("transfer_rejected", "A transfer you asked for is rejected"),
                    ("transfer_expired", "A transfer you asked for has expired"),
                    ("link_broken", "Links no longer lead to an item that can be bought"),
                    ("link_paused", "Links are paused because the policy changed"),
                    ("link_restored", "Links lead on again"),
                    ("link_rejected", "A link is rejected"),
                    ("link_live", "Links go live"),
                    ("night_late", "Data is late in the morning"),
                    ("webhook_off", "A webhook is switched off"),
                ],
                max_length=30,
            ),
        ),
        migrations.AlterField(
            model_name="noticepreferencehistory",
            name="kind",
            field=models.CharField(
                choices=[
                    ("store_registered", "A store is registered"),
                    ("handed_in", "An application is handed in"),
                    ("approved", "An application is approved"),
                    ("rejected", "An application is rejected"),
                    ("needs_consent", "A connection needs consent again"),
                    ("at_risk", "A joined store no longer meets the policy"),
                    ("restricted", "A joined store is restricted"),
                    ("suspended", "A joined store is suspended by the policy"),
                    ("cured", "A joined store is in good standing again"),
                    ("held", "The platform suspends a store"),
                    ("released", "The platform lifts a suspension"),
                    ("consent_expiring", "A consent expires soon"),
                    ("consent_withdrawn", "A consent is withdrawn"),
                    ("member_joined", "Someone accepts an invitation"),
                    ("agency_offered", "A brand offers yours access as its agency"),
                    ("agency_revoked", "A brand ends your access as its agency"),
                    ("agency_accepted", "An agency accepts access"),
                    ("agency_returned", "An agency gives its access back"),
                    ("transfer_asked", "Another brand asks for a store"),
                    ("store_kept", "A request for a store is over"),
                    ("store_moved", "A store is released to another brand"),
                    ("transfer_approved", "A transfer you asked for is approved"),
                    ("transfer_rejected", "A transfer you asked for is rejected"),
                    ("transfer_expired", "A transfer you asked for has expired"),
                    ("link_broken", "Links no longer lead to an item that can be bought"),
                    ("link_paused", "Links are paused because the policy changed"),
                    ("link_restored", "Links lead on again"),
                    ("link_rejected", "A link is rejected"),
                    ("link_live", "Links go live"),
                    ("night_late", "Data is late in the morning"),
                    ("webhook_off", "A webhook is switched off"),
                ],
                max_length=30,
            ),
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                ("host", models.CharField(max_length=260, verbose_name="host")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        size=None,
                        verbose_name="events told",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("disabled", "Switched off"),
                            ("deleted", "Deleted"),
                        ],
                        default="active",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("gone", "The receiver answered 410 Gone."),
                            ("failing", "Every delivery failed for 3 days."),
                        ],
                        max_length=8,
                        verbose_name="why it is switched off",
                    ),
                ),
                ("secret_sealed", models.BinaryField()),
                ("older_sealed", models.BinaryField(default=b"")),
                ("older_until", models.DateTimeField(blank=True, null=True)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="created"),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhooks",
                        to="merchants.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.CharField(max_length=260)),
                ("event_id", models.UUIDField()),
                ("kind", models.CharField(max_length=40)),
                ("body", models.TextField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("owed", "To be delivered"),
                            ("sent", "Delivered"),
                            ("failed", "Failed"),
                        ],
                        default="owed",
                        max_length=6,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "not_before",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("give_up_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("fence", models.PositiveBigIntegerField(default=0)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("answer_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("problem", models.CharField(blank=True, max_length=20)),
                ("took_ms", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="merchants.webhookendpoint",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook delivery",
                "verbose_name_plural": "webhook deliveries",
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpointHistory",
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
                ("url", models.CharField(max_length=500, verbose_name="address")),
                ("host", models.CharField(max_length=260, verbose_name="host")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        size=None,
                        verbose_name="events told",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("disabled", "Switched off"),
                            ("deleted", "Deleted"),
                        ],
                        default="active",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("gone", "The receiver answered 410 Gone."),
                            ("failing", "Every delivery failed for 3 days."),
                        ],
                        max_length=8,
                        verbose_name="why it is switched off",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="created"),
                ),
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
                    "created_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("disabled", "Switched off"),
                            ("deleted", "Deleted"),
                        ],
                        max_length=8,
                        verbose_name="from",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("disabled", "Switched off"),
                            ("deleted", "Deleted"),
                        ],
                        max_length=8,
                        verbose_name="to",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("gone", "The receiver answered 410 Gone."),
                            ("failing", "Every delivery failed for 3 days."),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField(default=portal.lib.days.known_now, verbose_name="at")),
                (
                    "actor",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="merchants.webhookendpoint",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a webhook",
                "verbose_name_plural": "changes of webhooks",
            },
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "deleted"), _negated=True),
                fields=("brand", "url"),
                name="webhook_url_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.UniqueConstraint(fields=("brand", "uid"), name="webhook_uid_once"),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "disabled"), ("reason", ""), _connector="XOR"),
                name="webhook_off_for_a_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="webhookendpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=portal.lib.history.OwnersTriggerSql(
                    func='INSERT INTO "merchants_webhookendpointhistory" ("brand_id", "created_at", "created_by_id", "host", "id", "kinds", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "reason", "status", "url") VALUES (NEW."brand_id", NEW."created_at", NEW."created_by_id", NEW."host", NEW."id", NEW."kinds", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."reason", NEW."status", NEW."url"); RETURN NULL;',
                    hash="50dc2ed8b3ec4753f8603f2cf5c0cfa9d1b17743",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_8f5cf",
                    table="merchants_webhookendpoint",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="webhookendpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=portal.lib.history.OwnersTriggerSql(
                    condition='WHEN (OLD."brand_id" IS DISTINCT FROM (NEW."brand_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."host" IS DISTINCT FROM (NEW."host") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kinds" IS DISTINCT FROM (NEW."kinds") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."url" IS DISTINCT FROM (NEW."url"))',
                    func='INSERT INTO "merchants_webhookendpointhistory" ("brand_id", "created_at", "created_by_id", "host", "id", "kinds", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "reason", "status", "url") VALUES (NEW."brand_id", NEW."created_at", NEW."created_by_id", NEW."host", NEW."id", NEW."kinds", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."reason", NEW."status", NEW."url"); RETURN NULL;',
                    hash="68b7af02129782c4389f70934b2eefeefde1133f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_04154",
                    table="merchants_webhookendpoint",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="webhookendpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=portal.lib.history.OwnersTriggerSql(
                    func='INSERT INTO "merchants_webhookendpointhistory" ("brand_id", "created_at", "created_by_id", "host", "id", "kinds", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "reason", "status", "url") VALUES (OLD."brand_id", OLD."created_at", OLD."created_by_id", OLD."host", OLD."id", OLD."kinds", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."reason", OLD."status", OLD."url"); RETURN NULL;',
                    hash="89193fefb6e0cf0552795c120bf99bbf80210016",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_081e4",
                    table="merchants_webhookendpoint",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("status", "owed")),
                fields=["not_before"],
                name="webhook_delivery_open",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["brand", "-id"], name="webhook_delivery_log"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["created_at"], name="webhook_delivery_age"),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.UniqueConstraint(
                fields=("brand", "endpoint", "event_id"), name="webhook_delivery_once"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookendpointhistory",
            index=models.Index(fields=["id", "pgh_id"], name="webhookendpoint_hist_row"),
        ),
        migrations.AddIndex(
            model_name="webhookendpointhistory",
            index=models.Index(
                fields=["brand", "-pgh_created_at"], name="webhookendpoint_hist_brand"
            ),
        ),
        tenant_table(
            "merchants_webhookendpoint",
            store=NO_STORE,
            web=f"{APPEND}, UPDATE",
            night="SELECT, UPDATE (status, reason, failing_since, older_sealed, older_until)",
        ),
        tenant_table("merchants_webhookevent", store=NO_STORE, web=APPEND, night=APPEND, admin=""),
        tenant_table(
            "merchants_webhookdelivery",
            web=f"{APPEND}, UPDATE",
            night="SELECT, UPDATE, DELETE",
            admin="",
        ),
        migrations.RunSQL(OWE, NO_OWE),
        history_tables(),
    ]
