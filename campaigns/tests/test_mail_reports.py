"""Mail reports: a saved view by mail at its hour, once a day, as its reader may see it then."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier

import pytest
import time_machine
from django.core import mail
from django.db import connection as database
from django.test import Client
from django.utils import timezone
from PIL import Image

from campaigns.mail_reports import chart, due, services
from campaigns.models import MailReport, ReportMail, SavedView, WindowStatus
from campaigns.tests.factories import (
    make_mail_report,
    make_note,
    make_note_day,
    make_saved_view,
    make_window,
)
from campaigns.tests.mails import MONDAY, at, the_mail, work
from merchants.models import Membership, Role
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_grant,
    make_membership,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

URL = "/b/shancha/results/mails/"
YESTERDAY = MONDAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(settings):
    """A Monday at a quarter to ten; the demo's own clock stands aside."""
    settings.DEMO = False
    with time_machine.travel(at(9, 45), tick=False) as clock:
        yield clock


@pytest.fixture
def client():
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def note(store):
    note = make_note(make_connection(store), creator="小满")
    make_note_day(note, YESTERDAY, fee_fen=70_000)
    return note


@pytest.fixture
def closed(note, store):
    return make_window(store, YESTERDAY)


@pytest.fixture
def reader(brand):
    user = make_user("reader@example.test", language="en")
    return make_membership(brand, user, Role.VIEWER)


@pytest.fixture
def view(brand, reader):
    return make_saved_view(brand, reader.user, "周报", asked={"latest": "7", "window": "15"})


@pytest.fixture
def report(view, reader):
    return make_mail_report(view, reader)


def mails_of(report):
    with scope(Hat.ADMIN):
        return list(ReportMail.objects.filter(report=report).order_by("pk"))


def test_a_report_comes_once_on_its_day(report, closed):
    work()
    work()

    assert the_mail().to == ["reader@example.test"]
    assert [each.status for each in mails_of(report)] == ["sent"]


def test_the_mail_holds_figures_window_as_of_maturity_comparison_and_rows(report, closed):
    work()

    text, (page, _kind) = the_mail().body, the_mail().alternatives[0]
    for said in (text, page):
        assert "Spend ¥" in said
        assert "700.00" in said
        assert "As known on 2025-06-23 09:45" in said
        assert "Maturity 0%; final on 2025-07-08" in said
        assert "Compared with 2025-06-09 – 2025-06-15" in said
        assert "山茶花精华油 1" in said


def test_a_chinese_reader_is_written_to_in_chinese(report, reader, closed):
    with scope(Hat.ADMIN):
        type(reader.user).objects.filter(pk=reader.user_id).update(language="zh-hans")

    work()

    assert "数据截至 2025-06-23 09:45" in the_mail().body
    assert "As known" not in the_mail().alternatives[0][0]


def test_its_picture_of_the_trend_stands_inside_the_mail(report, closed):
    work()

    message = the_mail().message()
    [picture] = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert message.get_content_type() == "multipart/related"
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in the_mail().alternatives[0][0]
    assert Image.open(BytesIO(picture.get_payload(decode=True))).size == (1200, 400)


def test_a_day_whose_window_is_open_is_paler_and_an_unknown_one_empty():
    def point(gmv, *, provisional=False):
        return {"label": "06-18", "gmv": gmv, "fee": None, "provisional": provisional}

    picture = Image.open(BytesIO(chart.draw([point(80), point(80, provisional=True), point(None)])))

    width = (chart.RIGHT - chart.LEFT) / 3
    height = (chart.BOTTOM + chart.TOP) // 2 + 20
    colours = [picture.getpixel((int(chart.LEFT + width * (n + 0.5)), height)) for n in range(3)]
    assert colours == [(200, 16, 46), (240, 184, 193), (255, 255, 255)]


@pytest.mark.parametrize(
    ("most", "top"), [(0, 4), (4, 4), (5, 8), (81, 200), (1234, 2000), (7_900_000, 8_000_000)]
)
def test_the_axis_ends_at_a_round_number(most, top):
    assert chart.axis_top(most) == top


def test_its_link_asks_exactly_this_question(report, closed, reader, client):
    work()

    path = re.search(r"http\S+(/b/shancha/results/\?\S+)", the_mail().body)[1]
    assert path == ("/b/shancha/results/?window=15&from=2025-06-16&to=2025-06-22&as_of=2025-06-23")
    client.force_login(reader.user)
    assert client.get(path).status_code == 200


def test_it_waits_for_the_newest_day_and_after_three_hours_names_what_is_missing(
    report, store, clock
):
    make_connection(store)
    make_window(store, YESTERDAY, status=WindowStatus.OWED)

    clock.move_to(at(11, 59))
    work()
    assert mail.outbox == []

    clock.move_to(at(12))
    work()
    assert "Days without figures:" in the_mail().body
    assert "2025-06-22" in the_mail().body.split("Days without figures:")[1].splitlines()[0]


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"hour": 9}, 1),
        ({"hour": 10}, 0),
        ({"weekday": 0}, 1),
        ({"weekday": 1}, 0),
        ({"paused_at": at(8)}, 0),
        ({"since": at(9, 1)}, 0),
        ({"since": at(9)}, 1),
    ],
    ids=str,
)
def test_it_is_due_on_its_day_from_its_hour_on(view, reader, closed, fields, count):
    make_mail_report(view, reader, **fields)

    work()

    assert len(mail.outbox) == count


def ended_by_suspension(reader, view):
    with scope(Hat.WEB, brand=reader.brand_id):
        Membership.objects.filter(pk=reader.pk).update(suspended_at=timezone.now())


