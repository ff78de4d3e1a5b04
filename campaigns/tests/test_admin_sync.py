"""The staff's pages of the night: monitor, lost windows, replay, estimate."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import PulledPage, SyncWindow, WindowStatus
from campaigns.sync.estimate import estimate
from campaigns.sync.windows import open_night
from merchants.models import PartnerIncident
from merchants.tests.factories import (
    give_second_factor,
    make_brand,
    make_connection,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

MONITOR = "/admin/campaigns/syncwindow/monitor/"
REPLAY = "/admin/campaigns/syncwindow/replay/"
WINDOWS = "/admin/campaigns/syncwindow/"
ENGLISH = {"accept-language": "en"}
REPORT = "juguang.note_day"


@pytest.fixture(autouse=True)
def demo_clock(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def staff(db, client):
    user = make_user("admin@example.test", is_staff=True, is_superuser=True)
    client.force_login(user)
    give_second_factor(client, user)
    return client


@pytest.fixture
def joined(brand):
    joined = make_connection(make_store(brand))
    open_night()
    return joined


def windows(**fields):
    with scope(Hat.NIGHT):
        return list(SyncWindow.objects.filter(**fields).order_by("day"))


def change(where=None, **fields):
    with scope(Hat.NIGHT):
        SyncWindow.objects.filter(**where or {}).update(**fields)


def asked(joined, first, last, report=REPORT):
    return {"brand": joined.brand_id, "report": report, "first": first, "last": last}


def test_the_monitor_counts_the_windows_of_all_brands_by_report(staff, joined):
    make_connection(make_store(make_brand("yejing", "野径")))
    open_night()
    change({"report": REPORT, "day": date(2025, 6, 22)}, status=WindowStatus.DEAD)

    page = staff.get(MONITOR, headers=ENGLISH)

    (line,) = [each for each in page.context["monitor"].lines if each.report.key == REPORT]
    assert (line.owed, line.dead, line.late) == (178, 2, 2)
    assert "Juguang note report" in page.text


def test_the_monitor_is_there_before_anything_was_ever_asked(staff):
    page = staff.get(MONITOR, headers=ENGLISH).text

    assert "Every partner has always answered somebody." in page


def test_the_monitor_names_a_partner_that_is_down(staff, joined):
    with scope(Hat.NIGHT):
        PartnerIncident.objects.create(partner="top", words="HTTP 503 from the gateway")

    assert "HTTP 503 from the gateway" in staff.get(MONITOR, headers=ENGLISH).text
    assert "1 partner down" in staff.get("/admin/", headers=ENGLISH).text


def test_ten_brands_cost_the_monitor_as_many_queries_as_one(staff, joined):
    def queries():
        with CaptureQueriesContext(database) as captured:
            staff.get(MONITOR)
        return len(captured)

    queries()
    for_one = queries()
    for n in range(9):
        make_connection(make_store(make_brand(f"brand-{n}", f"牌{n}")))
    open_night()
    assert queries() == for_one


def test_who_may_not_see_windows_sees_no_monitor(client, db):
    user = make_user("reviewer@example.test", is_staff=True)
    client.force_login(user)
    give_second_factor(client, user)

    assert {client.get(page).status_code for page in (MONITOR, REPLAY)} == {403}


def test_lost_windows_are_listed_with_the_partners_words_and_asked_for_again(staff, joined):
    lost = windows(report=REPORT)[0]
    change({"pk": lost.pk}, status=WindowStatus.FAILED, error="isv.invalid-parameter")
    listed = staff.get(WINDOWS, {"outcome": "lost"}, headers=ENGLISH).text
    assert "isv.invalid-parameter" in listed

    staff.post(WINDOWS, {"action": "ask_for_again", "_selected_action": [lost.pk]})

    (again,) = windows(pk=lost.pk)
    assert (again.status, again.error, again.pull) == ("owed", "", 2)
    with scope(Hat.ADMIN):
        assert LogEntry.objects.get().object_id == str(lost.pk)


def test_any_day_is_replayed_and_the_step_is_logged(staff, joined):
    change(status=WindowStatus.CLOSED, closed_on=days.today())

    staff.post(REPLAY, asked(joined, "2025-04-01", "2025-04-03"))

    owed = [window.day for window in windows(status="owed")]
    assert owed == [date(2025, 4, 1), date(2025, 4, 2), date(2025, 4, 3)]
    with scope(Hat.ADMIN):
        (entry,) = LogEntry.objects.all()
    assert "juguang.note_day 2025-04-01–2025-04-03" in entry.change_message


def test_days_that_were_never_asked_for_are_opened(staff, joined):
    days.set_demo_clock(days.known_now() + timedelta(days=3))

    staff.post(REPLAY, asked(joined, "2025-06-23", "2025-06-25"))

    assert [window.day.day for window in windows(day__gt=date(2025, 6, 22))] == [23, 24, 25]


@pytest.mark.parametrize(
    ("first", "last"),
    [("2025-03-24", "2025-03-25"), ("2025-06-22", "2025-06-23"), ("2025-06-02", "2025-06-01")],
    ids=["too old", "not over yet", "backwards"],
)
def test_days_out_of_reach_are_refused_with_what_can_be_asked_for(staff, joined, first, last):
    change(status=WindowStatus.CLOSED)
    answer = staff.post(REPLAY, asked(joined, first, last), headers=ENGLISH)

    assert answer.status_code == 422
    assert "can be asked for from 2025-03-25 to 2025-06-22" in answer.text
    assert windows(status="owed") == []


def test_a_replay_leaves_other_brands_alone(staff, joined):
    make_connection(make_store(make_brand("yejing", "野径")))
    open_night()
    change(status=WindowStatus.CLOSED)

    staff.post(REPLAY, asked(joined, "2025-04-01", "2025-04-03"))

    assert {window.brand_id for window in windows(status="owed")} == {joined.brand_id}


def costs():
    with scope(Hat.NIGHT):
        return {each.partner.value: each for each in estimate()}


def leave_pages(window, number):
    own = {"brand_id": window.brand_id, "store_id": window.store_id, "window": window}
    own |= {"owed_on": window.owed_on, "pull": 1, "sha256": "0" * 64, "keys": []}
    with scope(Hat.NIGHT):
        for n in range(1, number + 1):
            PulledPage.objects.create(**own, number=n, known_at=timezone.now())


def test_the_estimate_counts_pages_as_the_last_nights_had_them(joined):
    before = costs()["juguang"]
    leave_pages(windows(report=REPORT)[-1], 3)

    after = costs()["juguang"]
    assert after.windows == before.windows
    assert after.calls == before.calls + 34 * 2


def test_a_night_that_is_longer_than_the_night_does_not_fit(joined, settings):
    slow = {"of_key": 0.0005, "of_account": 0.0005}
    settings.PARTNER_RATES = settings.PARTNER_RATES | {"juguang": slow}

    assert not costs()["juguang"].fits_night


def test_a_night_of_more_calls_than_a_day_allows_does_not_fit(joined, settings):
    make_connection(joined.store, "top")
    few = {"of_key": 10.0, "of_account": 10.0, "a_day": 0.5}
    settings.PARTNER_RATES = settings.PARTNER_RATES | {"top": few | {"a_day": 1}}
    leave_pages(windows(report=REPORT)[-1], 1)

    assert costs()["top"].a_day == 1
    assert costs()["top"].fits_quota == (costs()["top"].calls <= 1)


def test_the_command_says_what_a_night_costs_and_asks_for_nothing(joined):
    change(status=WindowStatus.CLOSED)
    out = StringIO()

    call_command("night", "--estimate", stdout=out)

    assert "juguang: " in out.getvalue()
    assert "fits" in out.getvalue()
    assert windows(status="owed") == []
