import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import BRAND, USER, tenant_table

APPEND = "SELECT, INSERT"
# with row-level security as without it: the policy `own` below opens a person's own rows
WHOLE = """m.suspended_at IS NULL AND NOT EXISTS (
    SELECT FROM merchants_membershipstore s WHERE s.membership_id = m.id)"""
OWN_AGENCY = f"""agency_id IN (
    SELECT m.brand_id FROM merchants_membership m WHERE m.user_id = (SELECT {USER}) AND {WHOLE})"""  # noqa: S608 - our own words alone
# in the subqueries row-level security holds too: the user's own memberships, and the grants that
# their agencies hold
OWN_STORES = f"""
CREATE POLICY own ON merchants_membershipstore FOR SELECT TO redcat_web USING (membership_id IN (
    SELECT m.id FROM merchants_membership m WHERE m.user_id = (SELECT {USER})))
"""  # noqa: S608 - our own words alone
WHO_GRANTS = """
CREATE POLICY grants ON merchants_brand FOR SELECT TO redcat_web USING (id IN (
    SELECT g.brand_id FROM merchants_brandgrant g
    WHERE g.status = 'accepted' OR (g.status = 'offered' AND g.expires_at > now())))
"""
# who has accepted is known to the granting brand, and who has not stays unknown to it
WHO_ACCEPTED = f"""
CREATE POLICY accepted ON merchants_brand FOR SELECT TO redcat_web USING (id IN (
    SELECT g.agency_id FROM merchants_brandgrant g
    WHERE g.brand_id = (SELECT {BRAND}) AND g.accepted_at IS NOT NULL))
"""  # noqa: S608 - our own words alone

# An offer finds its agency by name here alone: the web can't ask whether a brand exists.
FIND_AGENCY = """
CREATE FUNCTION find_agency() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.agency_id := (SELECT id FROM merchants_brand WHERE slug = NEW.agency_slug);
    RETURN NEW;
END $$;
CREATE TRIGGER find_agency BEFORE INSERT ON merchants_brandgrant
    FOR EACH ROW EXECUTE FUNCTION find_agency();
"""

