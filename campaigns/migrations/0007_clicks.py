from django.db import migrations, models

# So far everybody was sent to the H5 page, and a robot was any program.
FROM_BOTS = """
UPDATE campaigns_click SET kind = 'bot' WHERE is_bot;
"""
TO_BOTS = """
UPDATE campaigns_click SET is_bot = kind <> 'person';
"""
# What is marked as a repeat is all that ever changes in a click.
MARK = "GRANT UPDATE (is_repeat) ON campaigns_click TO redcat_night"
NO_LONGER = "REVOKE UPDATE (is_repeat) ON campaigns_click FROM redcat_night"
# The demo's clicks have the demo's date, so the caller says what time it is; a time to come is
# taken for now, and nothing younger than 180 days can be asked away.
PURGE = """
CREATE FUNCTION purge_clicks(known timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    DELETE FROM campaigns_click WHERE at < least(known, now()) - interval '180 days';
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION purge_clicks(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_clicks(timestamptz) TO redcat_night;
"""
NO_PURGE = "DROP FUNCTION purge_clicks(timestamptz)"

KINDS = [
    ("person", "Person"),
    ("head", "Headers only"),
    ("prefetch", "Prefetch"),
    ("preview", "Link preview"),
    ("bot", "Robot"),
    ("trial", "Trial"),
]
APPS = [
    ("xiaohongshu", "Xiaohongshu"),
    ("wechat", "WeChat"),
    ("weibo", "Weibo"),
    ("qq", "QQ"),
    ("plain", "a browser of its own"),
]
WENT = [
    ("universal", "Universal link"),
    ("deep_link_page", "Page that opens the app"),
    ("h5", "Web page (H5)"),
    ("canonical", "Desktop page"),
    ("stop_page", "Page that says why not"),
]
DEVICES = [("oaid", "OAID"), ("caid", "CAID"), ("coarse", "Address and browser")]


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0006_link_states_and_items"),
    ]

    operations = [
        migrations.AddField(
            model_name="click",
            name="kind",
            field=models.CharField(
                choices=KINDS, default="person", max_length=8, verbose_name="who asked"
            ),
        ),
        migrations.AddField(
            model_name="click",
            name="is_repeat",
            field=models.BooleanField(default=False, verbose_name="repeat within an hour"),
        ),
        migrations.AddField(
            model_name="click",
            name="app",
            field=models.CharField(
                choices=APPS, default="plain", max_length=11, verbose_name="opened in"
            ),
        ),
        migrations.AddField(
            model_name="click",
            name="went",
            field=models.CharField(
                choices=WENT, default="h5", max_length=14, verbose_name="sent to"
            ),
        ),
        migrations.RunSQL(FROM_BOTS, TO_BOTS),
        migrations.RemoveField(model_name="click", name="is_bot"),
        migrations.AlterField(
            model_name="click",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=8, verbose_name="who asked"),
        ),
        migrations.AlterField(
            model_name="click",
            name="app",
            field=models.CharField(choices=APPS, max_length=11, verbose_name="opened in"),
        ),
        migrations.AlterField(
            model_name="click",
            name="went",
            field=models.CharField(choices=WENT, max_length=14, verbose_name="sent to"),
        ),
        migrations.AddField(
            model_name="click",
            name="device",
            field=models.CharField(
                blank=True, default="", max_length=32, verbose_name="device (keyed hash)"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="click",
            name="device_kind",
            field=models.CharField(
                blank=True,
                choices=DEVICES,
                default="",
                max_length=6,
                verbose_name="device known by",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="click",
            name="callback_param",
            field=models.CharField(
                blank=True, default="", max_length=512, verbose_name="callback parameter"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="click",
            name="advertiser_id",
            field=models.CharField(
                blank=True, default="", max_length=32, verbose_name="advertiser"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="click",
            name="request_id",
            field=models.CharField(
                blank=True, default="", max_length=64, verbose_name="partner request id"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="click",
            name="partner_ts",
            field=models.CharField(
                blank=True, default="", max_length=20, verbose_name="partner's time stamp"
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="click",
            index=models.Index(fields=["brand", "link", "device", "at"], name="click_by_device"),
        ),
        migrations.AddIndex(
            model_name="click",
            index=models.Index(fields=["at"], name="click_by_age"),
        ),
        migrations.RunSQL(MARK, NO_LONGER),
        migrations.RunSQL(PURGE, NO_PURGE),
    ]
