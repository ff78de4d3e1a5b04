"""The jump against a plain Django view and a bare redirect: one server, one load, one run."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from portal.tests.jumping import Jumping
from portal.tests.running import ROOT, free_port, wait_for

SECONDS = 5
CASES = {
    "plain Django view": ("wsgi", "benchmarks.jump_naive:application"),
    "bare redirect": ("rsgi", "benchmarks.jump_bare:application"),
    "our jump": ("rsgi", "campaigns.jump.server:application"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    per_second: float
    p99_ms: float
    cpu: float  # seconds of the server, and of PostgreSQL


def main() -> None:
    if shutil.which("wrk") is None:
        print("wrk is not installed (apt-get install wrk): the jump is not measured.")
        return
    folders = tempfile.TemporaryDirectory(prefix="redcat-bench-", ignore_cleanup_errors=True)
    with folders as folder, Jumping(Path(folder) / "var") as jumping:
        jumping.kill("jump")
        found = {
            (name, count): measure(jumping, name, count) for count in (64, 16) for name in CASES
        }
    print(f"{'jump':<26}{'connections':>12}{'taps/s':>10}{'p99 ms':>9}{'CPU s':>8}")
    for (name, count), each in found.items():
        print(f"{name:<26}{count:>12}{each.per_second:>10.0f}{each.p99_ms:>9.2f}{each.cpu:>8.2f}")
    ours, plain, bare = (
        found[name, 64].per_second for name in ("our jump", "plain Django view", "bare redirect")
    )
    print(f"at 64: {ours / plain:.1f}× the plain view (at least 8), ", end="")
    print(f"{ours / bare:.2f}× the bare redirect (at least 0.3)")
    print(f"at 16: p99 {found['our jump', 16].p99_ms:.2f} ms (under 10)")


def measure(jumping: Jumping, name: str, connections: int) -> Measured:
    interface, application = CASES[name]
    with serving(jumping, interface, application) as (server, port):
        url = f"http://127.0.0.1:{port}/j/{jumping.open_link}"
        load(url, connections, seconds=1)
        watched = [server.pid, jumping.processes["postgres"].pid]
        before = cpu_of(watched)
        printed = load(url, connections, seconds=SECONDS)
        cpu = cpu_of(watched) - before
    if "Non-2xx" in printed:
        raise RuntimeError(f"{name} did not answer each tap:\n{printed}")
    return Measured(
        float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1]),
        in_ms(*re.search(r"99%\s+([\d.]+)(us|ms|s)", printed).groups()),
        cpu,
    )


@contextmanager
def serving(
    jumping: Jumping, interface: str, application: str
) -> Iterator[tuple[subprocess.Popen, int]]:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", interface, "--no-ws"]
    command += ["--workers", "1", "--log-level", "error", "--port", str(port)]
    command += ["--blocking-threads", "8"] if interface == "wsgi" else []
    server = subprocess.Popen([*command, application], cwd=ROOT, env=jumping.environ)
    jumping.port = port
    try:
        wait_for(lambda: jumping.ask(f"/j/{jumping.open_link}") == 302)
        time.sleep(1)
        yield server, port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(15)


def load(url: str, connections: int, *, seconds: int) -> str:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    script = str(Path(__file__).with_name("tap.lua"))
    done = subprocess.run(
        [*command, "-s", script, url], capture_output=True, text=True, check=True, env=os.environ
    )
    return done.stdout


def cpu_of(pids: list[int]) -> float:
    """Return the CPU seconds of the processes and of all that they started and still runs."""
    family = [psutil.Process(pid) for pid in pids]
    family += [child for each in list(family) for child in each.children(recursive=True)]
    times = [each.cpu_times() for each in family]
    return sum(each.user + each.system for each in times)


def in_ms(number: str, unit: str) -> float:
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


if __name__ == "__main__":
    main()
