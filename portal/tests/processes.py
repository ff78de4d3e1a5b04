"""Processes that tests start for themselves, each on a free port with its own folder."""

import json
import os
import socket
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO_DAY = date(2025, 6, 23)


class DidNotStart(Exception):
    """The process ended, or never answered; the message carries the end of its log."""


class SandboxProcess:
    """The simulated partners over real HTTP; `with SandboxProcess(folder) as sandbox:`."""

    def __init__(self, var_dir: Path, **environment: str) -> None:
        self.var_dir = var_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.pid = 0
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "SandboxProcess":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self) -> None:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--blocking-threads", "8"]
        environment = os.environ | {
            "DEMO": "1",
            "PARTNERS": "sandbox",
            "VAR_DIR": str(self.var_dir),
        }
        environment |= {"SANDBOX_PORT": str(self.port)} | self._environment
        self.var_dir.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "portal.sandbox.server:application"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End the process that this object started; safe when it is gone already."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the server's master the hard way, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def set_day(self, day: date) -> None:
        """Make it 09:40 of this day in the sandbox's world."""
        self.set_moment(f"{day}T09:40:00+08:00")

    def truth(self, advertiser_id: int, as_of: date | None = None) -> dict[str, list[dict]]:
        """Fetch the events known when the day `as_of` began; the world's today unless given."""
        query = {"advertiser_id": advertiser_id} | ({"as_of": f"{as_of}"} if as_of else {})
        return self._good(httpx.get(f"{self.url}/world/truth", params=query)).json()

    def ads(self, advertiser_id: int) -> list[dict]:
        """Fetch what each ad delivered, day by day, as far as it is known today."""
        query = {"advertiser_id": advertiser_id}
        return self._good(httpx.get(f"{self.url}/world/ads", params=query)).json()["ads"]

    def creators(self, advertiser_id: int) -> dict[str, list[dict]]:
        """Fetch the ordered notes and what happened to each, by day."""
        query = {"advertiser_id": advertiser_id}
        return self._good(httpx.get(f"{self.url}/world/creators", params=query)).json()

    def items(self, seller_id: int) -> list[dict]:
        query = {"seller_id": seller_id}
        return self._good(httpx.get(f"{self.url}/world/items", params=query)).json()["items"]

    def sales(self, seller_id: int, as_of: str = "") -> dict[str, list[dict]]:
        """Fetch the store's orders and refunds as of a moment, or of when today began."""
        query = {"seller_id": seller_id} | ({"as_of": as_of} if as_of else {})
        return self._good(httpx.get(f"{self.url}/world/store", params=query)).json()

    def set_moment(self, moment: str) -> None:
        """Make it this moment in the sandbox's world, written as 2025-06-23T09:40:00+08:00."""
        new = self.var_dir / "demo-clock.new"
        new.write_text(moment)
        new.replace(self.var_dir / "demo-clock")

    def control(self, **asked: object) -> None:
        self._good(httpx.post(f"{self.url}/world/control", json=asked))

    def plan(self, *rules: dict[str, object], seed: int = 0) -> None:
        """Let answers go wrong; without rules the partners are healthy again."""
        asked = json.dumps({"rules": rules, "seed": seed})  # in ASCII: a text may be no Unicode
        self._good(httpx.post(f"{self.url}/world/plan", content=asked))

    def hits(self) -> list[int]:
        """Return how often each rule of the plan has struck."""
        told = self._good(httpx.get(f"{self.url}/world/plan")).json()["rules"]
        return [rule["hits"] for rule in told]

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return self.var_dir / "sandbox.log"

    @staticmethod
    def _good(response: httpx.Response) -> httpx.Response:
        assert response.status_code == 200, response.text
        return response

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            if answers(self.url):
                return
            time.sleep(0.05)
        self.stop()
        raise DidNotStart(self.log[-2000:])


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code < 500
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
