import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import merchants.models.notices
import portal.lib.days
from portal.lib.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0027_alerts_told"),
        ("merchants", "0040_api_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField(null=True, verbose_name="weekday")),
                ("hour", models.PositiveSmallIntegerField(default=9, verbose_name="hour")),
                (
                    "since",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="since"),
                ),
                ("paused_at", models.DateTimeField(null=True, verbose_name="paused")),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.membership",
                    ),
                ),
                (
                    "view",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mail_reports",
                        to="campaigns.savedview",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail report",
                "verbose_name_plural": "mail reports",
            },
        ),
        migrations.CreateModel(
            name="ReportMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("owed", "To be sent"),
                            ("claimed", "Being sent"),
                            ("sent", "Sent"),
                            ("unsure", "Unsure"),
                            ("failed", "Failed"),
                        ],
                        default="owed",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "message_id",
                    models.CharField(
                        default=merchants.models.notices.new_message_id,
                        editable=False,
                        max_length=200,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                (
                    "not_before",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="not before",
                    ),
                ),
                ("claimed_at", models.DateTimeField(blank=True, null=True, verbose_name="claimed")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("error", models.CharField(blank=True, max_length=200, verbose_name="error")),
                ("day", models.DateField(verbose_name="due day")),
                ("is_asked", models.BooleanField(default=False, verbose_name="asked for")),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="campaigns.mailreport",
                    ),
                ),
            ],
            options={
                "verbose_name": "report mail",
                "verbose_name_plural": "report mails",
            },
        ),
        migrations.AddConstraint(
            model_name="mailreport",
            constraint=models.UniqueConstraint(
                fields=("brand", "view", "membership"), name="mail_report_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hour__lte", 23),
                    models.Q(("weekday", None), ("weekday__lt", 7), _connector="OR"),
                ),
                name="mail_report_at_an_hour",
            ),
        ),
        migrations.AddIndex(
            model_name="reportmail",
            index=models.Index(
                condition=models.Q(("status__in", ["owed", "claimed"])),
                fields=["not_before"],
                name="report_mail_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportmail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_asked", False)),
                fields=("brand", "report", "day"),
                name="report_mail_once_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportmail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_asked", True), ("status__in", ["owed", "claimed"])),
                fields=("brand", "report"),
                name="report_mail_asked_once",
            ),
        ),
        tenant_table(
            "campaigns_mailreport",
            store=None,
            web="SELECT, INSERT, UPDATE, DELETE",
            admin="SELECT, DELETE",
        ),
        tenant_table(
            "campaigns_reportmail",
            store=None,
            web="SELECT, INSERT, DELETE",
            night="SELECT, INSERT, UPDATE, DELETE",
            admin="SELECT, DELETE",
        ),
    ]
