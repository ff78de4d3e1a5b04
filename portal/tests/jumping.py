"""The jump's process and the shipper's, on free ports, with a database that a test may stop."""

import http.client
import os
import resource
import secrets
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from portal.lib.database import admin_conninfo, wait_until_ready
from portal.tests.running import ROOT, free_port, wait_for

READER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
GRANIAN = ["-m", "granian", "--interface", "rsgi", "--no-ws", "--log-level", "error"]
MAKE_LINKS = """
from campaigns.tests.factories import make_link, note_of
from merchants.tests.factories import make_brand, make_store
store = make_store(make_brand(), domain="shancha")
print(make_link(note_of(store, 1)).code, make_link(note_of(store, 2), "paused").code)
"""


class Jumping:
    """PostgreSQL, the jump and the shipper; `with Jumping(folder) as jumping:`."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir
        self.port = free_port()
        self.environ = os.environ | {
            "VAR_DIR": str(var_dir),
            "DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PYTHONPATH": str(ROOT),
        }
        self.environ.pop("DATABASE_URL", None)
        self.spool = var_dir / "spool"
        self._commands = {
            "postgres": ["-m", "portal.lib.database", "serve"],
            "jump": [*GRANIAN, "--port", str(self.port), "campaigns.jump.server:application"],
            "shipper": ["manage.py", "ship_clicks"],
        }
        self.processes: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> "Jumping":
        self.var_dir.mkdir(parents=True, exist_ok=True)
        self.start("postgres")
        wait_until_ready({}, self.var_dir)
        self.manage("prepare_database")
        self.manage("migrate", "--database", "owner", "-v0")
        self.open_link, self.paused_link = self.manage("shell", "-v0", "-c", MAKE_LINKS).split()
        self.start("jump")
        wait_for(lambda: self.ask(f"/j/{self.open_link}") == 302)
        return self

    def __exit__(self, *exception: object) -> None:
        for name in reversed(list(self.processes)):
            self.processes[name].terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()

    def start(self, name: str) -> None:
        with (self.var_dir / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *self._commands[name]],
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str) -> None:
        """End it, and what it started, as kill -9 or a crash does."""
        process = self.processes[name]
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(True)]
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()
        psutil.wait_procs(family, timeout=10)

    def restart(self, name: str) -> None:
        self.kill(name)
        self.start(name)

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().rpartition("\n")[2]

    def ask(self, path: str, *, method: str = "GET") -> int:
        """Return the status, or 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, headers={"User-Agent": READER})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def log(self, name: str) -> str:
        return (self.var_dir / f"{name}.log").read_text(errors="replace")

    def query(self, statement: str):
        with psycopg.connect(admin_conninfo({}, self.var_dir)) as admin:
            return admin.execute(statement).fetchall()

    def execute(self, statement: str) -> None:
        with psycopg.connect(admin_conninfo({}, self.var_dir)) as admin:
            admin.execute(statement)

    def ship_rest(self) -> None:
        """Ship what is left, when the processes have ended."""
        for name in ("jump", "shipper"):
            if name in self.processes and self.processes[name].poll() is None:
                self.kill(name)
        wait_until_ready({}, self.var_dir)
        self.manage("ship_clicks", "--once")

    def stored(self) -> dict[str, int]:
        """Return how often each named click is stored."""
        rows = self.query("SELECT click_id, count(*) FROM campaigns_click GROUP BY 1")
        return {name: times for name, times in rows if name}

    def fill_disk(self, *, full: bool) -> None:
        """Let the jump's worker write no byte more to any file, or as many as it likes."""
        limit = 0 if full else resource.RLIM_INFINITY
        for child in psutil.Process(self.processes["jump"].pid).children(recursive=True):
            resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


class Readers:
    """Readers that tap as fast as they can, each tap with a name; `answered` are those sent on."""

    def __init__(self, jumping: Jumping, count: int = 4) -> None:
        self.answered: set[str] = set()
        self.unanswered: set[str] = set()
        self._jumping = jumping
        self._mark = secrets.token_hex(4)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._tap, args=[n]) for n in range(count)]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _tap(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._jumping.port, timeout=5)
        tap = 0
        while not self._stop.is_set():
            tap += 1
            name = f"{self._mark}-{number}-{tap}"
            path = f"/j/{self._jumping.open_link}?click_id={name}"
            try:
                connection.request("GET", path, headers={"User-Agent": READER})
                response = connection.getresponse()
                response.read()
                (self.answered if response.status == 302 else self.unanswered).add(name)
            except (OSError, http.client.HTTPException):
                self.unanswered.add(name)
                connection.close()
                time.sleep(0.05)
        connection.close()
