"""Alarms of the nights as staff see them, and the figures that they may release."""

import pytest

from campaigns.models import FieldDrift, SyncAlarm, SyncWindow
from campaigns.tests.test_admin import signed_in
from merchants.tests.factories import make_connection, make_store
from portal.lib.scope import Hat, scope

ALARMS = "/admin/campaigns/syncalarm/"
pytestmark = pytest.mark.usefixtures("own_files")


@pytest.fixture
def alarm(brand):
    joined = make_connection(make_store(brand))
    own = {"brand": brand, "store": joined.store}
    with scope(Hat.NIGHT):
        window = SyncWindow.objects.create(
            **own,
            connection=joined,
            report="juguang.note_day",
            day="2025-06-18",
            owed_on="2025-06-23",
            status="held",
        )
        words = "fee_fen is 100 times that of the week before, in the median."
        return SyncAlarm.objects.create(**own, window=window, kind="magnitude", words=words)


def release(client, alarm):
    sent = {"action": "release", "_selected_action": [alarm.pk]}
    return client.post(ALARMS, sent, follow=True)


def window_of(alarm):
    with scope(Hat.NIGHT):
        return SyncWindow.objects.get(pk=alarm.window_id)


def test_staff_read_the_alarms_and_edit_none(client, alarm):
    staff = signed_in(client, is_superuser=True)

    assert alarm.words in staff.get(ALARMS).text
    assert "2025-06-18" in staff.get(f"{ALARMS}{alarm.pk}/change/").text
    assert staff.get(f"{ALARMS}add/").status_code == 403


def test_an_admin_releases_held_figures_once(client, alarm):
    staff = signed_in(client, is_superuser=True)

    first, second = release(staff, alarm), release(staff, alarm)

    window = window_of(alarm)
    assert (window.status, window.is_released) == ("owed", True)
    assert "1 day released" in first.text or "已放行 1 天" in first.text
    assert "None of these days" in second.text or "没有暂不公布" in second.text


def test_who_may_only_read_alarms_releases_nothing(client, alarm):
    reader = signed_in(client)

    assert release(reader, alarm).status_code == 403
    assert window_of(alarm).status == "held"


def test_staff_read_what_fields_are_new(client, db):
    with scope(Hat.NIGHT):
        FieldDrift.objects.create(report="juguang.note_day", field="brand_new", times=3)

    assert (
        "brand_new" in signed_in(client, is_superuser=True).get("/admin/campaigns/fielddrift/").text
    )
