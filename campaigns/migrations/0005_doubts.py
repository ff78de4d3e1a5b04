from django.db import migrations, models

NIGHT_EMPTIES_KEYS = "GRANT UPDATE (keys) ON campaigns_pulledpage TO redcat_night"
NO_LONGER = "REVOKE UPDATE (keys) ON campaigns_pulledpage FROM redcat_night"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_tenants")]

    operations = [
        migrations.AddField(
            model_name="syncwindow",
            name="doubts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RunSQL(NIGHT_EMPTIES_KEYS, NO_LONGER),
    ]
