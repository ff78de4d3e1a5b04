import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings

from portal.lib import roles
from portal.lib.database import NAME, admin_conninfo, password_of, socket_folder
from portal.tests.clusters import Cluster
from portal.tests.running import ROOT

pytestmark = pytest.mark.processes
ASK_FOR_PASSWORDS = "local all postgres trust\nlocal all all scram-sha-256\n"


@pytest.fixture
def server(place):
    """A server of somebody else's, with an administrator who is no superuser."""
    with Cluster(place / "server") as cluster:
        with psycopg.connect(
            admin_conninfo({}, cluster.var_dir, "postgres"), autocommit=True
        ) as admin:
            admin.execute("CREATE ROLE boss LOGIN CREATEROLE CREATEDB PASSWORD 'pw'")
            admin.execute("CREATE DATABASE redcat OWNER boss")
            (cluster.var_dir / "postgres" / "pg_hba.conf").write_text(ASK_FOR_PASSWORDS)
            admin.execute("SELECT pg_reload_conf()")
        yield cluster


def prepare(server, place) -> subprocess.CompletedProcess:
    url = f"postgres://boss:pw@/redcat?host={socket_folder(server.var_dir)}"
    environ = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": "k", "VAR_DIR": str(place / "var")}
    arguments = [sys.executable, "manage.py", "prepare_database"]
    return subprocess.run(arguments, cwd=ROOT, env=environ, capture_output=True, text=True)


def log_in(server, role: str) -> psycopg.Connection:
    host = str(socket_folder(server.var_dir))
    return psycopg.connect(host=host, dbname=NAME, user=role, password=password_of(role, "k"))


def test_an_administrator_who_is_no_superuser_prepares_a_server_of_your_own_twice(server, place):
    assert prepare(server, place).stderr == ""
    assert prepare(server, place).stderr == ""
    for role in roles.LOGINS:
        log_in(server, role).close()


def test_the_runtime_login_has_a_scopes_rights_only_after_taking_its_role(server, place):
    assert prepare(server, place).stderr == ""
    with log_in(server, "redcat") as owner:
        owner.execute("CREATE TABLE secrets (); GRANT SELECT ON secrets TO redcat_web")
    with log_in(server, "redcat_app") as app:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT FROM secrets")
        app.rollback()
        app.execute("SET LOCAL ROLE redcat_web")
        app.execute("SELECT FROM secrets")


def test_a_role_that_passes_over_row_level_security_is_refused(server, place):
    server.tell("CREATE ROLE redcat_app LOGIN BYPASSRLS; GRANT redcat_app TO boss WITH ADMIN TRUE")
    assert "redcat_app passes over row-level security" in prepare(server, place).stderr


def test_messages_do_not_wait_for_the_disk_and_rows_do(server, place):
    assert prepare(server, place).stderr == ""
    waits = {}
    for role in (roles.QUEUE, roles.APP):
        with log_in(server, role) as login:
            (waits[role],) = login.execute("SHOW synchronous_commit").fetchone()
    assert waits == {"redcat_queue": "off", "redcat_app": "on"}


def test_the_workers_queue_wakes_them_before_the_first_of_them_starts(server, place):
    assert prepare(server, place).stderr == ""
    with log_in(server, roles.QUEUE) as queue:
        named = queue.execute("SELECT queue_name FROM pgmq.notify_insert_throttle").fetchall()
    assert named == [(settings.CELERY_TASK_DEFAULT_QUEUE,)]
