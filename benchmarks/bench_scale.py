"""The first night of 200 brands with two million rows of the note report, 5 % of the calls struck.

`python -m benchmarks.bench_scale [WORLD …]` starts everything for each world (brands × notes ×
days; a tenth, half and the whole by default), and lets beat, broker and two worker processes
pull it until no window is open. A row for each, and 1 at the end unless every ledger equals the
sandbox's truth, within an hour and 500 MB, at a cost that grows as the rows do.
"""

import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import psutil

import benchmarks.ground  # noqa: F401  sets Django up
from campaigns.reports.ad_figures import FIGURES
from portal.lib import days
from portal.sandbox.generated import FIRST_ADVERTISER, Generated, read
from portal.sandbox.proxy import FaultProxy
from portal.tests.nights import TWICE, Nights, counted, ledger_of

WORLDS = ("20x100x100", "100x100x100", "200x100x100")
PORTAL = ("worker", "beat", "web", "jump", "shipper")
HOUR, MOST_MB, MOST_GROWTH = 3600, 500, 1.25
SAMPLES = 20
MB = 1024 * 1024
STRUCK = {  # of a hundred calls
    "server_error": 2.0,
    "cut_json": 0.8,
    "reset": 0.5,
    "truncated": 0.5,
    "html_page": 0.3,
    "row_lost": 0.3,
    "page_again": 0.2,
    "odd_envelope": 0.2,
    "token_expired": 0.1,
    "rate_limited": 0.1,
}
STATES = """
SELECT count(*) FILTER (WHERE status = 'closed'),
       count(*) FILTER (WHERE status IN ('owed', 'leased')),
       count(*) FILTER (WHERE status NOT IN ('closed', 'owed', 'leased'))
FROM campaigns_syncwindow
"""
ADS = """
SELECT count(*), count(DISTINCT fen) FROM (
    SELECT level, sum(fee_fen) AS fen FROM campaigns_adday WHERE known_to IS NULL GROUP BY level
) AS levels
"""


@dataclass(frozen=True, slots=True)
class Night:
    """What one world took: seconds by the clock and of CPU, and what is wrong with its ledger."""

    rows: int
    ad_rows: int
    windows: int
    wall: float
    cpu: dict[str, float]
    worker_mb: float
    struck: float
    wrong: str

    @property
    def cpu_of_a_row(self) -> float:
        return (self.cpu["portal"] + self.cpu["postgres"]) / (self.rows + self.ad_rows)


class Memory(threading.Thread):
    """The most that one of the workers' processes ever used, shared pages by their share."""

    def __init__(self, portal: Nights) -> None:
        super().__init__(daemon=True)
        self.portal, self.most, self.over = portal, 0, threading.Event()

    def run(self) -> None:
        worker = self.portal.program("worker")
        while not self.over.wait(1):
            for each in [worker, *worker.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    self.most = max(self.most, each.memory_full_info().pss)


def main() -> None:
    worlds = [read(asked, seed=618) for asked in sys.argv[1:] or WORLDS]
    head = ("rows", "ad rows", "windows", "wall s", "rows/s", "portal s", "postgres s")
    print(f"{'world':<14}" + "".join(f"{word:>11}" for word in head), end="")
    print(f"{'sandbox s':>11}{'CPU/row':>9}{'worker MB':>11}{'struck':>8}{'equal':>7}", flush=True)
    nights = []
    for world in worlds:
        if world:
            nights.append(measure(world))
            say(world, nights[-1], nights[0])
    sys.exit(any(is_bad(night, nights[0]) for night in nights))


def measure(world: Generated) -> Night:
    folders = tempfile.TemporaryDirectory(prefix="redcat-bench-", ignore_cleanup_errors=True)
    with folders as folder, portal_of(world, Path(folder)) as portal:
        join = f"from benchmarks.many_brands import join; join({world.brands}, {world.days})"
        portal.must("shell", "-c", join, timeout=600)
        memory, began, before = Memory(portal), time.monotonic(), cpu_of(portal)
        memory.start()
        closed = wait_for_the_end(portal, world)
        wall, after = time.monotonic() - began, cpu_of(portal)
        memory.over.set()
        return Night(
            rows=portal.one("SELECT count(*) FROM campaigns_noteday"),
            ad_rows=portal.one("SELECT count(*) FROM campaigns_adday"),
            windows=closed,
            wall=wall,
            cpu={name: after[name] - before[name] for name in after},
            worker_mb=memory.most / MB,
            struck=struck(portal),
            wrong=differences(portal, world),
        )


@contextmanager
def portal_of(world: Generated, folder: Path) -> Iterator[Nights]:
    """Start it all, with the sandbox behind a proxy that carries some of its answers badly."""
    rules = [
        {"match": {"path": "*/jg/*", "chance": share / 100}, "fault": fault, "args": {"seconds": 1}}
        for fault, share in STRUCK.items()
    ]
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"seed": world.seed, "rules": rules}))
    size = f"{world.brands}x{world.notes_each}x{world.days}"
    portal = Nights(folder / "var", SANDBOX_WORLD=size, SANDBOX_FAULTS=str(plan))
    with FaultProxy(int(portal.environ["SANDBOX_PORT"])) as proxy:
        portal.environ["XHS_BASE_URL"] = f"{proxy.url}/api/open"
        portal.start()
        try:
            yield portal
        finally:
            portal.stop()


