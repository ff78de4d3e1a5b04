"""Nights on which everything dies: does the ledger still end as the truth, with nothing doubled?

`python -m benchmarks.torture_night [KILLS] [STOPS] [--markdown]` (50 and 10) kills workers with
kill -9 and stops PostgreSQL at once, at random moments of as many nights as that takes; then the
broker is emptied, beat is dead for 26 hours, and two beats tick. After each, every table of the
ledger is compared with the truth. A row for each, and 1 at the end unless all are equal.
"""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import psutil

from benchmarks.fault_table import FaultTable, Run, given
from portal.tests.night_books import verdicts
from portal.tests.nights import (
    JOIN_WITH_ALL_REPORTS,
    Nights,
    middle_of_a_night,
    store_that_joins,
)
from portal.tests.running import ROOT, wait_for

A_NIGHT = 5  # how many of them fall into one night
BEAT = ["-m", "celery", "--quiet", "-A", "portal.celery", "beat", "--pidfile="]
PURGE = "SELECT pgmq.purge_queue(queue_name) FROM pgmq.list_queues()"
OPEN = "SELECT count(*) FROM campaigns_syncwindow WHERE status <> 'closed'"
QUARANTINED = "SELECT count(*) FROM campaigns_quarantinedrow"
ALARMS = "SELECT count(*) FROM campaigns_syncalarm"
PATIENCE = 240  # seconds until a disturbed night is over


def main() -> None:
    kills, stops = given(50, 10)
    random.seed(kills)
    blows = [kill_child, kill_parent] * (kills // 2) + [kill_child] * (kills % 2)
    blows += [stop_postgres] * stops
    random.shuffle(blows)
    started, table = time.monotonic(), FaultTable()
    with store_that_joins(JOIN_WITH_ALL_REPORTS, seconds=PATIENCE) as portal:
        runs = []
        for n in range(0, len(blows), A_NIGHT):
            strike(portal, blows[n : n + A_NIGHT])
            runs.append(judge(portal, struck=0))
        table.say("33", f"{kills} kills of workers, in the nights of 34", [*struck(runs, kills)])
        table.say("34", f"{stops} immediate stops of PostgreSQL", [*struck(runs, stops)])
        for number, what in FURTHER:
            what(portal)
            table.say(number, (what.__doc__ or "").rstrip("."), [judge(portal, struck=1)])
        print()
        for verdict in verdicts(portal):
            print(f"- {verdict}")
    table.end(time.monotonic() - started)
    sys.exit(bool(table.wrong))


def struck(runs: list[Run], times: int) -> Iterator[Run]:
    """Share the blows out among the nights in which they fell."""
    for place, run in enumerate(runs):
        yield run._replace(struck=times // len(runs) + (place < times % len(runs)))


def judge(portal: Nights, *, struck: int) -> Run:
    """Wait for the night's end, compare every table with the truth, and say what is not equal."""
    try:
        wait_for(portal.is_complete, seconds=PATIENCE)
    except AssertionError:
        print(f"not over after {PATIENCE} s, {portal.one(OPEN)} windows open")
        return Run(struck, 0, 0, is_true=False)
    found = list(verdicts(portal))
    for verdict in found:
        if not verdict.is_good:
            print(verdict)
    is_true = all(verdict.is_good for verdict in found)
    return Run(struck, portal.one(QUARANTINED), portal.one(ALARMS), is_true)


def strike(portal: Nights, blows: list[Callable[[Nights], None]]) -> None:
    """Let a night begin, and the blows fall while it lasts."""
    portal.control(delay_ms=120)
    wait_for(portal.answers)
    portal.must("advance", "--days", "1")
    for blow in blows:
        time.sleep(random.uniform(0.2, 2.0))
        blow(portal)
    portal.control(delay_ms=0)


def kill_child(portal: Nights) -> None:
    """Kill the process that has a window in hand, or that is about to have one."""
    worker = portal.program("worker")
    with suppress(psutil.NoSuchProcess, IndexError):
        random.choice(worker.children(recursive=True)).kill()


def kill_parent(portal: Nights) -> None:
    with suppress(psutil.NoSuchProcess):
        portal.program("worker").kill()


def stop_postgres(portal: Nights) -> None:
    """Stop it as `pg_ctl stop -m immediate` does; the manager starts it anew."""
    with suppress(psutil.NoSuchProcess):
        portal.program("postgres").send_signal(signal.SIGQUIT)
    wait_for(portal.answers, seconds=60)


def empty_the_broker(portal: Nights) -> None:
    """The broker emptied."""
    with middle_of_a_night(portal):
        portal.ask(PURGE)
    portal.control(delay_ms=0)


def leave_beat_dead(portal: Nights) -> None:
    """Beat dead for 26 hours."""
    beat = portal.program("beat")
    beat.suspend()
    try:
        clock = portal.var_dir / "demo-clock"
        moment = datetime.fromisoformat(clock.read_text()) + timedelta(hours=26)
        new = clock.with_suffix(".new")
        new.write_text(moment.isoformat())
        new.replace(clock)
        time.sleep(3)
    finally:
        beat.kill()


def run_two_beats(portal: Nights) -> None:
    """Two beats."""
    with second_beat(portal):
        with middle_of_a_night(portal):
            pass
        portal.control(delay_ms=0)
        wait_for(portal.is_complete, seconds=PATIENCE)


@contextmanager
def second_beat(portal: Nights) -> Iterator[None]:
    command = [sys.executable, *BEAT, "--scheduler", "celery.beat:Scheduler"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=portal.environ, **quiet) as second:
        try:
            yield
        finally:
            second.terminate()


FURTHER = (("35", empty_the_broker), ("36", leave_beat_dead), ("36", run_two_beats))

if __name__ == "__main__":
    main()
