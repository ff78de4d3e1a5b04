import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import portal.lib.history
from portal.lib.history import history_tables
from portal.lib.rls import BRAND

# What webhooks are told is their owners' own systems' now; robots are told in words.
OWE = f"""
CREATE OR REPLACE FUNCTION owe_webhooks(
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
        WHERE e.brand_id = of_brand AND e.status IN ('active', 'paused') AND e.channel = 'system'
            AND of_kind = ANY (e.kinds)
        ORDER BY told.place, e.id;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;
"""  # noqa: S608 - our own words alone

# Owes an event once to each robot that is told of its kind, in the robot's way and language.
# Whoever causes it, a member of one store for example, may not see the robots.
OWE_ROBOTS = f"""
CREATE FUNCTION owe_robots(
    of_brand bigint, of_store bigint, of_kind text, of_event uuid, bodies jsonb
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
        SELECT e.brand_id, of_store, e.id, e.host, of_event, of_kind,
            bodies ->> (e.channel || ':' || e.language), 'owed', 0, now() + interval '3 days',
            0, '', ''
        FROM merchants_webhookendpoint e
        WHERE e.brand_id = of_brand AND e.status IN ('active', 'paused')
            AND e.channel <> 'system' AND of_kind = ANY (e.kinds)
        ORDER BY e.id
        ON CONFLICT (brand_id, endpoint_id, event_id) DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION owe_robots(bigint, bigint, text, uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owe_robots(bigint, bigint, text, uuid, jsonb)
    TO redcat_web, redcat_night, redcat_admin;
"""  # noqa: S608 - our own words alone
NO_OWE_ROBOTS = "DROP FUNCTION owe_robots(bigint, bigint, text, uuid, jsonb)"


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0041_alert_notices"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="webhookendpoint",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="webhookendpoint",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="webhookendpoint",
            name="delete_delete",
        ),
        migrations.RemoveConstraint(
            model_name="webhookendpoint",
            name="webhook_url_once",
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="address_sealed",
            field=models.BinaryField(default=b""),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="channel",
            field=models.CharField(
                choices=[
                    ("system", "A system of one's own"),
                    ("dingtalk", "DingTalk"),
                    ("feishu", "Feishu"),
                    ("wecom", "WeCom"),
                ],
                default="system",
                editable=False,
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="fingerprint",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="language",
            field=models.CharField(default="zh-hans", max_length=10, verbose_name="language"),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="name",
            field=models.CharField(blank=True, max_length=60, verbose_name="name"),
        ),
        migrations.AddField(
            model_name="webhookendpointhistory",
            name="channel",
            field=models.CharField(
                choices=[
                    ("system", "A system of one's own"),
                    ("dingtalk", "DingTalk"),
                    ("feishu", "Feishu"),
                    ("wecom", "WeCom"),
                ],
                default="system",
                editable=False,
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="webhookendpointhistory",
            name="language",
            field=models.CharField(default="zh-hans", max_length=10, verbose_name="language"),
        ),
        migrations.AddField(
            model_name="webhookendpointhistory",
            name="name",
            field=models.CharField(blank=True, max_length=60, verbose_name="name"),
        ),
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
                    ("robot_off", "A group robot is switched off"),
                    ("alert_raised", "An alert is raised"),
                    ("alert_cleared", "An alert has cleared"),
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
                    ("robot_off", "A group robot is switched off"),
                    ("alert_raised", "An alert is raised"),
                    ("alert_cleared", "An alert has cleared"),
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
                    ("robot_off", "A group robot is switched off"),
                    ("alert_raised", "An alert is raised"),
                    ("alert_cleared", "An alert has cleared"),
                ],
                max_length=30,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="webhookendpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=portal.lib.history.OwnersTriggerSql(
                    func='INSERT INTO "merchants_webhookendpointhistory" ("brand_id", "channel", "created_at", "created_by_id", "host", "id", "kinds", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "reason", "status", "url") VALUES (NEW."brand_id", NEW."channel", NEW."created_at", NEW."created_by_id", NEW."host", NEW."id", NEW."kinds", NEW."language", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."reason", NEW."status", NEW."url"); RETURN NULL;',
                    hash="6a238570b4b7551c9463df7725e623946f3f1827",
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
                    condition='WHEN (OLD."brand_id" IS DISTINCT FROM (NEW."brand_id") OR OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."host" IS DISTINCT FROM (NEW."host") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kinds" IS DISTINCT FROM (NEW."kinds") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."url" IS DISTINCT FROM (NEW."url"))',
                    func='INSERT INTO "merchants_webhookendpointhistory" ("brand_id", "channel", "created_at", "created_by_id", "host", "id", "kinds", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "reason", "status", "url") VALUES (NEW."brand_id", NEW."channel", NEW."created_at", NEW."created_by_id", NEW."host", NEW."id", NEW."kinds", NEW."language", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."reason", NEW."status", NEW."url"); RETURN NULL;',
                    hash="26f02aad38caccbaf42d5c8c1af13b6c595149f4",
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
                    func='INSERT INTO "merchants_webhookendpointhistory" ("brand_id", "channel", "created_at", "created_by_id", "host", "id", "kinds", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "reason", "status", "url") VALUES (OLD."brand_id", OLD."channel", OLD."created_at", OLD."created_by_id", OLD."host", OLD."id", OLD."kinds", OLD."language", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."reason", OLD."status", OLD."url"); RETURN NULL;',
                    hash="76c4a823052f4e123ac526c752d0c70dc09b9dac",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_081e4",
                    table="merchants_webhookendpoint",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("status", "deleted"), _negated=True), ("channel", "system")
                ),
                fields=("brand", "url"),
                name="webhook_url_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("status", "deleted"), _negated=True),
                    models.Q(("channel", "system"), _negated=True),
                ),
                fields=("brand", "fingerprint"),
                name="webhook_robot_once",
            ),
        ),
        migrations.RunSQL(OWE, migrations.RunSQL.noop),
        migrations.RunSQL(OWE_ROBOTS, NO_OWE_ROBOTS),
        history_tables(),
    ]
