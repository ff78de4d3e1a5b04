"""What the split by placement costs a night beside the reports that it comes with: rows and CPU."""

import logging
import tempfile
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from benchmarks.ground import Cost, cost_of, database
from campaigns.models import SyncWindow
from campaigns.reports import REPORTS, Report
from campaigns.sync import pull
from campaigns.sync.windows import ask_again, open_days
from merchants.models import Connection
from merchants.tests.factories import make_brand, make_connection, make_consent, make_store
from portal.lib import days
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope
from portal.sandbox.generated import FIRST_ADVERTISER
from portal.sandbox.tests.calls import xhs_token
from portal.tests.processes import SandboxProcess

NOTES, DAYS = 4000, 4
LEVELS = ("account", "campaign", "unit", "creativity", "note")
SPLIT = "juguang.note_placement_day"


def join(sandbox: SandboxProcess) -> Connection:
    settings.XHS["base_url"] = f"{sandbox.url}/api/open"
    tokens = xhs_token(sandbox, FIRST_ADVERTISER)
    store = make_store(make_brand())
    make_consent(store)
    joined = make_connection(store, subject=f"{FIRST_ADVERTISER}")
    joined.put_tokens(
        access=tokens["access_token"],
        access_until=timezone.now() + timedelta(hours=20),
        refresh=tokens["refresh_token"],
        refresh_until=timezone.now() + timedelta(days=29),
    )
    with scope(Hat.NIGHT):
        joined.save()
    return joined


def first_night(joined: Connection, report: Report) -> Cost:
    last = days.yesterday()
    first = last - timedelta(days=DAYS - 1)
    with scope(Hat.NIGHT):
        if report.facts:
            ensure_months(report.facts.ledger(), [first, last])
        windows = open_days([joined], report, first, last)
        owed = list(windows.values_list("pk", flat=True))
    return cost_of(lambda: pull_all(owed))


def night_after(report: Report) -> Cost:
    with scope(Hat.NIGHT):
        windows = SyncWindow.objects.filter(report=report.key)
        ask_again(windows)
        owed = list(windows.values_list("pk", flat=True))
    return cost_of(lambda: pull_all(owed))


def pull_all(windows: list[int]) -> None:
    for window_id in windows:
        pull.pull_window(window_id, owner="bench")


def rows_of(report: Report) -> int:
    with scope(Hat.NIGHT):
        windows = SyncWindow.objects.filter(report=report.key, status="closed")
        return sum(windows.values_list("expected_rows", flat=True))


def main() -> None:
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="redcat-bench-") as folder:
        world = f"1x{NOTES}x{DAYS + 2}"
        with SandboxProcess(Path(folder), SANDBOX_WORLD=world) as sandbox:
            joined = join(sandbox)
            print(
                f"{'report, one advertiser':<36}{'rows':>9}{'first':>9}{'CPU':>8}{'again CPU':>11}"
            )
            for key in [*(f"juguang.{level}_day" for level in LEVELS), SPLIT]:
                report = REPORTS[key]
                first, again = first_night(joined, report), night_after(report)
                print(
                    f"{key:<36}{rows_of(report):>9,}{first.wall:>8.2f}s{first.cpu:>7.2f}s"
                    f"{again.cpu:>10.2f}s"
                )


if __name__ == "__main__":
    with database():
        main()
