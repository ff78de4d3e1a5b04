from django.db import migrations

from portal.lib.rls import common_tables

# as Django's DatabaseCache expects it
CACHE = """
CREATE TABLE portal_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX portal_cache_expires ON portal_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0010_people"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(CACHE, "DROP TABLE portal_cache"),
        common_tables(
            ["mfa_authenticator", "usersessions_usersession", "portal_cache"],
            "SELECT, INSERT, UPDATE, DELETE",
        ),
    ]
