import os
from collections.abc import Iterator

import pytest

from portal.tests.running import RunningPortal


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where CI=true a browser test may not be skipped: nobody would see that it never ran."""
    report = yield
    if report.skipped and item.get_closest_marker("browser") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"Skipped in CI: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def empty_portal(tmp_path_factory) -> Iterator[RunningPortal]:
    """The running processes without any demo data."""
    portal = RunningPortal(tmp_path_factory.mktemp("portal") / "var")
    portal.start()
    yield portal
    portal.stop()
