import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import merchants.models.notices
import portal.lib.days
from portal.lib.rls import tenant_table

APPEND = "SELECT, INSERT"


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0014_evidence"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(
                choices=[("zh-hans", "中文"), ("en", "English")],
                default="zh-hans",
                help_text="Of the mails we send; the pages' own switch sets it too.",
                max_length=10,
                verbose_name="language",
            ),
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("store_registered", "A store is registered"),
                            ("handed_in", "An application is handed in"),
                            ("approved", "An application is approved"),
                            ("rejected", "An application is rejected"),
                            ("needs_consent", "A connection needs consent again"),
                        ],
                        max_length=30,
                        verbose_name="kind",
                    ),
                ),
                ("parameters", models.JSONField(default=dict)),
                ("link", models.CharField(max_length=200)),
                (
                    "created_at",
                    models.DateTimeField(default=portal.lib.days.known_now, verbose_name="created"),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="merchants.brand",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
            },
        ),
        migrations.CreateModel(
            name="NoticeMail",
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
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.notice",
                        verbose_name="notice",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail",
                "verbose_name_plural": "mails",
            },
        ),
        migrations.CreateModel(
            name="NoticePreference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("store_registered", "A store is registered"),
                            ("handed_in", "An application is handed in"),
                            ("approved", "An application is approved"),
                            ("rejected", "An application is rejected"),
                            ("needs_consent", "A connection needs consent again"),
                        ],
                        max_length=30,
                    ),
                ),
                ("by_mail", models.BooleanField()),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["brand", "user", "-id"], name="notice_inbox"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("read_at", None)),
                fields=["brand", "user"],
                name="notice_unread",
            ),
        ),
        migrations.AddIndex(
            model_name="noticemail",
            index=models.Index(
                condition=models.Q(("status__in", ["owed", "claimed"])),
                fields=["not_before"],
                name="notice_mail_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticemail",
            constraint=models.UniqueConstraint(fields=("brand", "notice"), name="notice_mail_once"),
        ),
        migrations.AddConstraint(
            model_name="noticemail",
            constraint=models.UniqueConstraint(
                fields=("brand", "message_id"), name="notice_mail_message_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticepreference",
            constraint=models.UniqueConstraint(
                fields=("brand", "user", "kind"), name="notice_preference_once"
            ),
        ),
        tenant_table(
            "merchants_notice", web=f"{APPEND}, UPDATE (read_at)", night=APPEND, admin=APPEND
        ),
        tenant_table(
            "merchants_noticemail",
            web=APPEND,
            night=f"{APPEND}, UPDATE",
            admin=f"{APPEND}, UPDATE",
        ),
        tenant_table("merchants_noticepreference", store=None, web=f"{APPEND}, UPDATE"),
    ]
