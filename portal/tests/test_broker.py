import os
import signal
import subprocess
import sys
import uuid

import psycopg
import pytest
from django.conf import settings

from portal.lib.database import queue_conninfo
from portal.tests.running import ROOT, wait_for

TRIGGERS = "SELECT oid FROM pg_trigger WHERE tgname LIKE 'trigger_notify_queue%' ORDER BY oid"
OPTIONS = ["worker", "-c", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def app(broker):
    os.environ["BROKER_TEST"] = uuid.uuid4().hex[:12]
    from portal.tests.broker_app import app  # noqa: PLC0415  the queue's name is set above

    yield app
    app.close()


class Worker:
    def __enter__(self) -> "Worker":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "portal.tests.broker_app", *OPTIONS],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def __exit__(self, *error) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


def read(path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_sixty_messages_arrive_once_each(app, place):
    with Worker():
        for n in range(60):
            app.tasks["portal.tests.broker_app.note"].delay(str(place / "seen"), str(n))
        wait_for(lambda: len(read(place / "seen")) >= 60)
    assert sorted(map(int, read(place / "seen"))) == list(range(60))


def test_what_a_killed_worker_held_comes_back(app, broker, place):
    with Worker():
        app.tasks["portal.tests.broker_app.hang_once"].delay(str(place / "seen"))
        wait_for(lambda: read(place / "seen") == ["begun"])
    with Worker():
        seconds = broker.comes_back if broker else 20
        wait_for(lambda: read(place / "seen") == ["begun", "done"], seconds=seconds)


def test_the_brokers_login_reaches_nothing_but_its_queues():
    login = queue_conninfo(os.environ, settings.VAR_DIR, settings.SECRET_KEY)
    with psycopg.connect(login) as queue:
        for refused in ["CREATE TABLE public.mine (n int)", "CREATE SCHEMA mine"]:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                queue.execute(refused)
            queue.rollback()
        assert queue.execute("SELECT count(*) FROM pgmq.list_queues()").fetchone()[0] >= 1


def test_who_is_to_be_woken_outlives_a_crash_of_the_database():
    login = queue_conninfo(os.environ, settings.VAR_DIR, settings.SECRET_KEY)
    kept = "SELECT relpersistence FROM pg_class WHERE oid = 'pgmq.notify_insert_throttle'::regclass"
    with psycopg.connect(login) as queue:
        assert queue.execute(kept).fetchone() == ("p",)


@pytest.mark.skipif("TEST_BROKER" in os.environ, reason="only pgmq's queue has a trigger")
def test_a_process_that_comes_changes_nothing_of_a_queue_that_is_there(app, place):
    login = queue_conninfo(os.environ, settings.VAR_DIR, settings.SECRET_KEY)
    with psycopg.connect(login) as queue:
        with Worker():
            app.tasks["portal.tests.broker_app.note"].delay(str(place / "seen"), "first")
            wait_for(lambda: read(place / "seen"))
        before = queue.execute(TRIGGERS).fetchall()
        queue.commit()
        with Worker():
            app.tasks["portal.tests.broker_app.note"].delay(str(place / "seen"), "second")
            wait_for(lambda: len(read(place / "seen")) == 2)
        assert queue.execute(TRIGGERS).fetchall() == before != []