def ended_by_leaving(reader, view):
    with scope(Hat.WEB, brand=reader.brand_id):
        Membership.objects.get(pk=reader.pk).delete()


def ended_by_the_view(reader, view):
    with scope(Hat.WEB, brand=reader.brand_id, user=reader.user_id):
        SavedView.objects.get(pk=view.pk).delete()


@pytest.mark.parametrize("end", [ended_by_suspension, ended_by_leaving, ended_by_the_view])
def test_it_ends_with_the_membership_or_the_view(report, reader, view, closed, end):
    end(reader, view)

    work()

    assert mail.outbox == []


def test_a_view_that_is_not_shared_any_more_is_sent_to_nobody_else(brand, reader, closed):
    other = make_user("other@example.test")
    make_membership(brand, other, Role.MARKETER)
    theirs = make_saved_view(brand, other, "别人的", is_shared=False)
    report = make_mail_report(theirs, reader)

    work()

    assert mail.outbox == []
    [mail_row] = mails_of(report)
    assert (mail_row.status, mail_row.error) == ("failed", "The view is not shared any more.")


def test_it_shows_no_more_than_its_reader_may_see(brand, store, closed):
    second = make_store(brand, 2)
    other = make_note(make_connection(second, subject="2"), 2)
    make_note_day(other, YESTERDAY, fee_fen=5)
    make_window(second, YESTERDAY)
    user = make_user("narrowed@example.test", language="en")
    narrowed = make_membership(brand, user, Role.VIEWER, stores=(store,))
    make_mail_report(make_saved_view(brand, user, asked={"latest": "7"}), narrowed)

    work()

    assert "700.00" in the_mail().body
    assert "700.05" not in the_mail().body


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_two_racing_ticks_one_sends(report, closed):
    start = Barrier(2)

    def tick(_):
        try:
            start.wait()
            work()
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(tick, range(2)))

    assert len(mail.outbox) == 1
    assert len(mails_of(report)) == 1


def test_a_viewer_has_a_view_sent_sees_it_listed_and_pauses_it(client, reader, view):
    client.force_login(reader.user)
    client.post(f"/b/shancha/results/views/{view.pk}/mail/", {"weekday": "0", "hour": "9"})
    with scope(Hat.ADMIN):
        report = MailReport.objects.get()

    assert (report.weekday, report.hour) == (0, 9)
    assert "Monday" in client.get(URL).text
    assert "paused" in client.post(f"{URL}{report.pk}/pause/", follow=True).text


@pytest.mark.parametrize("asked", [{"hour": "24"}, {"hour": "9", "weekday": "7"}, {}], ids=str)
def test_what_is_no_hour_or_weekday_is_refused(client, reader, view, asked):
    client.force_login(reader.user)

    answer = client.post(f"/b/shancha/results/views/{view.pk}/mail/", asked)

    assert answer.status_code == 422


def test_a_view_is_sent_to_a_person_once(client, reader, view, report):
    client.force_login(reader.user)

    answer = client.post(f"/b/shancha/results/views/{view.pk}/mail/", {"hour": "10"})

    assert answer.status_code == 422
    assert "already" in answer.text


def test_an_agencys_person_gets_none(client, brand, store):
    agency, user = make_brand("agency", "代运营"), make_user("agent@example.test")
    make_membership(agency, user, Role.OWNER)
    make_grant(brand, agency, (store,), Role.MARKETER)
    view = make_saved_view(brand, user)
    client.force_login(user)

    assert client.get(f"/b/shancha/results/views/{view.pk}/mail/").status_code == 403
    assert "/mail/" not in client.get("/b/shancha/results/views/").text
    assert client.get(URL).status_code == 200


def test_one_asked_for_comes_besides_and_one_at_a_time(client, reader, report, closed):
    client.force_login(reader.user)
    client.post(f"{URL}{report.pk}/send/")
    twice = client.post(f"{URL}{report.pk}/send/", follow=True)

    assert "on its way already" in twice.text
    work()
    assert len(mail.outbox) == 2  # and the day's own


def test_five_are_asked_for_on_a_day(client, reader, report, closed):
    client.force_login(reader.user)
    for _n in range(7):
        client.post(f"{URL}{report.pk}/send/")
        work()

    assert len([each for each in mails_of(report) if each.is_asked]) == services.MOST_ASKED


def test_a_resumed_report_waits_for_its_next_hour(report, closed):
    with scope(Hat.WEB, brand=report.brand_id):
        report.pause()
        report.resume()

    work()

    assert mail.outbox == []


def test_the_way_out_asks_on_get_and_stops_on_post_without_a_login_or_a_cookie(report, closed):
    work()
    heads = the_mail().extra_headers
    assert heads["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.fullmatch(r"<http://[^/]+(/mails/.+/stop/)>", heads["List-Unsubscribe"])[1]
    anybody = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})

    assert "Stop this mail report?" in anybody.get(path).text
    assert paused(report) is False
    assert anybody.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert paused(report) is True


def test_a_forged_way_out_stops_nothing(client, report):
    token = services.stop_token(report)

    assert client.post(f"/mails/{token[:-2]}/stop/").status_code == 404
    assert paused(report) is False


def paused(report):
    with scope(Hat.ADMIN):
        return MailReport.objects.get(pk=report.pk).paused_at is not None


def test_mails_are_forgotten_after_90_days(report):
    with scope(Hat.NIGHT):
        for back in (90, 91):
            day = days.today() - timedelta(days=back)
            ReportMail.objects.create(brand_id=report.brand_id, report=report, day=day)
        due.purge()

    assert [each.day for each in mails_of(report)] == [days.today() - timedelta(days=90)]
