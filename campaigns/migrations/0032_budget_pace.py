from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0031_exports"),
        ("merchants", "0042_robots"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="alertevent",
            name="comparison",
            field=models.CharField(
                choices=[
                    ("below", "is below"),
                    ("above", "is above"),
                    ("fallen", "has fallen, against the days before, by at least"),
                    ("risen", "has risen, against the days before, by at least"),
                    ("ahead", "runs ahead of the budget's plan by at least"),
                    ("behind", "lags behind the budget's plan by at least"),
                ],
                max_length=6,
                verbose_name="comparison",
            ),
        ),
        migrations.AlterField(
            model_name="alertrule",
            name="comparison",
            field=models.CharField(
                choices=[
                    ("below", "is below"),
                    ("above", "is above"),
                    ("fallen", "has fallen, against the days before, by at least"),
                    ("risen", "has risen, against the days before, by at least"),
                    ("ahead", "runs ahead of the budget's plan by at least"),
                    ("behind", "lags behind the budget's plan by at least"),
                ],
                max_length=6,
                verbose_name="comparison",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("comparison__in", ["ahead", "behind"]), _negated=True),
                    models.Q(("campaign__isnull", False), ("metric", "spend")),
                    _connector="OR",
                ),
                name="alert_rule_pace_of_a_campaign",
            ),
        ),
    ]
