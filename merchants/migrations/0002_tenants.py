from django.db import migrations

from portal.lib.rls import USER, common_tables, tenant_table

WRITE = "SELECT, INSERT, UPDATE"
APPEND = "SELECT, INSERT"
OWN_MEMBERSHIP = f"user_id = (SELECT {USER})"
# row-level security holds inside the subquery too: it sees the user's own memberships
OWN_BRAND = "id IN (SELECT m.brand_id FROM merchants_membership m)"
COMMON = [
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_admin_log",
    "django_content_type",
    "django_session",
    "merchants_user",
    "merchants_user_groups",
    "merchants_user_user_permissions",
]


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        common_tables(COMMON, "SELECT, INSERT, UPDATE, DELETE"),
        common_tables(["django_migrations", "merchants_policyversion"], "SELECT"),
        migrations.RunSQL(
            "GRANT INSERT, UPDATE ON merchants_policyversion TO redcat_admin",
            migrations.RunSQL.noop,
        ),
        tenant_table("merchants_brand", brand="id", store=None, admin=WRITE, also_web=OWN_BRAND),
        tenant_table(
            "merchants_membership",
            store=None,
            web="SELECT, INSERT, UPDATE, DELETE",
            admin="SELECT, INSERT, UPDATE, DELETE",
            also_web=OWN_MEMBERSHIP,
        ),
        tenant_table(
            "merchants_membershipstore",
            store=None,
            web="SELECT, INSERT, UPDATE, DELETE",
            admin="SELECT, INSERT, UPDATE, DELETE",
        ),
        tenant_table("merchants_store", store="id", web=WRITE, night=WRITE, admin=WRITE),
        tenant_table("merchants_connection", web=WRITE, night=WRITE, admin="SELECT"),
        tenant_table("merchants_application", web=WRITE, admin=WRITE),
        tenant_table("merchants_applicationevent", web=APPEND, admin=APPEND),
    ]
