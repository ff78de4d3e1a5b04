from django.db import migrations

# What staff did in the admin says how an application was decided, before its brand is told.
STAFF_ALONE = """
REVOKE ALL ON django_admin_log FROM redcat_common;
GRANT SELECT, INSERT, DELETE ON django_admin_log TO redcat_admin;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0033_renewals_and_access_of_the_scope"),
        ("admin", "0001_initial"),
    ]

    operations = [migrations.RunSQL(STAFF_ALONE, migrations.RunSQL.noop)]