# Whom a brand has let in through agencies; the web may ask of the brand in its scope alone.
AGENCY_PEOPLE = f"""
CREATE FUNCTION agency_people(of_brand bigint) RETURNS TABLE (grant_id bigint, user_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.id, m.user_id
    FROM merchants_brandgrant g
    JOIN merchants_membership m ON m.brand_id = g.agency_id
    JOIN merchants_user u ON u.id = m.user_id
    WHERE g.brand_id = of_brand AND g.status = 'accepted' AND u.is_active AND {WHOLE}
        AND NOT EXISTS (SELECT FROM merchants_membership o
            WHERE o.brand_id = g.brand_id AND o.user_id = m.user_id)
        AND (current_setting('role') <> 'redcat_web' OR g.brand_id = {BRAND})
$$;
REVOKE ALL ON FUNCTION agency_people(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agency_people(bigint) TO redcat_web, redcat_night, redcat_admin;
"""  # noqa: S608 - our own words alone


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0015_notices"),
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
                    ("member_joined", "Someone accepts an invitation"),
                    ("agency_offered", "A brand offers yours access as its agency"),
                    ("agency_revoked", "A brand ends your access as its agency"),
                    ("agency_accepted", "An agency accepts access"),
                    ("agency_returned", "An agency gives its access back"),
                ],
                max_length=30,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="store",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.store",
            ),
        ),
        migrations.AlterField(
            model_name="noticemail",
            name="store",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.store",
                verbose_name="store",
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
                    ("member_joined", "Someone accepts an invitation"),
                    ("agency_offered", "A brand offers yours access as its agency"),
                    ("agency_revoked", "A brand ends your access as its agency"),
                    ("agency_accepted", "An agency accepts access"),
                    ("agency_returned", "An agency gives its access back"),
                ],
                max_length=30,
            ),
        ),
        migrations.CreateModel(
            name="BrandGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "agency_slug",
                    models.CharField(max_length=50, verbose_name="agency's short name"),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("viewer", "Viewer"),
                            ("finance", "Finance"),
                            ("marketer", "Marketer"),
                        ],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("offered", "Access offered"),
                            ("accepted", "Has access"),
                            ("declined", "Offer declined"),
                            ("withdrawn", "Offer withdrawn"),
                            ("expired", "Offer expired"),
                            ("revoked", "Access revoked"),
                            ("returned", "Access given back"),
                        ],
                        default="offered",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "offered_at",
                    models.DateTimeField(
                        default=portal.lib.days.known_now, verbose_name="access offered"
                    ),
                ),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                (
                    "accepted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="accepted"),
                ),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="access ended"),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_grants",
                        to="merchants.brand",
                        verbose_name="agency",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="merchants.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "offered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="offered by",
                    ),
                ),
            ],
            options={
                "verbose_name": "agency grant",
                "verbose_name_plural": "agency grants",
            },
        ),
        migrations.CreateModel(
            name="BrandGrantEvent",
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
                            ("offered", "Access offered"),
                            ("accepted", "Has access"),
                            ("declined", "Offer declined"),
                            ("withdrawn", "Offer withdrawn"),
                            ("expired", "Offer expired"),
                            ("revoked", "Access revoked"),
                            ("returned", "Access given back"),
                        ],
                        max_length=10,
                        verbose_name="from",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("offered", "Access offered"),
                            ("accepted", "Has access"),
                            ("declined", "Offer declined"),
                            ("withdrawn", "Offer withdrawn"),
                            ("expired", "Offer expired"),
                            ("revoked", "Access revoked"),
                            ("returned", "Access given back"),
                        ],
                        max_length=10,
                        verbose_name="to",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("viewer", "Viewer"),
                            ("finance", "Finance"),
                            ("marketer", "Marketer"),
                            ("owner", "Owner"),
                        ],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                ("store_ids", models.JSONField(default=list, verbose_name="stores")),
                ("at", models.DateTimeField(default=portal.lib.days.known_now, verbose_name="at")),
                (
                    "actor",
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
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="merchants.brandgrant",
                    ),
                ),
            ],
            options={
                "verbose_name": "agency grant event",
                "verbose_name_plural": "agency grant events",
            },
        ),
        migrations.CreateModel(
            name="BrandGrantStore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="choices",
                        to="merchants.brandgrant",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                        verbose_name="store",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="brandgrant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("offered", "accepted"))),
                fields=("brand", "agency_slug"),
                name="grant_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="brandgrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("agency", None),
                    models.Q(("agency", models.F("brand")), _negated=True),
                    _connector="OR",
                ),
                name="grant_to_another_brand",
            ),
        ),
        migrations.AddConstraint(
            model_name="brandgrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ("viewer", "finance", "marketer"))),
                name="grant_makes_nobody_an_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="brandgrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "accepted"), _negated=True),
                    models.Q(("accepted_at__isnull", False), ("agency__isnull", False)),
                    _connector="OR",
                ),
                name="grant_accepted_by_an_agency",
            ),
        ),
        migrations.AddConstraint(
            model_name="brandgrantstore",
            constraint=models.UniqueConstraint(
                fields=("brand", "grant", "store"), name="grant_store_once"
            ),
        ),
        tenant_table(
            "merchants_brandgrant",
            store=None,
            web=f"{APPEND}, UPDATE (role, status, accepted_at, ended_at)",
            also_web=OWN_AGENCY,
        ),
        tenant_table(
            "merchants_brandgrantstore",
            store=None,
            web=f"{APPEND}, DELETE",
            also_web="grant_id IN (SELECT g.id FROM merchants_brandgrant g)",
        ),
        tenant_table("merchants_brandgrantevent", store=None, web=APPEND, night=""),
        migrations.RunSQL(
            [OWN_STORES, WHO_GRANTS, WHO_ACCEPTED, FIND_AGENCY, AGENCY_PEOPLE],
            migrations.RunSQL.noop,
        ),
    ]
