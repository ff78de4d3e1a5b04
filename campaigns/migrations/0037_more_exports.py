from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0036_note_months")]

    operations = [
        migrations.AlterField(
            model_name="export",
            name="kind",
            field=models.CharField(
                choices=[
                    ("results", "Results of the direct links"),
                    ("star", "Results of the star tasks"),
                    ("orders", "Orders of a bucket"),
                    ("in_site", "In-site shop beside Tmall"),
                    ("receipt", "Receipt of a figure"),
                    ("missing", "Missing notes"),
                    ("quarantine", "Quarantined rows"),
                    ("refused", "Refused rows of an import"),
                ],
                max_length=10,
                verbose_name="what",
            ),
        ),
    ]
