import os
import pwd
import signal
import stat
import subprocess
import sys
import threading

import psycopg
import pytest

from portal.lib.database import SOCKET_LIMIT, NotRunning, _make_socket_folder, socket_folder
from portal.tests.clusters import Cluster
from portal.tests.running import ROOT, wait_for

pytestmark = pytest.mark.processes
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has others' homes")


def test_it_listens_on_its_socket_alone(place):
    with Cluster(place / "var") as cluster:
        assert cluster.ask("SHOW listen_addresses") == ""
        assert cluster.ask("SHOW fsync") == "on"
        folder = socket_folder(place / "var")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_its_log_says_what_failed_and_not_with_which_values(place):
    with Cluster(place / "var") as cluster:
        cluster.tell("CREATE TABLE kept (secret text PRIMARY KEY CHECK (secret <> 'hash-2'))")
        cluster.tell("INSERT INTO kept VALUES ('hash-1')")
        for statement in (
            "INSERT INTO kept VALUES ('hash-1')",
            "INSERT INTO kept VALUES ('hash-2')",
        ):
            with pytest.raises(psycopg.IntegrityError):
                cluster.tell(statement)

        assert "violates unique constraint" in cluster.log.read_text()
        assert "hash-" not in cluster.log.read_text()


def test_a_deep_folder_gets_a_short_and_private_socket_folder(place):
    deep = place / ("d" * 80) / ("e" * 80)
    with Cluster(deep) as cluster:
        folder = socket_folder(deep)
        assert cluster.ask("SELECT 1") == 1
        assert len(str(folder)) <= SOCKET_LIMIT
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_with_a_space_works(place):
    with Cluster(place / "my var") as cluster:
        assert cluster.ask("SELECT 1") == 1


@as_root
def test_root_lets_the_server_pass_below_a_private_home_and_opens_no_more(place):
    home = place / "home"
    home.mkdir(mode=0o700)
    with Cluster(home / "var") as cluster:
        assert cluster.ask("SELECT 1") == 1
    assert stat.S_IMODE(home.stat().st_mode) == 0o701
    assert cluster.log.read_text().count("(o+x)") == 1


@as_root
def test_an_ordinary_user_starts_it_as_itself(place):
    nobody = pwd.getpwnam("nobody")
    user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    home = place / "nobody"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    place.chmod(0o755)
    try:
        subprocess.run([sys.executable, "-c", "import portal"], cwd=ROOT, check=True, **user)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("others may not read this Python")
    with Cluster(home / "var", **user) as cluster:
        assert cluster.ask("SELECT 1") == 1
        assert (home / "var" / "postgres").stat().st_uid == nobody.pw_uid


def test_it_survives_being_killed_and_keeps_what_was_written(place):
    with Cluster(place / "var") as cluster:
        cluster.tell("CREATE TABLE kept AS SELECT 618 AS day")
        cluster.end(signal.SIGKILL)
    assert (place / "var" / "postgres" / "postmaster.pid").exists()
    with Cluster(place / "var") as again:
        assert again.ask("SELECT day FROM kept") == 618


def test_a_backend_that_outlives_its_server_is_no_obstacle(place):
    with Cluster(place / "var") as cluster:
        busy = threading.Thread(target=_keep_a_backend_busy, args=[cluster], daemon=True)
        busy.start()
        wait_for(lambda: cluster.ask("SELECT count(*) FROM pg_stat_activity WHERE query ~ '^DO'"))
        cluster.end(signal.SIGKILL)
    with Cluster(place / "var") as again:
        assert again.ask("SELECT 1") == 1
    busy.join(timeout=5)
    assert not busy.is_alive()


def test_pid_and_lock_files_that_name_a_living_stranger_are_no_obstacle(place):
    pid_file = place / "var" / "postgres" / "postmaster.pid"
    lock = place / "var" / "postgres-socket" / ".s.PGSQL.5432.lock"
    with Cluster(place / "var"):
        written = {path: path.read_text() for path in (pid_file, lock)}
    for path, text in written.items():
        path.write_text(text.replace(text.split()[0], str(os.getpid()), 1))
    with Cluster(place / "var") as again:
        assert again.ask("SELECT 1") == 1


def test_a_cluster_that_was_never_finished_is_made_anew(place):
    unfinished = place / "var" / "postgres.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")
    with Cluster(place / "var") as cluster:
        assert cluster.ask("SELECT 1") == 1


def test_a_socket_folder_that_is_another_users_is_refused(place):
    folder = place / "sockets"
    folder.symlink_to(place)
    with pytest.raises(NotRunning, match="someone else"):
        _make_socket_folder(folder, pwd.getpwuid(os.geteuid()))


def test_it_ends_with_the_process_that_started_it(place):
    starter = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(60)"
    serve = [sys.executable, "-m", "portal.lib.database", "serve"]
    environ = {**os.environ, "VAR_DIR": str(place / "var")}
    parent = subprocess.Popen(
        [sys.executable, "-c", starter, *serve], cwd=ROOT, env=environ, stderr=subprocess.DEVNULL
    )
    pid_file = place / "var" / "postgres" / "postmaster.pid"
    wait_for(lambda: pid_file.exists() and "ready" in pid_file.read_text())
    parent.kill()
    parent.wait()
    wait_for(lambda: not pid_file.exists())


def _keep_a_backend_busy(cluster: Cluster) -> None:
    try:
        cluster.tell("DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$")
    except psycopg.OperationalError:
        return  # its server was killed, as the test wants
