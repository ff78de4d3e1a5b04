import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.days
from merchants import review_clock
from portal.lib.rls import tenant_table

WAITING = ("submitted", "in_review", "appealed")
JUDGED = "judgement, second_by_id, reasons, note, at"


def write_due_days(apps, schema_editor):
    """Those that wait already are promised as they were; how close they are stays unknown."""
    rows = apps.get_model("merchants", "Application").objects.using(schema_editor.connection.alias)
    for each in rows.filter(status__in=WAITING):
        each.due_at = review_clock.promised_by(each.events.order_by("pk"))
        each.save(update_fields=["due_at"])


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0020_after_entry"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="application",
            options={
                "permissions": [("assign_application", "Can assign applications to reviewers")],
                "verbose_name": "application",
                "verbose_name_plural": "applications",
            },
        ),
        migrations.AddField(
            model_name="application",
            name="assigned_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="assigned to",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="due_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="decision due"),
        ),
        migrations.AddField(
            model_name="application",
            name="margin",
            field=models.CharField(
                blank=True,
                choices=[
                    ("clear", "Clearly met"),
                    ("narrow", "Narrowly met"),
                    ("near_miss", "Near miss"),
                    ("short", "Several rules not met"),
                ],
                max_length=10,
                verbose_name="how close",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                models.OrderBy(models.F("due_at"), nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                name="application_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["margin", "due_at"], name="application_by_margin"),
        ),
        migrations.AddIndex(
            model_name="applicationevent",
            index=models.Index(
                condition=models.Q(("waited__isnull", False)),
                fields=["at"],
                name="application_decisions_by_day",
            ),
        ),
        migrations.CreateModel(
            name="SecondReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("evidence", models.JSONField(default=list, verbose_name="evidence")),
                (
                    "sampled_at",
                    models.DateTimeField(
                        default=portal.lib.days.known_now, verbose_name="drawn on"
                    ),
                ),
                (
                    "first_judgement",
                    models.CharField(
                        choices=[("approved", "Approve"), ("rejected", "Reject")], max_length=10
                    ),
                ),
                (
                    "judgement",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "Approve"), ("rejected", "Reject")],
                        max_length=10,
                        verbose_name="judgement",
                    ),
                ),
                ("reasons", models.JSONField(blank=True, default=list, verbose_name="reasons")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="judged a second time"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="second_reviews",
                        to="merchants.application",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.brand",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.applicationevent",
                    ),
                ),
                (
                    "first_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "handed_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.applicationevent",
                    ),
                ),
                (
                    "second_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="second reviewer",
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
            ],
            options={
                "verbose_name": "second review",
                "verbose_name_plural": "second reviews",
                "permissions": [
                    ("compare_secondreview", "Can compare second reviews with first decisions")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="secondreview",
            index=models.Index(
                condition=models.Q(("judgement", "")),
                fields=["application"],
                name="second_review_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondreview",
            constraint=models.UniqueConstraint(
                fields=("brand", "decision"), name="second_review_once_per_decision"
            ),
        ),
        migrations.AddConstraint(
            model_name="secondreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("at", None), ("judgement", ""), ("second_by", None)),
                    models.Q(
                        models.Q(("judgement", ""), _negated=True),
                        ("at__isnull", False),
                        ("second_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="second_review_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second_by", None),
                    models.Q(("second_by", models.F("first_by")), _negated=True),
                    _connector="OR",
                ),
                name="second_review_by_another",
            ),
        ),
        # brands don't learn of it, and what was drawn stays drawn
        tenant_table(
            "merchants_secondreview",
            web="",
            night="",
            admin=f"SELECT, INSERT, UPDATE ({JUDGED})",
        ),
        migrations.RunPython(write_due_days, migrations.RunPython.noop),
    ]
