from django.db import migrations, models

from portal.lib.rls import BRAND, USER

# As before, and beyond it: only staff look at evidence here, so the web can't write of it, in its
# own brand or through another's file; and a store is one of the brand in the scope.
RECORD = f"""
CREATE OR REPLACE FUNCTION record_access(kind text, slug text, store bigint, piece bigint,
    what text, ip inet, agent text, request text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_brand bigint := {BRAND};
    of_store bigint := record_access.store;
BEGIN
    IF (record_access.kind = 'evidence' OR piece IS NOT NULL)
        AND current_setting('role') = 'redcat_web' THEN
        RAISE EXCEPTION 'Only staff look at evidence here.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF record_access.kind = 'denied' THEN
        SELECT b.id INTO of_brand FROM merchants_brand b WHERE b.slug = record_access.slug;
        IF of_brand IS NULL THEN
            RETURN;
        END IF;
    ELSIF piece IS NOT NULL THEN
        SELECT e.brand_id, e.store_id INTO of_brand, of_store
        FROM merchants_evidence e WHERE e.id = piece;
    END IF;
    IF of_store IS NOT NULL THEN
        PERFORM FROM merchants_store s WHERE s.id = of_store AND s.brand_id = of_brand;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'The store is not of this brand.'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    INSERT INTO merchants_accessevent
        (brand_id, store_id, evidence_id, actor_id, kind, what, ip, agent, request)
        VALUES (of_brand, of_store, piece, {USER}, record_access.kind, record_access.what,
            record_access.ip, record_access.agent, record_access.request)
        ON CONFLICT DO NOTHING;
END $$;
"""  # noqa: S608 - our own words alone

# Where it isn't named last, the schema of temporary tables is looked into first, and whoever
# calls could put a table of their own before ours.
PACE = "ALTER FUNCTION application_pace() SET search_path = public, pg_temp"


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0032_store_transfer"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="renewed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(RECORD, migrations.RunSQL.noop),
        migrations.RunSQL(PACE, migrations.RunSQL.noop),
    ]
