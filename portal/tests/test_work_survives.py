"""What is killed while it judges stores or sends mails, and a midnight without beat."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import psycopg
import pytest

from merchants.tests.smtp_server import SmtpServer
from portal.lib.database import admin_conninfo
from portal.tests.nights import Nights, store_that_joins
from portal.tests.running import wait_for

pytestmark = pytest.mark.processes

JUDGE = "from merchants import tasks; tasks.requalify_stores.delay()"
MAIL = "from merchants import tasks; tasks.send_owed_mails.delay()"
SUSPEND = """
from merchants import seed, suspension
from merchants.models import Store
from portal.lib.scope import Hat, scope
with scope(Hat.ADMIN):
    suspension.suspend_store(Store.objects.get(), reason="Looked into.", by=seed.member("admin"))
"""
FALL_SHORT = """
UPDATE merchants_store SET overall_score = 4.2, description_score = 4.2,
    service_score = 4.2, logistics_score = 4.2 RETURNING id
"""
WAITS_FOR_THE_STORE = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'redcat_app'
"""


@pytest.fixture(scope="module")
def post() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="module")
def portal(post) -> Iterator[Nights]:
    port = str(post.server_address[1])
    mails = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port, "EMAIL_USE_TLS": "0"}
    with store_that_joins(**mails) as portal:
        yield portal


def judged_today(portal: Nights) -> bool:
    days = portal.ask("SELECT judged_on::text FROM merchants_participation")
    return days == [(portal.today,)]


def kill_worker(portal: Nights) -> None:
    worker = portal.program("worker")
    family = [worker, *worker.children(recursive=True)]
    worker.kill()
    psutil.wait_procs(family, timeout=10)
    wait_for(lambda: portal.program("worker").pid != worker.pid)


@contextmanager
def nobody_may_judge(portal: Nights) -> Iterator[None]:
    """Hold the store's row, as whoever judges it does."""
    with psycopg.connect(admin_conninfo({}, portal.var_dir)) as holder:
        holder.execute("SELECT FROM merchants_store FOR NO KEY UPDATE")
        yield


def test_a_midnight_that_beat_slept_through_is_judged_once_it_is_back(portal):
    beat = portal.program("beat")
    beat.suspend()
    portal.must("advance", "--days", "2")
    assert not judged_today(portal)
    beat.kill()
    wait_for(lambda: judged_today(portal), seconds=40)


def test_a_store_whose_judge_was_killed_is_judged_once_and_told_once(portal):
    portal.must("advance", "--days", "1")
    portal.ask(FALL_SHORT)
    with nobody_may_judge(portal):
        portal.must("shell", "-c", JUDGE)
        wait_for(lambda: portal.one(WAITS_FOR_THE_STORE))
        kill_worker(portal)
    portal.must("shell", "-c", JUDGE)
    wait_for(lambda: judged_today(portal), seconds=40)

    assert portal.ask("SELECT target FROM merchants_participationevent") == [("at_risk",)]
    told = "SELECT user_id FROM merchants_notice WHERE kind = 'at_risk'"
    assert len(set(portal.ask(told))) == len(portal.ask(told)) == 3


def test_a_mail_whose_sender_was_killed_is_sent_no_second_time_and_waits_for_a_person(portal, post):
    post.answers.clear()
    before = len(post.mails)
    portal.must("shell", "-c", SUSPEND)
    wait_for(lambda: len(post.mails) > before)
    kill_worker(portal)
    post.answers.set()
    late = "UPDATE merchants_noticemail SET claimed_at = claimed_at - interval '11 minutes'"
    portal.ask(f"{late} WHERE status = 'claimed' RETURNING id")
    portal.must("shell", "-c", MAIL)

    open_ones = "SELECT count(*) FROM merchants_noticemail WHERE status IN ('owed', 'claimed')"
    wait_for(lambda: portal.one(open_ones) == 0, seconds=40)
    assert portal.one("SELECT count(*) FROM merchants_noticemail WHERE status = 'unsure'") > 0
    sent = [mail["Message-ID"] for mail in post.mails]
    assert len(sent) == len(set(sent)) == portal.one("SELECT count(*) FROM merchants_noticemail")
