"""Every fault of a partner with several seeds, then random plans: does the ledger end as the truth?

`python -m benchmarks.torture_faults [SEEDS] [PLANS] [--markdown]` prints a row per fault, from 1 to
32, and ends with 1 unless every ledger equals the truth; 33 to 36 are `torture_night`'s. Calls end
after two seconds instead of thirty.
"""

import logging
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from random import Random

import stamina
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from benchmarks.fault_table import FaultTable, Run, given
from benchmarks.ground import database
from benchmarks.torture_consents import (
    answer_badly,
    join_for_good,
    lose_the_consent,
    meet_a_dead_token_together,
)
from merchants.tests.factories import make_brand
from portal.lib import http
from portal.sandbox.proxy import FaultProxy
from portal.tests.fault_cases import CASES, Case
from portal.tests.faulty import DAY, Faulty, join, join_tmall, week_before
from portal.tests.faulty_orders import CASES as ORDER_CASES
from portal.tests.faulty_orders import OrderCase, Shop
from portal.tests.processes import DEMO_DAY, SandboxProcess

NIGHTS = 3
TEN_WORKERS = "23", "old_token, ten workers at once"
Meeting = Callable[[Faulty, int], Run]
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
    seeds, plans = given(5, 20)
    logging.disable(logging.CRITICAL)
    stamina.instrumentation.set_on_retry_hooks([])
    http.send.__kwdefaults__["seconds"] = 2.0
    started, table = time.monotonic(), FaultTable()
    with database(), world() as sandbox, stamina.set_testing(True, attempts=3, cap=True):
        for (number, fault), meetings in sorted(by_fault().items()):
            met = []
            for meeting, seed in product(meetings, range(seeds)):
                with a_store(sandbox) as faulty:
                    met.append(meeting(faulty, seed))
            table.say(str(number), fault, met)
        shop = join_for_good(sandbox)
        table.say(*TEN_WORKERS, [meet_a_dead_token_together(shop, seed) for seed in range(seeds)])
        met = []
        for plan in range(plans):
            with a_store(sandbox) as faulty:
                met.append(meet_random(faulty, Random(plan)))
        table.say("", "four of them at random", met)
    table.end(time.monotonic() - started)
    sys.exit(bool(table.wrong))


def by_fault() -> dict[tuple[int, str], list[Meeting]]:
    grouped: dict[tuple[int, str], list[Meeting]] = defaultdict(list)
    for case in CASES:
        grouped[case.number, case.fault].append(partial(meet, case))
    for order_case in ORDER_CASES:
        name = f"{order_case.fault} ({order_case.report})"
        grouped[order_case.number, name].append(partial(meet_with_orders, order_case))
    grouped[22, "token_expired, refresh_refused"].append(lose_the_consent)
    grouped[26, "forged_callback; aged, foreign, replayed ones"].append(answer_badly)
    return grouped


@contextmanager
def world() -> Iterator[SandboxProcess]:
    """The sandbox on the demo's day with the proxy in front, and a portal that speaks to it."""
    folders = tempfile.TemporaryDirectory(prefix="redcat-bench-", ignore_cleanup_errors=True)
    with folders as folder, SandboxProcess(Path(folder)) as sandbox:
        sandbox.set_day(DEMO_DAY)
        with (
            FaultProxy(sandbox.port) as proxy,
            override_settings(VAR_DIR=Path(folder), **partners(sandbox.url, proxy.url)),
        ):
            yield sandbox


def partners(url: str, by_proxy: str) -> dict[str, object]:
    """Return the settings by which the portal speaks to the sandbox, to 聚光 by the proxy."""
    consent = {"authorize_url": f"{url}/authorize", "token_url": f"{url}/token"}
    return {
        "XHS": settings.XHS | {"base_url": f"{by_proxy}/api/open", "auth_url": f"{url}/auth"},
        "TOP": settings.TOP | {"gateway": f"{url}/router/rest"} | consent,
    }


@contextmanager
def a_store(sandbox: SandboxProcess) -> Iterator[Faulty]:
    """A brand with the store, which nothing is left of afterwards."""
    everything = transaction.atomic()
    everything._from_testcase = True  # as Django's own tests: inside, a durable block is outermost
    with everything:
        yield join(sandbox, make_brand())
        transaction.set_rollback(True)


def meet(case: Case, faulty: Faulty, seed: int) -> Run:
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


def meet_with_orders(case: OrderCase, faulty: Faulty, seed: int) -> Run:
    """Let the fault meet the store's orders or refunds, and a healthy night follow."""
    join_tmall(faulty)
    shop = Shop(faulty)
    if case.known:
        shop.pull()
    shop.plan(case, seed=seed)
    shop.pull()
    found = bool(shop.waiting()), bool(faulty.quarantined())
    hits = sum(faulty.sandbox.hits())
    faulty.sandbox.plan()
    shop.pull()
    true = found == (case.waiting, case.refused) and shop.equals_truth()
    settled = not (shop.waiting() or shop.doubled() or faulty.unsettled())
    return Run(hits, len(faulty.quarantined()), len(faulty.alarms()), true and settled)


def heal(faulty: Faulty) -> Run:
    """Let a healthy night follow, after a new consent where one was lost; see what is left."""
    hits = sum(faulty.sandbox.hits())
    faulty.sandbox.plan()
    faulty.consent_again()
    closed = faulty.pull().status == "closed"
    true = closed and faulty.equals_truth() and not faulty.unsettled()
    return Run(hits, len(faulty.quarantined()), len(faulty.alarms()), true)


if __name__ == "__main__":
    main()
