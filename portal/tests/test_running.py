import signal
import subprocess
import sys
import time

import psutil
import pytest

from portal.tests.running import ROOT, wait_for

pytestmark = pytest.mark.processes
ENDS_WHEN_ASKED = ["worker", "beat", "web", "jump", "shipper", "sandbox", "postgres"]


def other_start(portal, **environ) -> str:
    """Start a second one and return the one line it ends with."""
    arguments = [sys.executable, "-m", "portal.bootstrap", "run"]
    done = subprocess.run(
        arguments, cwd=ROOT, env=portal.environ | environ, capture_output=True, text=True
    )
    assert done.returncode == 1
    return done.stderr.strip()


def test_everything_is_ready_and_listens_on_this_machine_alone(empty_portal):
    assert empty_portal.answers("/readyz")
    assert empty_portal.answers("/account/login/")
    listening = {
        connection.laddr.ip
        for process in empty_portal.manager().children(recursive=True)
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


@pytest.mark.parametrize("name", [*ENDS_WHEN_ASKED, "log"])
def test_what_is_killed_comes_back(empty_portal, name):
    killed = empty_portal.program(name)
    killed.kill()
    wait_for(lambda: empty_portal.program(name).pid != killed.pid)
    wait_for(empty_portal.answers)


@pytest.mark.parametrize("name", ENDS_WHEN_ASKED)
def test_what_is_asked_to_end_comes_back_too(empty_portal, name):
    """Each then ends with code 0, as if it had nothing left to do."""
    ended = empty_portal.program(name)
    ended.send_signal(signal.SIGQUIT if name in {"worker", "postgres"} else signal.SIGTERM)
    wait_for(lambda: empty_portal.program(name).pid != ended.pid)
    wait_for(empty_portal.answers)


def test_a_second_start_on_the_same_folder_is_told_where_the_first_is(empty_portal):
    line = other_start(empty_portal)
    assert line.startswith("Already running on")
    assert f"{empty_portal.url}, process {empty_portal.process.pid}" in line


def test_a_taken_port_is_told_in_one_line(empty_portal, place):
    line = other_start(empty_portal, VAR_DIR=str(place / "var"))
    port = empty_portal.environ["PORT"]
    assert line == f"Port {port} can't be used (Address already in use): set PORT to a free one."


@pytest.mark.alone
def test_killing_the_manager_leaves_nothing_behind_and_the_next_start_is_quick(empty_portal):
    manager = empty_portal.manager()
    family = manager.children(recursive=True)
    assert len(family) > 5
    manager.kill()
    _, left = psutil.wait_procs(family, timeout=10)
    assert left == []
    empty_portal.process.wait(10)

    began = time.monotonic()
    empty_portal.start()
    assert time.monotonic() - began < 10
    assert empty_portal.answers()


@pytest.mark.alone
def test_a_closed_terminal_stops_everything_within_ten_seconds(empty_portal):
    family = empty_portal.manager().children(recursive=True)
    began = time.monotonic()
    empty_portal.process.send_signal(signal.SIGHUP)
    empty_portal.process.wait(20)
    assert time.monotonic() - began < 10
    assert [process for process in family if process.is_running()] == []


@pytest.mark.alone
def test_killing_everything_at_once_is_no_obstacle(empty_portal):
    empty_portal.start()
    manager = empty_portal.manager()
    for process in [empty_portal.process, manager, *manager.children(recursive=True)]:
        process.kill()
    empty_portal.process.wait(10)

    empty_portal.start()
    assert empty_portal.answers()
