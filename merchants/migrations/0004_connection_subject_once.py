from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0003_store_domain"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(
                fields=("brand", "partner", "subject"), name="connection_subject_once_per_brand"
            ),
        ),
    ]
