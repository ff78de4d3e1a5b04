"""The same pages over HTTP into PostgreSQL: our nights against dlt's rest_api source with merge.

Ours claims each day's window, pulls it page by page with its receipts, quarantine and history,
and closes it, in two processes as the worker does; dlt gets all pages as one stream, and may
normalise in two. Both read from one server, one after the other.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings
from django.db import connections

from benchmarks.ground import Cost, cost_of, database, say
from benchmarks.page_server import FIRST, rows_of
from campaigns.models import NoteDay, SyncWindow
from campaigns.reports.note_day import NOTE_DAY
from campaigns.sync import pull
from campaigns.sync.windows import ask_again
from merchants.models import Connection
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.celery import share_what_is_loaded
from portal.lib import days
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope
from portal.tests.running import free_port

DAYS, PAGES, ROWS = 40, 5, 500
ALL_ROWS = DAYS * rows_of(PAGES, ROWS)
WORKERS = 2
HERE = Path(__file__).parent


@contextmanager
def page_server() -> Iterator[str]:
    port = free_port()
    numbers = [str(number) for number in (port, DAYS, PAGES, ROWS)]
    command = [sys.executable, "-m", "benchmarks.page_server", *numbers]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        if server.stdout:
            server.stdout.readline()
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def owe(joined: Connection) -> list[int]:
    """Owe each of the days, tonight; return the windows."""
    with scope(Hat.NIGHT):
        all_days = [FIRST + timedelta(days=n) for n in range(DAYS)]
        ensure_months(NoteDay.ledger(), all_days)
        owed = [
            SyncWindow(
                brand_id=joined.brand_id,
                store_id=joined.store_id,
                connection=joined,
                report=NOTE_DAY.key,
                day=day,
                owed_on=days.today(),
            )
            for day in all_days
        ]
        return [window.pk for window in SyncWindow.objects.bulk_create(owed)]


def pull_all(windows: list[int]) -> None:
    """Pull them in as many processes as a worker has, each with a connection of its own."""
    connections.close_all()
    shares = [windows[n::WORKERS] for n in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("fork")) as pool:
        list(pool.map(pull_share, shares))


def pull_share(windows: list[int]) -> None:
    for window_id in windows:
        pull.pull_window(window_id, owner=f"bench {os.getpid()}")


def by_dlt(url: str, folder: Path) -> Cost:
    """Run dlt in an environment of its own, which is made here and not counted."""
    venv.create(folder / "venv", with_pip=True)
    python = str(folder / "venv" / "bin" / "python")
    wanted = str(HERE / "requirements-dlt.txt")
    subprocess.run([python, "-m", "pip", "install", "-q", "-r", wanted], check=True)
    place = connections["owner"].settings_dict
    dsn = f"postgresql://postgres:none@localhost/{place['NAME']}?host={place['HOST']}"
    options = {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DLT_DATA_DIR": str(folder / "dlt"),
        "NORMALIZE__WORKERS": str(WORKERS),
    }
    done = subprocess.run(
        [python, str(HERE / "dlt_side.py"), url, dsn, str(DAYS * PAGES)],
        env=os.environ | options,
        stdout=subprocess.PIPE,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    expect(told["rows"], ALL_ROWS)
    return Cost(told["wall"], told["cpu"])


def expect(found: object, wanted: object) -> None:
    """A benchmark of work that was not done is none."""
    if found != wanted:
        sys.exit(f"{found} instead of {wanted}")


def main() -> None:
    logging.disable(logging.INFO)
    rows = ALL_ROWS
    joined = make_connection(make_store(make_brand()))
    with page_server() as url, tempfile.TemporaryDirectory(prefix="redcat-bench-") as folder:
        settings.XHS["base_url"] = f"{url}/api/open"
        dlt = by_dlt(url, Path(folder))
        share_what_is_loaded()
        ours = cost_of(lambda: pull_all(owe(joined)))
        with scope(Hat.NIGHT):
            closed = SyncWindow.objects.filter(status="closed").count()
            expect((closed, NoteDay.objects.count()), (DAYS, rows))
        print(f"{'pages over HTTP into the ledger':<44}{'ours':>9}{'CPU':>8}{'dlt':>9}{'CPU':>8}")
        say(f"{rows:,} rows in pages of {ROWS}", ours, dlt)
        print(f"{rows / ours.wall:,.0f} rows a second against {rows / dlt.wall:,.0f}; at least 4×")
        again = cost_of(lambda: pull_all(owe_again(joined)))
        with scope(Hat.NIGHT):
            written = NoteDay.objects.count() - rows
        print(f"the same night again: {rows / again.wall:,.0f} rows a second, {written} written")


def owe_again(joined: Connection) -> list[int]:
    with scope(Hat.NIGHT):
        mine = SyncWindow.objects.filter(connection=joined)
        ask_again(mine)
        return list(mine.values_list("pk", flat=True))


if __name__ == "__main__":
    with database():
        main()
