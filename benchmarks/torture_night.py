"""Nights on which everything dies: does the ledger still end as the truth, with nothing doubled?

`python -m benchmarks.torture_night [KILLS] [STOPS]` (50 and 10) kills workers with kill -9 and
stops PostgreSQL at once, at random moments of as many nights as that takes; then the broker is
emptied, beat is dead for 26 hours, and two beats tick. A row for each, and 1 at the end unless
every ledger equals the truth.
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

from portal.tests.nights import (
    TWICE,
    Nights,
    ledger,
    middle_of_a_night,
    store_that_joined,
    truth_of,
)
from portal.tests.running import ROOT, wait_for

A_NIGHT = 5  # how many of them fall into one night
BEAT = ["-m", "celery", "--quiet", "-A", "portal.celery", "beat", "--pidfile="]
PURGE = "SELECT pgmq.purge_queue(queue_name) FROM pgmq.list_queues()"
OPEN = "SELECT count(*) FROM campaigns_syncwindow WHERE status <> 'closed'"
PATIENCE = 240  # seconds until a disturbed night is over


def main() -> None:
    given = sys.argv[1:]
    kills, stops = (int(each) for each in [*given, *("50", "10")[len(given) :]])
    random.seed(kills)
    blows = [kill_child, kill_parent] * (kills // 2) + [kill_child] * (kills % 2)
    blows += [stop_postgres] * stops
    random.shuffle(blows)
    bad = 0
    print(f"{'what':<40}{'nights':>7}{'rows':>8}{'fen':>14}{'doubled':>9}{'open':>6}{'equal':>7}")
    with store_that_joined() as portal:
        nights = [blows[n : n + A_NIGHT] for n in range(0, len(blows), A_NIGHT)]
        for each in nights:
            strike(portal, each)
            if lost := differences(portal):
                bad += 1
                print(f"after {', '.join(blow.__name__ for blow in each)}: {lost}")
        bad += say(f"{kills} kills of workers, {stops} stops", len(nights), portal)
        for what in (empty_the_broker, leave_beat_dead, run_two_beats):
            what(portal)
            bad += say((what.__doc__ or "").rstrip("."), 1, portal)
    sys.exit(bool(bad))


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


def differences(portal: Nights) -> str:
    """Wait for the night's end, and say what is not as it should be."""
    try:
        wait_for(portal.is_complete, seconds=PATIENCE)
    except AssertionError:
        return f"not over after {PATIENCE} s, {portal.one(OPEN)} windows open"
    held, truth = ledger(portal), truth_of(portal)
    wrong = sum(held.get(place) != truth.get(place) for place in held.keys() | truth.keys())
    doubled = len(portal.ask(TWICE))
    return f"{wrong} rows differ, {doubled} doubled" if wrong or doubled else ""


def say(what: str, nights: int, portal: Nights) -> int:
    lost = differences(portal)
    held = ledger(portal)
    fen = sum(row["fee_fen"] for row in held.values())
    numbers = f"{nights:>7}{len(held):>8,}{fen:>14,}{len(portal.ask(TWICE)):>9}"
    print(f"{what:<40}{numbers}{portal.one(OPEN):>6}{'no' if lost else 'yes':>7}", flush=True)
    if lost:
        print(lost)
    return bool(lost)


if __name__ == "__main__":
    main()
