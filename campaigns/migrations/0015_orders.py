from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0014_facts")]

    operations = [
        migrations.AddField(
            model_name="affiliateorder",
            name="modified_at",
            field=models.DateTimeField(null=True),
        ),
    ]
