"""`make run`: the set-up, the process manager, and the one line that says it is ready."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import IO

from portal.launch import ground
from portal.launch.ground import PYTHON, ROOT, Complaint, run_step, say
from portal.launch.installing import collect_static, install, manage, postgres

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOGINS = {
    "owner@demo.redcat.test": "owns a brand",
    "marketer@demo.redcat.test": "works for it",
    "viewer@demo.redcat.test": "only looks",
    "reviewer@demo.redcat.test": "reviews applications",
    "lead@demo.redcat.test": "hands out reviews, compares second ones",
    "admin@demo.redcat.test": "runs the platform",
}


class Stopped(Exception):
    """Ctrl-C, a closed terminal, or `make stop`."""


def run(env: dict[str, str]) -> None:
    for number in STOP_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup means what it says
            signal.signal(number, _stop)
    ground.check_machine(env)
    with ground.alone_in(Path(env["VAR_DIR"]), f"http://localhost:{env['PORT']}"):
        ground.check_ports(env)
        _prepare(env)
        _supervise(env)


def set_up(env: dict[str, str]) -> None:
    ground.check_machine(env)
    with ground.alone_in(Path(env["VAR_DIR"]), "the set-up"):
        _prepare(env)


def stop(env: dict[str, str]) -> None:
    """Stop what runs on this folder, from another terminal."""
    try:
        words = (Path(env["VAR_DIR"]) / "lock").read_text().split()
        command = Path(f"/proc/{words[-1]}/cmdline").read_bytes()
    except (OSError, IndexError):
        command = b""
    if b"portal.bootstrap" not in command:
        raise Complaint("Nothing runs here.")
    os.kill(int(words[-1]), signal.SIGTERM)
    while Path(f"/proc/{words[-1]}").exists():
        time.sleep(0.1)


def demo_code(env: dict[str, str]) -> None:
    """Print the code that demo staff are asked for after their password."""
    if not PYTHON.exists():
        raise Complaint("Nothing is installed yet: make run comes first.")
    sys.exit(subprocess.run([str(PYTHON), "manage.py", "demo_code"], cwd=ROOT, env=env).returncode)


def _prepare(env: dict[str, str]) -> None:
    install(env, development=False)
    with postgres(env):
        manage(env, "prepare_database", "--migrate")
    collect_static(env)


def _supervise(env: dict[str, str]) -> None:
    manager = _start_manager(env)
    try:
        _wait_until_served(env, manager)
        _seed(env)
        _welcome(env)
        raise Complaint(f"The process manager ended by itself ({manager.wait()}).")
    except Stopped:
        pass
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _end(manager)


def _start_manager(env: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start supervisord in a session of its own: only we hear Ctrl-C, and stop it in order."""
    switches = {
        "RUN_USER": str(os.getuid()),
        "RUN_POSTGRES": str(ground.is_embedded(env)).lower(),
        "RUN_SANDBOX": str(env["PARTNERS"] == "sandbox").lower(),
    }
    supervisord = [str(PYTHON), "-m", "supervisor.supervisord", "-c", "supervisord.conf"]
    manager = subprocess.Popen(
        [str(PYTHON), "-m", "portal.lib.leash", "TERM", *supervisord],
        cwd=ROOT,
        env=env | switches,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert manager.stdout is not None  # noqa: S101  we asked for a pipe
    threading.Thread(target=_pass_on, args=[manager.stdout], daemon=True).start()
    return manager


def _pass_on(lines: IO[bytes]) -> None:
    """Go on reading when our terminal is closed, or every process would block on its log."""
    for line in lines:
        try:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
        except OSError:
            continue


def _wait_until_served(env: Mapping[str, str], manager: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    pages = {"login page": ("PORT", "/account/login/"), "jump": ("JUMP_PORT", "/healthz")}
    for name, (port, path) in pages.items():
        while not _answers(int(env[port]), path):
            if manager.poll() is not None or time.monotonic() > deadline:
                raise Complaint(f"The {name} doesn't answer: see the lines above.")
            time.sleep(0.1)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _seed(env: dict[str, str]) -> None:
    """Fill a new database once; the seed itself may be repeated after being cut off."""
    stamp = Path(env["VAR_DIR"]) / "seeded"
    if env["DEMO"] != "1" or env.get("SEED") == "0":
        return
    if stamp.exists() and stamp.read_text() == _database_mark(env):
        return
    say("Playing the demo's last nights (once) …")
    run_step([str(PYTHON), "manage.py", "seed"], env, log="seed.log")
    stamp.write_text(_database_mark(env))


def _database_mark(env: Mapping[str, str]) -> str:
    """Return what changes when the database is another one."""
    if not ground.is_embedded(env):
        return sha256(env["DATABASE_URL"].encode()).hexdigest()
    return str((Path(env["VAR_DIR"]) / "postgres" / "PG_VERSION").stat().st_mtime_ns)


def _welcome(env: Mapping[str, str]) -> None:
    say("")
    say(f"RedCat is ready: http://localhost:{env['PORT']}")
    if env["DEMO"] == "1":
        say("Demo logins, all with the password redcat-demo:")
        for address, what in LOGINS.items():
            say(f"  {address:<28}{what}")
        say("Reviewer, lead and admin are asked for a code too: make demo-code prints it.")
    say("Ctrl-C stops everything.")


def _end(manager: "subprocess.Popen[bytes]") -> None:
    if manager.poll() is None:
        manager.terminate()
    try:
        manager.wait(25)
    except subprocess.TimeoutExpired:
        manager.kill()
        manager.wait()


def _stop(number: int, frame: FrameType | None) -> None:
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Stopped