def wait_for_the_end(portal: Nights, world: Generated) -> int:
    """Return how many windows are closed once none is open any more, or no time is left."""
    until = time.monotonic() + 1.2 * HOUR
    while True:
        time.sleep(1)
        closed, still_open, given_up = portal.ask(STATES)[0]
        all_are_there = closed + given_up >= world.brands * world.days
        if (all_are_there and not still_open) or time.monotonic() > until:
            return int(closed)


def cpu_of(portal: Nights) -> dict[str, float]:
    """Return the CPU seconds so far, of children that ended too."""
    groups = {"portal": PORTAL, "sandbox": ("sandbox",), "postgres": ("postgres",)}
    found = {
        name: sum(map(cpu_of_family, map(portal.program, group))) for name, group in groups.items()
    }
    return found | {"proxy": time.process_time()}


def cpu_of_family(parent: psutil.Process) -> float:
    ended = parent.cpu_times()
    family = [parent.cpu_times(), *(each.cpu_times() for each in parent.children(recursive=True))]
    alive = sum(each.user + each.system for each in family)
    return float(alive + ended.children_user + ended.children_system)


def struck(portal: Nights) -> float:
    """Return the share of the calls that went wrong."""
    rules = httpx.get(f"{portal.sandbox_url}/world/plan", timeout=60).json()["rules"]
    return sum(rule["hits"] for rule in rules) / max(rule["seen"] for rule in rules)


def differences(portal: Nights, world: Generated) -> str:
    """Say what is not as it should be: windows, rows, sums of all figures, fields of some days."""
    _closed, still_open, given_up = portal.ask(STATES)[0]
    wrong = [f"{still_open} windows open"] if still_open else []
    wrong += [f"{given_up} windows given up"] if given_up else []
    wrong += [f"{len(twice)} rows doubled" for twice in [portal.ask(TWICE)] if twice]
    wrong += [f"advertiser {each}" for each in unequal_sums(portal, world)]
    wrong += [f"{where}" for where in unequal_days(portal, world)]
    levels, sums = portal.ask(ADS)[0]
    wrong += ["the levels of ads do not tie"] if levels and (levels, sums) != (4, 1) else []
    return ", ".join(wrong[:10])


def unequal_sums(portal: Nights, world: Generated) -> Iterator[int]:
    """Yield the advertisers whose rows, or the sum of any figure, are not the truth's."""
    columns = [column for column in FIGURES if column.field != "interaction"]
    added = ", ".join(f'coalesce(sum("{column.name}"), 0)' for column in columns)
    query = (
        f"SELECT subject::int, count(*), {added} FROM campaigns_noteday AS fact"  # noqa: S608
        " JOIN merchants_connection AS joined ON joined.id = fact.connection_id"
        " WHERE known_to IS NULL GROUP BY subject"
    )
    held = {row[0]: [int(value) for value in row[1:]] for row in portal.ask(query)}
    for advertiser in world.advertisers:
        place = {"advertiser_id": advertiser.advertiser_id}
        told = httpx.get(f"{portal.sandbox_url}/world/sums", params=place, timeout=120).json()
        truth = [told["sums"][name] for name in ("rows", *(column.field for column in columns))]
        if held.get(advertiser.advertiser_id) != truth:
            yield advertiser.advertiser_id


def unequal_days(portal: Nights, world: Generated) -> Iterator[str]:
    """Yield days of advertisers, of those drawn, on which a field of any row is not the truth's."""
    rng = random.Random(world.seed)
    for _each in range(SAMPLES):
        advertiser_id = FIRST_ADVERTISER + rng.randrange(world.brands)
        day = days.yesterday() - timedelta(days=rng.randrange(world.days))
        place = {"advertiser_id": advertiser_id, "day": f"{day}"}
        truth = httpx.get(f"{portal.sandbox_url}/world/truth", params=place, timeout=120).json()
        if ledger_of(portal, advertiser_id, day) != counted(truth):
            yield f"{advertiser_id} on {day}"


def say(world: Generated, night: Night, first: Night) -> None:
    all_rows = night.rows + night.ad_rows
    size = f"{world.brands}x{world.notes_each}x{world.days}"
    print(f"{size:<14}{night.rows:>11,}{night.ad_rows:>11,}{night.windows:>11,}", end="")
    print(f"{night.wall:>11.0f}{all_rows / night.wall:>11,.0f}{night.cpu['portal']:>11.0f}", end="")
    print(f"{night.cpu['postgres']:>11.0f}{night.cpu['sandbox']:>11.0f}", end="")
    print(f"{night.cpu_of_a_row / first.cpu_of_a_row:>8.2f}×{night.worker_mb:>11.0f}", end="")
    print(f"{night.struck:>8.1%}{'no' if night.wrong else 'yes':>7}", flush=True)
    if night.wrong:
        print(night.wrong)


def is_bad(night: Night, first: Night) -> bool:
    grown = night.cpu_of_a_row / first.cpu_of_a_row > MOST_GROWTH
    return bool(night.wrong) or night.wall > HOUR or night.worker_mb >= MOST_MB or grown


if __name__ == "__main__":
    main()
