import django.db.models.functions.datetime
from django.db import migrations, models

from portal.lib.rls import BRAND, USER

# As before, but whoever reads by a share link is nobody of ours: the scope is that of who made it.
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
        VALUES (of_brand, of_store, piece,
            CASE WHEN record_access.kind <> 'shared' THEN {USER} END,
            record_access.kind, record_access.what, record_access.ip,
            record_access.agent, record_access.request)
        ON CONFLICT DO NOTHING;
END $$;
"""  # noqa: S608 - our own words alone


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0042_robots"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="accessevent",
            name="access_event_of_a_brand",
        ),
        migrations.AlterField(
            model_name="accessevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("evidence", "Evidence viewed"),
                    ("opened", "Evidence opened by the brand"),
                    ("export", "Data exported"),
                    ("denied", "Access denied"),
                    ("shared", "Share link opened"),
                    ("login", "Logged in"),
                    ("login_failed", "Login failed"),
                    ("logout", "Logged out"),
                    ("factor_added", "Second step set up"),
                    ("factor_removed", "Second step removed"),
                    ("factor_failed", "Second step failed"),
                    ("codes_renewed", "Recovery codes renewed"),
                    ("password_changed", "Password changed"),
                    ("email_changed", "E-mail changed"),
                ],
                max_length=20,
                verbose_name="what was done",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("brand__isnull", False),
                        ("kind__in", ("evidence", "opened", "export", "denied", "shared")),
                    ),
                    models.Q(
                        ("brand", None),
                        models.Q(
                            ("kind__in", ("evidence", "opened", "export", "denied", "shared")),
                            _negated=True,
                        ),
                    ),
                    _connector="OR",
                ),
                name="access_event_of_a_brand",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessevent",
            constraint=models.UniqueConstraint(
                models.F("brand"),
                models.F("what"),
                models.F("ip"),
                django.db.models.functions.datetime.TruncHour("at"),
                condition=models.Q(("kind", "shared")),
                name="access_event_shared_once_an_hour",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(RECORD, migrations.RunSQL.noop),
    ]
