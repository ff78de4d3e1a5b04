from django.db import migrations

PURGE = "GRANT SELECT (id, expires_at), DELETE ON campaigns_sharelink TO redcat_night"
NO_PURGE = "REVOKE SELECT (id, expires_at), DELETE ON campaigns_sharelink FROM redcat_night"


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0033_alert_rule_history"),
    ]

    operations = [
        migrations.RunSQL(PURGE, NO_PURGE),
    ]
