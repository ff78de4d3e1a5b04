"""Running processes with one store joined, whose nights a test watches and disturbs."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import psycopg

from portal.lib.database import admin_conninfo
from portal.tests import once
from portal.tests.browser.truth import count_conversions
from portal.tests.running import RunningPortal, set_up, wait_for

NIGHTLY = 50  # 4 lists, 34 days of the note report, 3 of each report of orders, 3 snapshots
ADVERTISER = 880001
SENT = ("impression", "click", "like", "comment", "collect", "share", "follow")
COLUMNS = [
    *("fee_fen", *SENT, "interaction", "jump_click"),
    *(f"order_{window}" for window in (7, 15, 30)),
    *(f"gmv_{window}_fen" for window in (7, 15, 30)),
]
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
LEDGER = f"SELECT note_id, day::text, {NAMES} FROM campaigns_noteday WHERE known_to IS NULL"  # noqa: S608
QUICK = {"SYNC_TICK_SECONDS": "1", "SYNC_LEASE_SECONDS": "3"}
TWICE = """
SELECT FROM campaigns_noteday GROUP BY note_id, day, known_from::date HAVING count(*) > 1
"""
OPEN = """
SELECT report, day::text, status, attempts, retries, doubts, error, not_before - now()
FROM campaigns_syncwindow WHERE status <> 'closed'
"""
PICTURES = [
    "UPDATE campaigns_note SET cover_url = regexp_replace(cover_url, '^https?://[^/]+', %s)",
    "UPDATE campaigns_item SET picture_url = regexp_replace(picture_url, '^https?://[^/]+', %s)",
]
JOIN = """
from merchants import seed
seed.seed_policy(); seed.seed_people(); seed.seed_flagship()
"""
ASK_FOR_PLACEMENTS = """
from campaigns.models import ReportWish
from campaigns.reports.note_placement_day import NOTE_PLACEMENT_DAY
from portal.lib.scope import Hat, scope
with scope(Hat.WEB, brand=store.brand_id):
    ReportWish.objects.ask(store, NOTE_PLACEMENT_DAY.key, by=None)
"""
JOIN_WITH_ALL_REPORTS = (
    JOIN.replace("seed.seed_flagship()", "store = seed.seed_flagship(version=None)")
    + ASK_FOR_PLACEMENTS
)


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

    def open_windows(self) -> str:
        """Return what is still to do, and what was said last, for a test that fails to show."""
        return f"{self.ask(OPEN)}\n{self.output.read_text()[-6000:]}"

    def versions(self):
        return self.one("SELECT count(*) FROM campaigns_noteday")

    def draw_pictures_here(self) -> None:
        """Let the pictures that another sandbox named come from this one; no history is told."""
        with psycopg.connect(admin_conninfo({}, self.var_dir)) as admin:
            admin.execute("SET session_replication_role = replica")
            for query in PICTURES:
                admin.execute(query, [self.sandbox_url])


@contextmanager
def store_that_joined(**environ: str) -> Iterator[Nights]:
    """Start it all where a store's first night is over: on a copy of the one that was played."""
    with _folder() as folder:
        portal = Nights(folder / "var", **QUICK | environ)
        once.copy(once.made_once("joined", _play_the_first_night), portal.var_dir)
        portal.start()
        portal.draw_pictures_here()
        wait_for(portal.is_complete, seconds=90)
        yield portal
        portal.stop()


@contextmanager
def store_that_joins(join: str = JOIN, *, seconds: float = 90, **environ: str) -> Iterator[Nights]:
    """Start it all, let a store join, and enter when its first night is over."""
    with _folder() as folder:
        portal = Nights(folder / "var", **QUICK | environ)
        once.copy(set_up(), portal.var_dir)
        portal.start()
        (portal.var_dir / "demo-clock").write_text("2025-06-20T09:40:00+08:00")
        portal.must("shell", "-c", join)
        wait_for(portal.is_complete, seconds=seconds)
        yield portal
        portal.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="redcat-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _play_the_first_night(var_dir: Path) -> None:
    with store_that_joins() as portal:
        portal.stop()
        once.copy(portal.var_dir, var_dir)


@contextmanager
def middle_of_a_night(portal: Nights, *, days: int = 1) -> Iterator[None]:
    """Let a new day begin, slowly, and enter when some of its windows are pulled, not all.

    What is left of the night is as quick as ever.
    """
    portal.control(delay_ms=120)
    portal.must("advance", "--days", str(days))
    wait_for(lambda: portal.pulled() > 3)
    assert portal.pulled() < NIGHTLY - 10
    yield
    assert portal.pulled() < NIGHTLY, "it was over too soon to prove anything"
    portal.control(delay_ms=0)


def ledger(portal: Nights) -> dict[tuple[str, str], dict]:
    """Return the note report as the ledger knows it now, by note and day."""
    return _by_place(portal.ask(LEDGER))


def ledger_of(portal: Nights, advertiser_id: int, day: date) -> dict[tuple[str, str], dict]:
    """Return one advertiser's day of it."""
    joined = "SELECT id FROM merchants_connection WHERE subject = %s"
    query = f"{LEDGER} AND day = %s AND connection_id IN ({joined})"
    return _by_place(portal.ask(query, day, str(advertiser_id)))


def truth_of(portal: Nights) -> dict[tuple[str, str], dict]:
    """Return the same, counted from the world's events."""
    query = {"advertiser_id": ADVERTISER}
    truth = httpx.get(f"{portal.sandbox_url}/world/truth", params=query, timeout=30).json()
    first = portal.one("SELECT min(day)::text FROM campaigns_syncwindow")
    return {place: row for place, row in counted(truth).items() if place[1] >= first}


def counted(truth: dict[str, list[dict]]) -> dict[tuple[str, str], dict]:
    """Count what the note report tells of these events, by note and day."""
    conversions = {window: count_conversions(truth, window) for window in (7, 15, 30)}
    withheld = {note["note_id"]: note["withheld_from"] for note in truth["notes"]}
    rows = {}
    for sent in truth["deliveries"]:
        place = sent["note_id"], sent["day"]
        row = {name: sent[name] for name in ("fee_fen", *SENT)}
        row["interaction"] = sum(sent[name] for name in SENT[2:])
        row["jump_click"] = conversions[7][place]["jumps"]
        since = withheld[sent["note_id"]]
        for window, counts in conversions.items():
            is_told = not (since and sent["day"] >= since)
            row[f"order_{window}"] = counts[place]["orders"] if is_told else None
            row[f"gmv_{window}_fen"] = counts[place]["fen"] if is_told else None
        rows[place] = row
    return rows


def _by_place(rows: list[tuple]) -> dict[tuple[str, str], dict]:
    return {row[:2]: dict(zip(COLUMNS, row[2:], strict=True)) for row in rows}
