"""A star view by mail: the same figures as its page, once the day's export has come."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core import mail
from django.test import Client
from PIL import Image

from campaigns.results.columns import USUAL
from campaigns.results.metrics import Line
from campaigns.results.shown import written
from campaigns.tests.factories import make_mail_report, make_saved_view
from campaigns.tests.factories_facts import make_star_day
from campaigns.tests.mails import MONDAY, at, the_mail, work
from campaigns.tests.plans import make_star_task
from campaigns.tests.reading import figures_on
from merchants.models import Role
from merchants.tests.factories import make_membership, make_store, make_user
from portal.lib.scope import Hat, scope

NEWEST = MONDAY - timedelta(days=2)  # what an export can tell of on that morning
BEFORE = NEWEST - timedelta(days=1)
TASK, OTHER = "XHX1", "XHX2"
SHOWN = USUAL[Line.STAR]


@pytest.fixture(autouse=True)
def clock(settings):
    settings.DEMO = False
    with time_machine.travel(at(9, 45), tick=False) as clock:
        yield clock


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def reader(brand):
    return make_membership(brand, make_user("reader@example.test", language="en"), Role.VIEWER)


@pytest.fixture
def client(reader):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(reader.user)
    return client


@pytest.fixture
def view(brand, reader):
    asked = {"latest": "7", "window": "15"}
    return make_saved_view(brand, reader.user, "星任务周报", line="star", asked=asked)


@pytest.fixture
def report(view, reader):
    return make_mail_report(view, reader)


def test_the_mail_says_what_the_page_says(client, store, report):
    make_star_task(store, task_id=TASK, name="修护精华油 · 主推")
    make_star_day(store, NEWEST, store_gmv_fen=123_456, new_customer_uv=None, search_visit_uv=4)
    make_star_day(store, BEFORE, store_gmv_fen=1_000, read_uv=2_000)
    make_star_day(store, NEWEST, OTHER, store_gmv_fen=70_000)

    work()

    text, (page, _kind) = the_mail().body, the_mail().alternatives[0]
    path = re.search(r"http\S+(/b/shancha/results/star/\?\S+)", text)[1]
    shown = client.get(path).text
    amount = written(int(figures_on(shown)["store_gmv", "total"]), "fen")
    assert amount == "1,944.56"
    for said in (text, page):
        assert "Store GMV ¥ 15 d" in said
        assert amount in said
        assert "≤ 2,800" in said
        assert "≤ 2,800" in shown
        assert "修护精华油 · 主推 (50%)" in said
        assert "1,244.56" in said
        assert "As known on 2025-06-23 09:45" in said
        assert "final on 2025-07-08" in said
        assert "within the sample; nothing is scaled up" in said
        assert "Not every task has returned this." in said
        assert "Compared with" not in said


def test_every_total_of_the_page_is_in_the_mail(client, store, report):
    make_star_day(store, NEWEST, **dict.fromkeys(SHOWN[:-1], 5_432), store_gmv_fen=98_700)

    work()

    path = re.search(r"http\S+(/b/shancha/results/star/\?\S+)", the_mail().body)[1]
    found = figures_on(client.get(path).text)
    assert {found[key, "total"] for key in SHOWN[:-1]} == {"5432"}
    assert the_mail().body.count(": 5,432") == len(SHOWN) - 1


def test_a_direct_figure_is_in_no_star_mail(store, report):
    make_star_day(store, NEWEST)

    work()

    assert not re.search(r"ROI|Spend|Jump", the_mail().body + the_mail().alternatives[0][0])


def test_its_picture_is_of_the_gmv_alone(store, report):
    make_star_day(store, NEWEST)

    work()

    message, page = the_mail().message(), the_mail().alternatives[0][0]
    [picture] = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert Image.open(BytesIO(picture.get_payload(decode=True))).size == (1200, 400)
    assert 'alt="Store GMV 15 d by day"' in page


def test_tasks_that_do_not_add_up_have_no_picture_and_no_total(store, report):
    make_star_day(store, NEWEST)
    make_star_day(store, NEWEST, OTHER, sampling=10_000)

    work()

    page = the_mail().alternatives[0][0]
    assert "cid:" not in page
    assert "samples differ" in page
    assert "image/png" not in {part.get_content_type() for part in the_mail().message().walk()}


def test_a_chinese_reader_is_written_to_in_chinese(store, report, reader):
    with scope(Hat.ADMIN):
        type(reader.user).objects.filter(pk=reader.user_id).update(language="zh-hans")
    make_star_day(store, NEWEST)

    work()

    assert "商家 GMV ¥ 15日" in the_mail().body
    assert 'alt="每日商家GMV 15日"' in the_mail().alternatives[0][0]


def test_it_waits_for_the_export_and_after_three_hours_names_what_is_missing(store, report, clock):
    make_star_task(store, task_id=TASK)
    make_star_day(store, BEFORE)

    work()
    assert mail.outbox == []

    clock.move_to(at(12))
    work()
    missing = the_mail().body.split("Days without figures:")[1].splitlines()[0]
    assert f"{NEWEST}" in missing
    assert f"{BEFORE}" not in missing


def test_it_comes_once_every_store_with_a_task_was_told_of(brand, store, report):
    second = make_store(brand, 2)
    make_star_task(second, task_id=OTHER)
    make_star_day(store, NEWEST)

    work()
    assert mail.outbox == []

    make_star_day(second, NEWEST, OTHER)
    work()
    assert len(mail.outbox) == 1


def test_a_task_that_is_long_over_is_not_waited_for(brand, store, report):
    make_star_task(make_store(brand, 2), ends_on=date(2025, 6, 5))  # 15 days before, and one
    make_star_day(store, NEWEST)

    work()

    assert len(mail.outbox) == 1


def test_another_window_s_export_is_not_the_one(store, report):
    make_star_day(store, NEWEST, window_days=30)

    work()

    assert mail.outbox == []


def test_it_shows_no_more_than_its_reader_may_see(brand, store):
    user = make_user("narrowed@example.test", language="en")
    narrowed = make_membership(brand, user, Role.VIEWER, stores=(store,))
    view = make_saved_view(brand, user, line="star", asked={"latest": "7"})
    make_mail_report(view, narrowed)
    make_star_day(store, NEWEST)
    make_star_day(make_store(brand, 2), NEWEST, "XHXOTHER")

    work()

    assert "XHXOTHER" not in the_mail().body
    assert TASK in the_mail().body


def test_a_star_view_is_offered_by_mail_and_stopped_by_the_link_in_it(client, store, view):
    make_star_day(store, NEWEST)
    add = f"/b/shancha/results/views/{view.pk}/mail/"
    assert add in client.get("/b/shancha/results/views/").text

    client.post(add, {"hour": "9"})
    report = re.search(r"/results/mails/(\d+)/send/", client.get("/b/shancha/results/mails/").text)
    client.post(f"/b/shancha/results/mails/{report[1]}/send/")
    work()

    stop = the_mail().extra_headers["List-Unsubscribe"].strip("<>")
    assert Client().post(re.sub(r"^http://[^/]+", "", stop)).status_code == 200
    assert "paused" in client.get("/b/shancha/results/mails/").text
