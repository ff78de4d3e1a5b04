"""Starts what `make run` starts, on free ports and in a folder of its own, for tests to use."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

from portal.tests.once import made_once

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, *, seconds: float = 20, otherwise=lambda: ""):
    """Return what `condition` returns as soon as it is true, or fail and say `otherwise`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {condition} {otherwise()}")


def set_up() -> Path:
    """Return a folder as `make setup` leaves it, with the database migrated; to be copied."""
    return made_once("set-up", _set_up)


def _set_up(var_dir: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "portal.bootstrap", "setup"],
        cwd=ROOT,
        env=_environ() | {"DEMO": "1", "PARTNERS": "sandbox", "VAR_DIR": str(var_dir)},
        check=True,
    )


def _environ() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}


class RunningPortal:
    """One `make run`; without the seed unless `seed` is set."""

    def __init__(self, var_dir: Path, *, seed: bool = False, **environ: str) -> None:
        self.var_dir = var_dir
        self.output = var_dir.parent / f"{var_dir.name}.out"
        self.environ = {
            **_environ(),
            "VAR_DIR": str(var_dir),
            "PORT": str(free_port()),
            "SANDBOX_PORT": str(free_port()),
            "JUMP_PORT": str(free_port()),
            "DEMO": "1",
            "PARTNERS": "sandbox",
            "SECOND_REVIEW_SHARE": "0",
            "SEED": "1" if seed else "0",
            **environ,
        }
        self.url = f"http://localhost:{self.environ['PORT']}"
        self.sandbox_url = f"http://localhost:{self.environ['SANDBOX_PORT']}"
        self.jump_url = f"http://localhost:{self.environ['JUMP_PORT']}"

    def start(self, *, seconds: float = 180) -> None:
        with self.output.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.bootstrap", "run"],
                cwd=ROOT,
                env=self.environ,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.began = self.output.read_text().count("RedCat is ready")
        try:
            wait_for(self._is_ready, seconds=seconds)
        except AssertionError:
            self.stop()
            raise

    def stop(self) -> float:
        """Ask it to end; return how many seconds that took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began

    def program(self, name: str) -> psutil.Process:
        """Return the process that the manager runs under that name now."""
        return wait_for(lambda: dict(self._programs()).get(name))

    def manager(self) -> psutil.Process:
        return psutil.Process(int((self.var_dir / "supervisord.pid").read_text()))

    def demo_code(self) -> str:
        """Return what `make demo-code` prints for the demo's staff to type."""
        command = [sys.executable, "-m", "portal.bootstrap", "demo-code"]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=True
        )
        return done.stdout.split()[0]

    def manage(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        command = [sys.executable, "manage.py", *arguments]
        usual = {"env": self.environ, "capture_output": True, "text": True, "timeout": 60}
        return subprocess.run(command, cwd=ROOT, **usual | options)

    def must(self, *arguments: str, **options) -> str:
        done = self.manage(*arguments, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def answers(self, path: str = "/readyz") -> bool:
        try:
            return httpx.get(f"{self.url}{path}", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def _is_ready(self) -> bool:
        printed = self.output.read_text()
        assert self.process.poll() is None, printed[-3000:]
        return printed.count("RedCat is ready") > self.began

    def _programs(self) -> Iterator[tuple[str, psutil.Process]]:
        words = {
            "portal.wsgi:application": "web",
            "portal.sandbox.server:application": "sandbox",
            "campaigns.jump.server:application": "jump",
            "ship_clicks": "shipper",
            "worker": "worker",
            "beat": "beat",
            "portal.launch.prefix": "log",
            "-D": "postgres",
        }
        for child in self.manager().children():
            with suppress(psutil.NoSuchProcess):  # just ended; the manager starts it anew
                yield from ((words[word], child) for word in child.cmdline() if word in words)
