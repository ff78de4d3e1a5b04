import pytest

from portal.tests.processes import DEMO_DAY, SandboxProcess


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory):
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process):
    """The one running sandbox, healthy and on the demo's day."""
    sandbox_process.set_day(DEMO_DAY)
    sandbox_process.control(delay_ms=0)
    return sandbox_process
