"""What is looked at before anything is started, each trouble told in one line."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FIRST_TIME_MB, ALWAYS_MB = 1500, 200

OFFLINE = (
    "Failed to establish a new connection",
    "NewConnectionError",
    "name resolution",
    "from versions: none",
    "ReadTimeout",
    "ConnectTimeout",
    "ProxyError",
    "ENOTFOUND",
    "ECONNREFUSED",
    "EAI_AGAIN",
    "ETIMEDOUT",
)


class Complaint(Exception):
    """Something a person must put right; the message is one line for the terminal."""


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def environment(given: Mapping[str, str], *, below: str = "") -> dict[str, str]:
    """Return what every process of the installation is given; the tests' one lies `below` it."""
    env = dict(given)
    env.setdefault("DEMO", "1")
    env.setdefault("PARTNERS", "sandbox" if env["DEMO"] == "1" else "live")
    for name, default in {"PORT": 8000, "SANDBOX_PORT": 8001, "JUMP_PORT": 8002}.items():
        env[name] = str(_number(name, env.get(name) or str(default), 65535))
    env["WEB_PROCESSES"] = str(_number("WEB_PROCESSES", env.get("WEB_PROCESSES") or "2", 64))
    env["VAR_DIR"] = os.path.abspath(Path(env.get("VAR_DIR") or ROOT / "var") / below)
    env["PATH"] = os.pathsep.join([str(VENV / "bin"), env.get("PATH", os.defpath)])
    env |= {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"):
        env.pop(name, None)
    return env


def is_embedded(env: Mapping[str, str]) -> bool:
    return not env.get("DATABASE_URL")


def check_machine(env: Mapping[str, str]) -> None:
    _check_python()
    _check_var(Path(env["VAR_DIR"]))
    _check_disk(Path(env["VAR_DIR"]))


def check_ports(env: Mapping[str, str], *, patience: float = 3) -> None:
    """Try to bind: a second server on a taken port would start and never be asked.

    What a killed run left may need a moment to end.
    """
    deadline = time.monotonic() + patience
    for name in ["PORT", "JUMP_PORT", *(["SANDBOX_PORT"] if env["PARTNERS"] == "sandbox" else [])]:
        while reason := _why_not(int(env[name])):
            if time.monotonic() > deadline:
                raise Complaint(
                    f"Port {env[name]} can't be used ({reason}): set {name} to a free one."
                )
            time.sleep(0.1)


@contextmanager
def alone_in(var_dir: Path, what: str) -> Iterator[None]:
    """Hold the installation's lock, which the kernel takes back from a killed process."""
    with (var_dir / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise Complaint(f"Already running on {var_dir}: {lock.read().strip()}.") from None
        _wait_for_last_manager(var_dir)
        lock.truncate(0)
        lock.write(f"{what}, process {os.getpid()}")
        lock.flush()
        yield


def run_step(arguments: list[str], env: Mapping[str, str], *, log: str) -> None:
    """Run a command of the set-up, its output going to a log; complain in its own last words."""
    path = Path(env["VAR_DIR"]) / "log" / log
    with path.open("w") as output:
        done = subprocess.run(
            arguments, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    if done.returncode:
        reason = reason_in(path.read_text(errors="replace"))
        raise Complaint(f"{reason} (All of it: {path})")


def reason_in(output: str) -> str:
    """Return why a command failed, as one line, from what it printed."""
    if "No space left on device" in output or "ENOSPC" in output:
        return "The disk is full."
    if any(sign in output for sign in OFFLINE):
        return "The package index doesn't answer: check the network and pip's settings."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["It ended without a word."])[-1]


def _why_not(port: int) -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


def _check_python() -> None:
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise Complaint("Python's venv module is missing: apt-get install python3-venv")


def _check_var(var_dir: Path) -> None:
    """Make the folder and write to it once; a full disk is told from a closed door."""
    try:
        (var_dir / "log").mkdir(mode=0o700, parents=True, exist_ok=True)
        (var_dir / ".writable").write_bytes(b"x" * 65536)
        (var_dir / ".writable").unlink()
    except OSError as error:
        raise Complaint(f"{var_dir} can't be written to: {error.strerror}.") from error


def _check_disk(var_dir: Path) -> None:
    needed = ALWAYS_MB if (VENV / "bin").exists() else FIRST_TIME_MB
    for folder in (ROOT, var_dir):
        free = shutil.disk_usage(folder).free // 2**20
        if free < needed:
            raise Complaint(f"The disk is full: {needed} MB are needed, {folder} has {free}.")


def _number(name: str, text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= most:
        raise Complaint(f"{name} must be a number from 1 to {most}, not {text}.")
    return int(text)


def _wait_for_last_manager(var_dir: Path, patience: float = 20) -> None:
    """Let the process manager of a run that was killed end what it started."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            pid = int((var_dir / "supervisord.pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return
        if b"supervisord" not in command:
            return
        time.sleep(0.1)
    raise Complaint("The process manager of an earlier run doesn't end.")
