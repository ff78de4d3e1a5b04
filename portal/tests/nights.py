"""Running processes with one store joined, whose nights a test watches and disturbs."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from portal.lib.database import admin_conninfo
from portal.tests.running import RunningPortal, wait_for

NIGHTLY = 50  # 4 lists, 34 days of the note report, 3 of each report of orders, 3 snapshots
JOIN = """
from merchants import seed
seed.seed_policy(); seed.seed_people(); seed.seed_flagship()
"""


class Nights(RunningPortal):
    """Running processes with one store joined, a tick a second and leases of three."""

    def ask(self, query: str, *values):
        with psycopg.connect(admin_conninfo({}, self.var_dir)) as admin:
            return admin.execute(query, values).fetchall()

    def one(self, query: str, *values):
        return self.ask(query, *values)[0][0]

    def control(self, **asked) -> None:
        httpx.post(f"{self.sandbox_url}/world/control", json=asked).raise_for_status()

    @property
    def today(self) -> str:
        return (self.var_dir / "demo-clock").read_text()[:10]

    def pulled(self) -> int:
        query = "SELECT count(*) FROM campaigns_syncwindow WHERE owed_on = %s AND status = 'closed'"
        return self.one(query, self.today)

    def is_complete(self) -> bool:
        """The whole night is asked for and pulled, and no window of any night is not."""
        open_ones = self.one("SELECT count(*) FROM campaigns_syncwindow WHERE status <> 'closed'")
        return self.pulled() >= NIGHTLY and open_ones == 0

    def versions(self):
        return self.one("SELECT count(*) FROM campaigns_noteday")


@contextmanager
def store_that_joined(**environ: str) -> Iterator[Nights]:
    """Start it all, and enter when the store's first night is over."""
    quick = {"SYNC_TICK_SECONDS": "1", "SYNC_LEASE_SECONDS": "3"}
    with tempfile.TemporaryDirectory(prefix="redcat-test-", ignore_cleanup_errors=True) as folder:
        portal = Nights(Path(folder) / "var", **quick | environ)
        portal.start()
        (portal.var_dir / "demo-clock").write_text("2025-06-20T09:40:00+08:00")
        portal.must("shell", "-c", JOIN)
        wait_for(portal.is_complete, seconds=90)
        yield portal
        portal.stop()


@contextmanager
def middle_of_a_night(portal: Nights, *, days: int = 1) -> Iterator[None]:
    """Let a new day begin, slowly, and enter when some of its windows are pulled, not all."""
    portal.control(delay_ms=120)
    portal.must("advance", "--days", str(days))
    wait_for(lambda: portal.pulled() > 3)
    assert portal.pulled() < NIGHTLY - 10
    yield
    assert portal.pulled() < NIGHTLY, "it was over too soon to prove anything"
