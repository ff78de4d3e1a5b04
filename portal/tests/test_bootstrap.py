import io
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portal.bootstrap import complaint_about
from portal.launch import prefix
from portal.launch.ground import Complaint, check_machine, check_ports, environment, reason_in
from portal.tests.running import ROOT

OFFLINE = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_EXTRA_INDEX_URL": ""}


@pytest.mark.parametrize(
    ("version", "complaint"),
    [
        ((3, 9, 2), "Python 3.11 or newer is needed; this is 3.9."),
        ((3, 10, 14), "Python 3.11 or newer is needed; this is 3.10."),
        ((3, 11, 0), ""),
        ((4, 0, 0), ""),
    ],
)
def test_an_old_python_is_told_in_one_line(version, complaint):
    assert complaint_about(version) == complaint


def test_the_first_module_is_read_by_any_python_3():
    source = (ROOT / "portal" / "bootstrap.py").read_text()
    compile(source, "bootstrap.py", "exec", dont_inherit=True)
    assert 'f"' not in source
    assert (ROOT / "portal" / "__init__.py").read_text() == ""


def test_a_taken_port_is_told_with_its_variable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        env = environment({"SANDBOX_PORT": str(taken.getsockname()[1]), "PORT": "18199"})
        with pytest.raises(Complaint, match="set SANDBOX_PORT to a free one"):
            check_ports(env, patience=0)


@pytest.mark.parametrize("port", ["0", "65536", "８０００", "-1", "80a"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(Complaint, match="PORT must be a number"):
        environment({"PORT": port})


@pytest.mark.parametrize("number", ["0", "65", "two"])
def test_a_number_of_web_processes_that_is_none_is_refused(number):
    with pytest.raises(Complaint, match="WEB_PROCESSES must be a number from 1 to 64"):
        environment({"WEB_PROCESSES": number})


def test_a_var_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Complaint, match="can't be written to: Not a directory"):
        check_machine(environment({"VAR_DIR": str(tmp_path / "file")}))


def test_the_tests_have_a_folder_below_the_running_ones():
    assert environment({"VAR_DIR": "/srv/var"}, below="test")["VAR_DIR"] == "/srv/var/test"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("OSError: [Errno 28] No space left on device\nmore", "The disk is full."),
        ("npm error code ENOTFOUND", "The package index doesn't answer"),
        ("ERROR: No match (from versions: none)", "The package index doesn't answer"),
        ("fine\nSyntaxError: bad\nNote: later", "SyntaxError: bad"),
        ("", "It ended without a word."),
    ],
)
def test_the_reason_of_a_failed_step_is_one_line(output, reason):
    assert reason_in(output).startswith(reason)
    assert "\n" not in reason_in(output)


def test_each_line_is_printed_with_the_name_of_its_process_and_halves_are_joined():
    events = io.StringIO(_event("web", "红猫 star") + _event("web", "ted\r\nnext\n"))
    output = io.StringIO()
    prefix.main(events, io.StringIO(), output)
    assert output.getvalue() == "web      | 红猫 started\r\nweb      | next\n"


@pytest.mark.processes
def test_without_an_index_the_set_up_says_so_and_the_next_one_repairs_it(tmp_path):
    project = _bare_project(tmp_path, "no-such-package-of-ours==1.0\n")
    assert "The package index doesn't answer" in _set_up(project, **OFFLINE)

    (project / "requirements.txt").write_text("")
    shutil.rmtree(next((project / ".venv" / "lib").glob("python*/site-packages/pip")))
    assert _set_up(project) == "done"
    assert not (project / ".venv" / ".redcat" / "unfinished").exists()


def _event(name: str, text: str) -> str:
    payload = f"processname:{name} groupname:{name} pid:1 channel:stdout\n{text}"
    return f"ver:3.0 server:s serial:1 eventname:PROCESS_LOG len:{len(payload)}\n{payload}"


def _bare_project(folder: Path, requirements: str) -> Path:
    shutil.copytree(ROOT / "portal" / "launch", folder / "portal" / "launch")
    (folder / "portal" / "__init__.py").touch()
    (folder / "requirements.txt").write_text(requirements)
    (folder / "var" / "log").mkdir(parents=True)
    return folder


def _set_up(project: Path, **environ: str) -> str:
    code = """if True:
        from portal.launch.ground import Complaint, environment
        from portal.launch.installing import install
        import os
        try:
            install(environment(os.environ), development=False)
            print("done")
        except Complaint as complaint:
            print(complaint)"""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    env |= {"VAR_DIR": str(project / "var"), **environ}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=env, capture_output=True, text=True
    )
    return done.stdout.strip().splitlines()[-1]
