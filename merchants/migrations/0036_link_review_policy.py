import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import portal.lib.history


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0035_evidence_opened"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="policyversion",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="policyversion",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="policyversion",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="policyversion",
            name="auto_link_sources",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="A link of such a type below such a note is approved at once where every check is passed; one that needs a person's judgement never is. Nothing chosen: a reviewer decides every link.",
                verbose_name="note sources whose links are approved automatically",
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="auto_link_types",
            field=models.JSONField(
                blank=True, default=list, verbose_name="link types approved automatically"
            ),
        ),
        migrations.AddField(
            model_name="policyversionhistory",
            name="auto_link_sources",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="A link of such a type below such a note is approved at once where every check is passed; one that needs a person's judgement never is. Nothing chosen: a reviewer decides every link.",
                verbose_name="note sources whose links are approved automatically",
            ),
        ),
        migrations.AddField(
            model_name="policyversionhistory",
            name="auto_link_types",
            field=models.JSONField(
                blank=True, default=list, verbose_name="link types approved automatically"
            ),
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
                    ("link_rejected", "A link is rejected"),
                    ("link_live", "Links go live"),
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
                    ("link_rejected", "A link is rejected"),
                    ("link_live", "Links go live"),
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
                    ("link_rejected", "A link is rejected"),
                    ("link_live", "Links go live"),
                ],
                max_length=30,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policyversion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=portal.lib.history.OwnersTriggerSql(
                    func='INSERT INTO "merchants_policyversionhistory" ("auto_link_sources", "auto_link_types", "code", "decides_by_itself", "effective_from", "effective_until", "grace_days_at_risk", "grace_days_restricted", "id", "link_types", "note_sources", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "proposed_by_id", "published_by_id", "rules", "source_note", "source_note_en", "status") VALUES (NEW."auto_link_sources", NEW."auto_link_types", NEW."code", NEW."decides_by_itself", NEW."effective_from", NEW."effective_until", NEW."grace_days_at_risk", NEW."grace_days_restricted", NEW."id", NEW."link_types", NEW."note_sources", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."proposed_by_id", NEW."published_by_id", NEW."rules", NEW."source_note", NEW."source_note_en", NEW."status"); RETURN NULL;',
                    hash="641320eec6b64ed79f9749ba7cb78514ea1e202a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e12d3",
                    table="merchants_policyversion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policyversion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=portal.lib.history.OwnersTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "merchants_policyversionhistory" ("auto_link_sources", "auto_link_types", "code", "decides_by_itself", "effective_from", "effective_until", "grace_days_at_risk", "grace_days_restricted", "id", "link_types", "note_sources", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "proposed_by_id", "published_by_id", "rules", "source_note", "source_note_en", "status") VALUES (NEW."auto_link_sources", NEW."auto_link_types", NEW."code", NEW."decides_by_itself", NEW."effective_from", NEW."effective_until", NEW."grace_days_at_risk", NEW."grace_days_restricted", NEW."id", NEW."link_types", NEW."note_sources", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."proposed_by_id", NEW."published_by_id", NEW."rules", NEW."source_note", NEW."source_note_en", NEW."status"); RETURN NULL;',
                    hash="32db8c9f2b241d2e25ca44033fc0d1e606f3a321",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f66e8",
                    table="merchants_policyversion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policyversion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=portal.lib.history.OwnersTriggerSql(
                    func='INSERT INTO "merchants_policyversionhistory" ("auto_link_sources", "auto_link_types", "code", "decides_by_itself", "effective_from", "effective_until", "grace_days_at_risk", "grace_days_restricted", "id", "link_types", "note_sources", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "proposed_by_id", "published_by_id", "rules", "source_note", "source_note_en", "status") VALUES (OLD."auto_link_sources", OLD."auto_link_types", OLD."code", OLD."decides_by_itself", OLD."effective_from", OLD."effective_until", OLD."grace_days_at_risk", OLD."grace_days_restricted", OLD."id", OLD."link_types", OLD."note_sources", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."proposed_by_id", OLD."published_by_id", OLD."rules", OLD."source_note", OLD."source_note_en", OLD."status"); RETURN NULL;',
                    hash="4fb80b4a165e6d4ad8896116dff115a90b0191fc",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_71480",
                    table="merchants_policyversion",
                    when="AFTER",
                ),
            ),
        ),
    ]
