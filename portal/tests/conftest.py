import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.tests import once
from portal.tests.brokers import BROKERS, Broker
from portal.tests.groups import Groups
from portal.tests.running import RunningPortal, set_up


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log) -> Groups | None:
    """With `--dist loadgroup` the groups are ours; xdist's own need an older pytest."""
    return Groups(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where CI=true a browser test may not be skipped: nobody would see that it never ran."""
    report = yield
    if report.skipped and item.get_closest_marker("browser") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"Skipped in CI: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def broker() -> Iterator[Broker | None]:
    """The broker that TEST_BROKER names, for all that these tests start; None is pgmq."""
    name = os.environ.get("TEST_BROKER")
    if not name:
        yield None
        return
    server = BROKERS[name]()
    server.start()
    os.environ["BROKER_URL"] = server.url
    yield server
    del os.environ["BROKER_URL"]
    server.stop()


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder outside pytest's own, which every other run of pytest closes to other users."""
    with tempfile.TemporaryDirectory(prefix="redcat-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def empty_portal() -> Iterator[RunningPortal]:
    """The running processes without any demo data."""
    with tempfile.TemporaryDirectory(prefix="redcat-test-", ignore_cleanup_errors=True) as folder:
        portal = RunningPortal(Path(folder) / "var")
        once.copy(set_up(), portal.var_dir)
        portal.start()
        yield portal
        portal.stop()
