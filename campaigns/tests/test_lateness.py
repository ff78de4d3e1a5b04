"""The morning's deadline: what is late, who sees it, and who is told, once."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import PulledPage, SyncWindow, WindowStatus
from campaigns.reports import REPORTS
from campaigns.sync.lateness import lateness, tell_late_brands
from campaigns.sync.windows import open_night
from merchants.models import Connection, Notice, PartnerIncident, Role
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_membership,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

DATA = "/b/shancha/data/"
ENGLISH = {"accept-language": "en"}
NEWEST = date(2025, 6, 22)
LATE = "should have been complete by 07:00"


@pytest.fixture(autouse=True)
def demo_clock(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def joined(brand):
    joined = make_connection(make_store(brand))
    pull_a_night(joined)
    return joined


def pull_a_night(*connections):
    """Let an earlier night have pulled something, and open this one."""
    today = days.known_now()
    days.set_demo_clock(today - timedelta(days=1))
    open_night()
    with scope(Hat.NIGHT):
        for window in SyncWindow.objects.filter(connection__in=connections):
            if window.day == date(2025, 6, 21):
                leave_a_page(window)
        SyncWindow.objects.update(status=WindowStatus.CLOSED, closed_on=NEWEST)
    days.set_demo_clock(today)
    open_night()


def leave_a_page(window):
    own = {"brand_id": window.brand_id, "store_id": window.store_id, "window": window}
    now = days.known_now()
    PulledPage.objects.create(
        **own, owed_on=window.owed_on, pull=1, number=1, sha256="0" * 64, keys=[], known_at=now
    )


def late():
    with scope(Hat.NIGHT):
        return lateness(Connection.objects.all())


def change(model=SyncWindow, **fields):
    with scope(Hat.NIGHT):
        model.objects.update(**fields)


def owe_for(minutes):
    change(owed_at=timezone.now() - timedelta(minutes=minutes))


def notices():
    with scope(Hat.ADMIN):
        return list(Notice.objects.filter(kind="night_late"))


def test_after_the_deadline_what_is_missing_is_named_by_report_and_store(joined):
    found = late()

    assert found.day == NEWEST
    reports = {report.key: stores for report, stores in found.reports}
    mine = [report for report in REPORTS.values() if report.partner == "juguang"]
    of_juguang = [report.key for report in mine if not report.text]  # no newer consent was given
    assert reports == dict.fromkeys(of_juguang, 1)


def test_before_the_deadline_nothing_is_late(joined):
    days.set_demo_clock(datetime(2025, 6, 23, 6, 59, tzinfo=days.SHANGHAI))
    assert late() is None

    days.set_demo_clock(datetime(2025, 6, 23, 7, 0, tzinfo=days.SHANGHAI))
    assert late() is not None


def test_what_is_complete_is_not_late(joined):
    change(status=WindowStatus.CLOSED, closed_on=date(2025, 6, 23))

    assert late() is None


def test_a_night_that_nobody_opened_is_late_too(joined):
    days.set_demo_clock(days.known_now() + timedelta(days=1))

    assert late().day == date(2025, 6, 23)


def test_the_first_night_of_a_connection_is_not_late(brand, joined):
    change(status=WindowStatus.CLOSED, closed_on=date(2025, 6, 23))
    make_connection(make_store(brand, 2))
    open_night()

    assert late() is None


def test_a_paused_connection_is_not_late(joined):
    change(Connection, paused_until=timezone.now() + timedelta(days=1))

    assert late() is None


def test_the_brands_pages_say_what_is_late_until_it_has_come(client_as, joined):
    client = client_as(Role.VIEWER)
    said = client.get(DATA, headers=ENGLISH).text
    assert LATE in said
    assert "Juguang note report: 1 store" in said

    change(status=WindowStatus.CLOSED, closed_on=date(2025, 6, 23))
    assert LATE not in client.get(DATA, headers=ENGLISH).text


def test_another_brands_lateness_is_not_shown(client_as, joined):
    other = make_brand("other", "别家")
    owner = make_user("other@example.test")
    make_membership(other, owner)
    client = client_as(Role.VIEWER)
    client.force_login(owner)

    assert LATE not in client.get("/b/other/data/", headers=ENGLISH).text


def test_owners_are_told_once_a_night_however_often_it_is_looked_at(brand, joined):
    make_membership(brand, make_user())
    owe_for(minutes=20)

    assert [tell_late_brands(), tell_late_brands()] == [1, 0]

    (notice,) = notices()
    assert (notice.link, notice.parameters["day"]) == (DATA, "2025-06-22")


def test_a_night_that_has_just_begun_is_not_told_of(brand, joined):
    make_membership(brand, make_user())
    owe_for(minutes=1)

    assert tell_late_brands() == 0


def test_the_next_late_night_is_told_of_again(brand, joined):
    make_membership(brand, make_user())
    owe_for(minutes=20)
    tell_late_brands()
    days.set_demo_clock(days.known_now() + timedelta(days=1))
    open_night()
    owe_for(minutes=20)

    assert tell_late_brands() == 1


def test_the_notice_names_the_reports_in_the_readers_language(client_as, brand, joined):
    client = client_as(Role.OWNER)
    owe_for(minutes=20)
    tell_late_brands()

    read = client.get("/b/shancha/notices/", headers=ENGLISH).text
    assert "Juguang note report" in read
    assert "is not complete at 07:00" in read


def test_ten_stores_cost_as_many_queries_as_one(brand, joined):
    def queries():
        with CaptureQueriesContext(database) as captured:
            late()
        return len(captured)

    for_one = queries()
    for n in range(2, 11):
        make_connection(make_store(brand, n))
    open_night()
    assert queries() == for_one


def test_an_outage_is_told_to_the_brands_of_that_partner_alone(client_as, joined):
    with scope(Hat.NIGHT):
        for partner in ("juguang", "top"):
            PartnerIncident.objects.create(partner=partner, words="HTTP 503")

    read = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text

    assert "Juguang has not answered anybody since" in read
    assert "What is shown from there reaches 2025-06-21" in read
    assert "Tmall (TOP) has not answered" not in read


def test_an_outage_that_is_over_is_told_no_more(client_as, joined):
    with scope(Hat.NIGHT):
        PartnerIncident.objects.create(partner="juguang", words="x", ended_at=timezone.now())

    read = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text
    assert "has not answered anybody" not in read
