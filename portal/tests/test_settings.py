"""What is missing or wrong in the environment is told in one line, before anything starts."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings

from portal.tests.running import ROOT


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"DEMO": "0"}, "SECRET_KEY is not set, and DEMO is not 1."),
        ({"PARTNERS": "live"}, "TOP_APP_KEY is not set, and PARTNERS is live."),
        ({"PARTNERS": "somewhere"}, "PARTNERS is either sandbox or live."),
        (
            {"DEMO": "0", "SECRET_KEY": "x" * 50, "PARTNER_TOKEN_KEYS": "x", "ALLOWED_HOSTS": "x"}
            | {"PORTAL_URL": "https://x.test", "WEBHOOK_NETWORKS": "127.0.0.0/8"},
            "WEBHOOK_NETWORKS needs DEMO=1: it opens networks that are closed.",
        ),
        ({"WEBHOOK_NETWORKS": "loopback"}, "WEBHOOK_NETWORKS must be like 127.0.0.0/8,::1/128."),
        ({"SYNC_TICK_SECONDS": "0"}, "SYNC_TICK_SECONDS must be a number above 0, not 0."),
        (
            {"SYNC_LEASE_SECONDS": "1e999"},
            "SYNC_LEASE_SECONDS must be a number above 0, not 1e999.",
        ),
        (
            {"DATABASE_URL": "mysql://x"},
            "DATABASE_URL must start with postgres:// - no other database is used.",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_told_in_one_line(tmp_path, environ, line):
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DEMO": "1", "VAR_DIR": str(tmp_path)} | environ,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.strip()) == (1, line)


def test_nothing_waits_for_a_time_of_day_that_may_be_missed():
    ticks = settings.CELERY_BEAT_SCHEDULE.values()

    assert [tick["task"] for tick in ticks if not isinstance(tick["schedule"], timedelta)] == []
    assert [tick["task"] for tick in ticks if "expires" not in tick["options"]] == []
