"""Whatever is killed in the middle of a night: it ends complete, nothing lost, nothing doubled."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import psutil
import psycopg
import pytest

from portal.lib.database import admin_conninfo
from portal.tests.clusters import Cluster
from portal.tests.nights import (
    ADVERTISER,
    NIGHTLY,
    TWICE,
    Nights,
    ledger,
    middle_of_a_night,
    store_that_joined,
    truth_of,
)
from portal.tests.running import ROOT, wait_for

pytestmark = pytest.mark.processes

COUNTED = ("campaigns_noteday", "campaigns_syncwindow", "merchants_storehistory", "auth_permission")
LOCKED = """
SELECT count(*) FROM pg_class
WHERE relrowsecurity AND relforcerowsecurity AND relname LIKE 'campaigns_%'
"""
OPEN_PARTITIONS = """
SELECT count(*) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid, aclexplode(c.relacl) a
WHERE a.grantee <> c.relowner
"""
CONSENT_AGAIN = """
from merchants import connections, consent, consent_texts, seed, services
from merchants.models import Store
from portal.lib.scope import Hat, scope
owner = seed.member("owner")
page = connections.juguang_app().consent_url(
    state=seed.STATE, redirect_uri=consent.redirect_uri(consent.Purpose.JUGUANG)
)
given = connections.accept_juguang(seed.agree(page, "auth_code", advertiser=880001))
with scope(Hat.ADMIN):
    store = Store.objects.get()
with scope(Hat.WEB, brand=store.brand_id, user=owner.pk):
    agreed = consent_texts.agree_now("juguang")
    services.connect_account(
        store, "juguang", given.advertisers[0], given.grant, agreed=agreed, by=owner
    )
