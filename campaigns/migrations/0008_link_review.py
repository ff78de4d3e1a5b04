import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# Nothing was ever attached without the confirmation; only who gave it, and when, is new.
CONFIRMED = """
UPDATE campaigns_link SET marked_as_ad_by_id = created_by_id, marked_as_ad_at = created_at
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0007_clicks"),
        ("merchants", "0036_link_review_policy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="link",
            options={
                "permissions": [("review_link", "Can review links")],
                "verbose_name": "link",
                "verbose_name_plural": "links",
            },
        ),
        migrations.AddField(
            model_name="link",
            name="attempts",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="link",
            name="buying_mode",
            field=models.CharField(
                choices=[
                    ("cid", "CID: the brand buys the ads"),
                    ("ud", "UD: Alibaba buys them for the brand"),
                ],
                default="cid",
                max_length=3,
                verbose_name="buying mode",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="contest",
            field=models.CharField(
                blank=True, max_length=300, verbose_name="objection to the health rule"
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="direct_link_id",
            field=models.CharField(
                blank=True, max_length=64, verbose_name="direct link at Juguang"
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="handed_in_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="handed in at"),
        ),
        migrations.AddField(
            model_name="link",
            name="lease_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="link",
            name="marked_as_ad_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="mark 广告 confirmed"),
        ),
        migrations.AddField(
            model_name="link",
            name="marked_as_ad_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="confirmed the mark 广告",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="not_before",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="not before"
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="policy",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="merchants.policyversion",
                verbose_name="checked against policy version",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="position",
            field=models.CharField(
                choices=[
                    ("capsule", "Capsule below the note"),
                    ("pinned", "Pinned comment"),
                    ("both", "Capsule and pinned comment"),
                ],
                default="capsule",
                max_length=8,
                verbose_name="position",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="questions",
            field=models.JSONField(blank=True, default=list, verbose_name="questions for a person"),
        ),
        migrations.AddField(
            model_name="link",
            name="rejection",
            field=models.TextField(blank=True, verbose_name="reason for the rejection"),
        ),
        migrations.AddField(
            model_name="link",
            name="review_comment",
            field=models.CharField(blank=True, max_length=300, verbose_name="Juguang's comment"),
        ),
        migrations.AddField(
            model_name="link",
            name="review_state",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (1, "Under review at Juguang"),
                    (2, "Approved by Juguang"),
                    (3, "Rejected by Juguang"),
                ],
                null=True,
                verbose_name="review state at Juguang",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="shares_health",
            field=models.BooleanField(default=False, verbose_name="note shares health knowledge"),
        ),
        migrations.AddField(
            model_name="link",
            name="submitted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="submitted to Juguang"),
        ),
        migrations.AddField(
            model_name="link",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="link",
            name="waits_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("juguang", "Juguang does not answer right now. It is tried again by itself."),
                    (
                        "consent",
                        "An owner has to consent to Juguang again on the store's page. The link then goes on by itself.",
                    ),
                    ("removal", "Juguang refuses to take the component away. It is tried again."),
                ],
                max_length=8,
                verbose_name="waits for",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("status", "in_review")),
                fields=["handed_in_at"],
                name="link_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(
                    ("status", "approved"),
                    models.Q(
                        ("status__in", ["draft", "ended", "in_review", "rejected"]),
                        models.Q(("direct_link_id", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                fields=["not_before"],
                name="link_owed_to_juguang",
            ),
        ),
        migrations.RunSQL(CONFIRMED, migrations.RunSQL.noop),
    ]
