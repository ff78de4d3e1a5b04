"""Every fault of a partner with several seeds, then random plans: does the ledger end as the truth?

`python -m benchmarks.torture_faults [SEEDS] [PLANS]` prints a row per fault, and ends with 1
unless every ledger equals the truth. Calls end after two seconds instead of thirty.
"""

import logging
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from random import Random

import stamina
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from benchmarks.ground import database
from merchants.tests.factories import make_brand
from portal.lib import http
from portal.sandbox.proxy import FaultProxy
from portal.tests.fault_cases import CASES, Case
from portal.tests.faulty import DAY, Faulty, join, week_before
from portal.tests.processes import DEMO_DAY, SandboxProcess

NIGHTS = 3
Run = tuple[int, int, int, bool]  # strikes, rows in quarantine, alarms, and whether all is true
RANDOM = [
    *(("server_error", {}), ("rate_limited", {"seconds": 1}), ("reset", {}), ("truncated", {})),
    *(("bad_gzip", {}), ("cut_json", {}), ("html_page", {}), ("page_again", {})),
    *(("rows_move", {}), ("row_lost", {}), ("shuffled", {}), ("same_id", {}), ("stale", {})),
    *(("late_rows", {"share": 0.2}), ("restated", {"factor": 0.8}), ("cancelled", {})),
    *(("token_expired", {}), ("clock", {"minutes": 11}), ("emptied", {}), ("field_gone", {})),
    *(("odd", {"field": "fee", "value": "NaN", "rows": [0]}), ("fen_for_yuan", {})),
    ("foreign_rows", {"advertiser": 880002}),
]


def main() -> None:
    given = sys.argv[1:]
    seeds, plans = (int(each) for each in [*given, *("5", "20")[len(given) :]])
    logging.disable(logging.CRITICAL)
    stamina.instrumentation.set_on_retry_hooks([])
    http.send.__kwdefaults__["seconds"] = 2.0
    bad = 0
    with database(), world() as sandbox, stamina.set_testing(True, attempts=3, cap=True):
        started = time.monotonic()
        print(f"{'fault':<28}{'runs':>6}{'struck':>8}{'quarantined':>13}{'alarms':>8}{'equal':>7}")
        runs = 0
        for name, cases in by_fault().items():
            met = []
            for case, seed in product(cases, range(seeds)):
                with a_store(sandbox) as faulty:
                    met.append(meet(faulty, case, seed))
            bad += say(name, met)
            runs += len(met)
        met = []
        for plan in range(plans):
            with a_store(sandbox) as faulty:
                met.append(meet_random(faulty, Random(plan)))
        bad += say("   random plans", met) if met else 0
        print(f"{runs + len(met)} runs in {time.monotonic() - started:.0f} s")
    sys.exit(bool(bad))


def by_fault() -> dict[str, list[Case]]:
    grouped: dict[str, list[Case]] = defaultdict(list)
    for case in CASES:
        grouped[f"{case.number:>2} {case.fault}"].append(case)
    return grouped


@contextmanager
def world() -> Iterator[SandboxProcess]:
    """The sandbox on the demo's day with the proxy in front, and a portal that speaks to it."""
    folders = tempfile.TemporaryDirectory(prefix="redcat-bench-", ignore_cleanup_errors=True)
    with folders as folder, SandboxProcess(Path(folder)) as sandbox:
        sandbox.set_day(DEMO_DAY)
        with FaultProxy(sandbox.port) as proxy:
            partner = settings.XHS | {"base_url": f"{proxy.url}/api/open"}
            with override_settings(VAR_DIR=Path(folder), XHS=partner):
                yield sandbox


@contextmanager
def a_store(sandbox: SandboxProcess) -> Iterator[Faulty]:
    """A brand with the store, which nothing is left of afterwards."""
    everything = transaction.atomic()
    everything._from_testcase = True  # as Django's own tests: inside, a durable block is outermost
    with everything:
        yield join(sandbox, make_brand())
        transaction.set_rollback(True)


def meet(faulty: Faulty, case: Case, seed: int) -> Run:
    size = 5 if case.paged else 500
    with override_settings(XHS=settings.XHS | {"report_page_size": size}):
        if case.known:
            faulty.pull(*week_before(), DAY)
        faulty.plan(case.fault, seed=seed, **case.plan)
        faulty.pull()
        return heal(faulty)


def meet_random(faulty: Faulty, rng: Random) -> Run:
    """Several faults at once, each for a share of the calls, for some nights on end."""
    faulty.pull(*week_before(), DAY)
    size = rng.choice([5, 7, 500])
    chosen = rng.sample(RANDOM, 4)
    rules = [
        {"match": {"path": "*/offline/note", "chance": 0.3}, "fault": fault, "args": args}
        for fault, args in chosen
    ]
    with override_settings(XHS=settings.XHS | {"report_page_size": size}):
        faulty.sandbox.plan(*rules, seed=rng.randrange(10**6))
        for _night in range(NIGHTS):
            faulty.pull()
        return heal(faulty)


def heal(faulty: Faulty) -> Run:
    """Let a healthy night follow, after a new consent where one was lost; see what is left."""
    hits = sum(faulty.sandbox.hits())
    faulty.sandbox.plan()
    faulty.consent_again()
    closed = faulty.pull().status == "closed"
    true = closed and faulty.equals_truth() and not faulty.unsettled()
    return hits, len(faulty.quarantined()), len(faulty.alarms()), true


def say(name: str, runs: list[Run]) -> int:
    hits, rows, alarms, true = (sum(column) for column in zip(*runs, strict=True))
    print(
        f"{name:<28}{len(runs):>6}{hits:>8}{rows:>13}{alarms:>8}{true:>4}/{len(runs)}", flush=True
    )
    return len(runs) - true


if __name__ == "__main__":
    main()