"""


@pytest.fixture(scope="module")
def nights() -> Iterator[Nights]:
    with store_that_joined() as portal:
        yield portal


@pytest.fixture(autouse=True)
def healthy(nights) -> Iterator[None]:
    yield
    nights.control(delay_ms=0)


def assert_complete(portal: Nights) -> None:
    wait_for(portal.is_complete, seconds=30, otherwise=portal.open_windows)
    held = ledger(portal)
    assert len(held) > 1000
    assert held == truth_of(portal)
    assert portal.ask(TWICE) == []


def test_killed_workers_lose_and_double_nothing(nights):
    with middle_of_a_night(nights):
        worker = nights.program("worker")
        child = worker.children(recursive=True)[-1]
        child.kill()
        wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
        with suppress(psutil.NoSuchProcess):  # it may have begun anew by itself
            worker.kill()
    assert_complete(nights)


def test_children_that_are_killed_while_they_wait_for_work_stop_no_night(nights):
    """They share a queue: the one in front has its lock, and takes it along."""
    worker = nights.program("worker")
    for child in wait_for(lambda: worker.children()[1:] and worker.children()):
        child.kill()
    nights.must("advance", "--days", "1")
    assert_complete(nights)


def test_a_night_asked_for_twice_changes_nothing(nights):
    newest = "SELECT max(day)::text FROM campaigns_syncwindow WHERE report = 'juguang.note_day'"
    day = nights.one(newest)
    before = nights.versions()
    for _time in range(2):
        said = nights.must("night", "--day", day, "--wait")
        assert "0 waiting for consent, 0 refused, 0 given up" in said
    assert nights.versions() == before
    assert_complete(nights)


def test_a_database_that_stops_at_once_loses_nothing(nights):
    with middle_of_a_night(nights):
        nights.program("postgres").kill()
        wait_for(nights.answers)
    assert_complete(nights)


def test_lost_messages_lose_no_work(nights, broker):
    with middle_of_a_night(nights):
        if broker:
            broker.restart_empty()
        else:
            assert nights.ask("SELECT pgmq.purge_queue(queue_name) FROM pgmq.list_queues()")
    assert_complete(nights)


@pytest.mark.skipif("TEST_BROKER" not in os.environ, reason="pgmq's server is PostgreSQL: above")
def test_a_broker_that_is_killed_and_comes_back_loses_no_work(nights, broker):
    with middle_of_a_night(nights):
        broker.kill()
        broker.start()
    assert_complete(nights)


def test_two_beats_pull_nothing_twice(nights):
    arguments = ["-A", "portal.celery", "beat", "--scheduler", "celery.beat:Scheduler"]
    second = subprocess.Popen(
        [sys.executable, "-m", "celery", "--quiet", *arguments, "--pidfile="],
        cwd=ROOT,
        env=nights.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with middle_of_a_night(nights):
            wait_for(lambda: nights.pulled() > NIGHTLY // 2)
        assert_complete(nights)
    finally:
        second.terminate()
        second.wait(10)


def test_days_that_pass_while_beat_is_dead_are_all_caught_up(nights):
    beat = nights.program("beat")
    beat.suspend()
    try:
        nights.must("advance", "--days", "3")
    finally:
        beat.kill()
    assert_complete(nights)
    days = "SELECT count(DISTINCT day), max(day) - min(day) + 1 FROM campaigns_syncwindow"
    assert len(set(nights.ask(days)[0])) == 1


def test_tokens_that_die_under_two_workers_are_refreshed_once(nights):
    version = "SELECT version FROM merchants_connection WHERE partner = 'juguang'"
    before = nights.one(version)
    with middle_of_a_night(nights):
        nights.control(expire_access_tokens=True)
    assert_complete(nights)
    assert nights.one(version) == before + 1


def test_a_withdrawn_consent_waits_for_a_person_and_is_done_the_same_night(nights):
    status = "SELECT status FROM merchants_connection WHERE partner = 'juguang'"
    with middle_of_a_night(nights):
        nights.control(revoke=ADVERTISER)
        wait_for(lambda: nights.one(status) == "needs_consent")
    waiting = "SELECT count(*) FROM campaigns_syncwindow WHERE status IN ('owed', 'leased')"
    assert nights.one(waiting) > 0

    nights.must("shell", "-c", CONSENT_AGAIN)
    assert nights.one(status) == "connected"
    assert_complete(nights)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--day", "2031-01-01"], "is not over yet"),
        (["--day", "0001-01-01"], "more than 366 days ago"),
        (["--day", "yesterday"], "is not a day such as 2025-06-18"),
        (["--day", "2025-06-18", "--brand", "nobody"], "There is no brand 'nobody'"),
    ],
)
def test_a_night_that_cannot_be_asked_for_is_told_in_one_line(nights, arguments, line):
    done = nights.manage("night", *arguments)
    assert done.returncode == 1
    assert line in done.stderr
    assert done.stderr.strip().count("\n") == 0


def numbers(var_dir) -> list[int]:
    counts = [f"SELECT count(*) FROM {table}" for table in COUNTED]  # noqa: S608  constants
    with psycopg.connect(admin_conninfo({}, var_dir)) as admin:
        return [admin.execute(query).fetchone()[0] for query in (*counts, LOCKED, OPEN_PARTITIONS)]


def test_a_backup_made_while_all_runs_is_restored_row_for_row_with_its_locks(nights, place):
    (nights.var_dir / "evidence").mkdir(exist_ok=True)
    (nights.var_dir / "evidence" / "paper").write_text("kept")
    nights.must("backup", str(place / "copy"))
    before = numbers(nights.var_dir)
    other = place / "other"

    with Cluster(other):
        elsewhere = {"env": nights.environ | {"VAR_DIR": str(other)}}
        for command in (["prepare_database"], ["restore", str(place / "copy")]):
            done = nights.manage(*command, **elsewhere)
            assert done.returncode == 0, done.stderr
        assert numbers(other) == before
        assert (other / "evidence" / "paper").read_text() == "kept"
        again = nights.manage("restore", str(place / "copy"), **elsewhere)
        assert "not empty" in again.stderr
        checked = nights.manage("check", "--database", "owner", **elsewhere)
        assert checked.returncode == 0, checked.stderr


def test_a_folder_that_is_there_is_not_written_over(nights, place):
    (place / "copy").mkdir()
    done = nights.manage("backup", str(place / "copy"))
    assert done.returncode == 1
    assert "exists already" in done.stderr
