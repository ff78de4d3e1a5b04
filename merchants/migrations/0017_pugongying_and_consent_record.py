import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
from portal.lib.rls import tenant_table

APPEND = "SELECT, INSERT"


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0016_brand_grants"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="expiry_told",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="connection",
            name="partner",
            field=models.CharField(
                choices=[
                    ("top", "Tmall (TOP)"),
                    ("juguang", "Juguang"),
                    ("pugongying", "Pugongying"),
                ],
                max_length=10,
                verbose_name="partner",
            ),
        ),
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
                    ("consent_expiring", "A consent expires soon"),
                    ("consent_withdrawn", "A consent is withdrawn"),
                ],
                max_length=30,
                verbose_name="kind",
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
                    ("consent_expiring", "A consent expires soon"),
                    ("consent_withdrawn", "A consent is withdrawn"),
                ],
                max_length=30,
            ),
        ),
        migrations.CreateModel(
            name="ConsentRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "partner",
                    models.CharField(
                        choices=[
                            ("top", "Tmall (TOP)"),
                            ("juguang", "Juguang"),
                            ("pugongying", "Pugongying"),
                        ],
                        max_length=10,
                        verbose_name="partner",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("given", "Consent given"),
                            ("withdrawn", "Consent withdrawn"),
                            ("lost", "Ended at the partner"),
                        ],
                        max_length=10,
                        verbose_name="what was done",
                    ),
                ),
                ("subject", models.CharField(max_length=40, verbose_name="account")),
                ("subject_name", models.CharField(max_length=80, verbose_name="account name")),
                ("scope", models.CharField(blank=True, max_length=200, verbose_name="scope")),
                (
                    "text_version",
                    models.CharField(blank=True, max_length=20, verbose_name="version of the text"),
                ),
                (
                    "text_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the text"),
                ),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                ("at", models.DateTimeField(default=portal.lib.days.known_now, verbose_name="at")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_records",
                        to="merchants.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_records",
                        to="merchants.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent record",
                "verbose_name_plural": "consent records",
                "indexes": [models.Index(fields=["brand", "-id"], name="consent_record_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text_sha256", ""), ("text_version", "")),
                            models.Q(
                                models.Q(("text_version", ""), _negated=True),
                                ("text_sha256__regex", "^[0-9a-f]{64}$"),
                            ),
                            _connector="OR",
                        ),
                        name="consent_record_text_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step", "given"), _negated=True),
                            models.Q(("text_version", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="consent_record_given_to_a_text",
                    ),
                ],
            },
        ),
        # append-only: how a consent ended is a row of its own
        tenant_table("merchants_consentrecord", web=APPEND, night=APPEND),
    ]
