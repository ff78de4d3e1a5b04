"""Results pages over ten million rows of the note report, while ten people of one brand click.

`python -m benchmarks.bench_pages [BRANDS LARGEST OTHERS DAYS]` fills a portal of its own (200
brands, the first with 2,000 notes, the others with 128, a year), measures each page alone against
its bare SQL, and then lets ten people of the largest brand look at pages, a second or two at each.
"""

import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import httpx

import benchmarks.ground  # noqa: F401  sets Django up
from portal.tests.nights import Nights

SIZE = (200, 2000, 128, 365)
PEOPLE, SECONDS, LOOK = 10, 60, (1.0, 2.0)  # how long each page is looked at
LIMIT, ROOM, TIMES = 0.300, 0.080, 1.5  # seconds at p95; over bare SQL, or so many times that
QUIET = {"SYNC_TICK_SECONDS": "3600"}
Alone = tuple[float, float, int]  # of the page and of its bare SQL, and how many statements
EMAILS = [f"bench-{person}@example.test" for person in range(PEOPLE)]
PAGES = {
    "overview": "overview/",
    "30 days": "results/",
    "30 days, window of 7": "results/?window=7",
    "30 days by day": "results/?group=day",
    "30 days by creator": "results/?group=creator",
    "30 days against those before": "results/?against=period",
    "30 days as of ten days ago": "results/?as_of={before}",
    "30 days with a receipt open": "results/?receipt=roi",
    "30 days of one creator": "results/?creator=达人 7",
    "scatter of 30 days": "results/scatter/",
    "90 days": "results/?latest=90",
    "a year": "results/?from={first}&to={last}",
    "a year by day": "results/?from={first}&to={last}&group=day",
    "a year of one creator": "results/?from={first}&to={last}&creator=达人 7",
    "receipt of 30 days' GMV": "results/receipt/?receipt=gmv",
    "what moved in ten days": "results/diff/?as_of={before}",
    "star tasks": "results/star/",
}


def main() -> None:
    size = [int(each) for each in sys.argv[1:]] or list(SIZE)
    folders = tempfile.TemporaryDirectory(prefix="redcat-bench-", ignore_cleanup_errors=True)
    with folders as folder:
        portal = Nights(Path(folder) / "var", **QUIET)
        portal.start()
        try:
            run(portal, *size)
        finally:
            portal.stop()


def run(portal: Nights, brands: int, largest: int, others: int, span: int) -> None:
    began = time.monotonic()
    fill = f"fill({brands}, {largest}, {others}, {span}, {PEOPLE})"
    portal.must("shell", "-c", f"from benchmarks.many_facts import fill; {fill}", timeout=3600)
    rows = portal.one("SELECT count(*) FROM campaigns_noteday")
    print(f"{rows:,} rows of {brands} brands, made in {time.monotonic() - began:.0f} s")
    paths = paths_of(portal, span)
    alone = json.loads(shell(portal, f"measure({EMAILS[0]!r}, {[*paths.values()]!r})", timeout=900))
    clicked = click(portal, list(paths.values()), json.loads(shell(portal, f"sign_in({EMAILS})")))
    say(paths, alone, clicked)


def paths_of(portal: Nights, span: int) -> dict[str, str]:
    last: date = portal.one("SELECT max(day) FROM campaigns_noteday")
    ends = {"first": last - timedelta(days=span - 1), "last": last}
    ends["before"] = last - timedelta(days=9)
    return {name: f"/b/brand-1/{path.format(**ends)}" for name, path in PAGES.items()}


def shell(portal: Nights, call: str, **options: float) -> str:
    """Return what the call says as JSON, in the portal's own settings."""
    script = f"import json; from benchmarks.bare_pages import *; print(json.dumps({call}))"
    return portal.must("shell", "-c", script, **options).splitlines()[-1]


def click(portal: Nights, paths: list[str], sessions: list[str]) -> dict[str, list[float]]:
    """Return the seconds of each answer, by its path, while all of them look at pages."""
    found: dict[str, list[float]] = defaultdict(list)
    until = time.monotonic() + SECONDS

    def look(person: int) -> None:
        rng = random.Random(person)
        cookies = {"sessionid": sessions[person]}
        with httpx.Client(base_url=portal.url, cookies=cookies, timeout=60) as browser:
            time.sleep(rng.uniform(0, max(LOOK)))
            while time.monotonic() < until:
                path = rng.choice(paths)
                began = time.perf_counter()
                browser.get(path).raise_for_status()
                found[path].append(time.perf_counter() - began)
                time.sleep(rng.uniform(*LOOK))

    people = [threading.Thread(target=look, args=[person]) for person in range(PEOPLE)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return found


def say(paths: dict[str, str], alone: dict[str, Alone], clicked: dict[str, list[float]]) -> None:
    print(f"{'milliseconds':<32}{'alone':>8}{'bare SQL':>10}{'queries':>9}{'clicked':>9}", end="")
    print(f"{'median':>8}{'p95':>8}")
    for name, path in paths.items():
        page, bare, queries = alone[path]
        answers = clicked.get(path, [])
        over = page > max(bare * TIMES, bare + ROOM)
        print(f"{name:<32}{page * 1000:>8.0f}{bare * 1000:>10.0f}{queries:>9}", end="")
        print(f"{len(answers):>9}{percentile(answers, 50):>8.0f}", end="")
        print(f"{percentile(answers, 95):>8.0f}{'  over its bare SQL' if over else ''}")
    every = [seconds for answers in clicked.values() for seconds in answers]
    late = percentile(every, 95)
    verdict = "within" if late <= LIMIT * 1000 else "over"
    print(f"all {len(every)} clicks: p95 {late:.0f} ms, {verdict} the limit of {LIMIT * 1000:.0f}")


def percentile(answers: list[float], share: int) -> float:
    if len(answers) < 2:
        return 1000 * sum(answers)
    return 1000 * statistics.quantiles(answers, n=100, method="inclusive")[share - 1]


if __name__ == "__main__":
    main()
