"""Whatever is killed under the jump: who is answered is stored once, who is not at most once."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.tests.jumping import Jumping, Readers
from portal.tests.running import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.alone]


@pytest.fixture(scope="module")
def jumping() -> Iterator[Jumping]:
    folders = tempfile.TemporaryDirectory(prefix="redcat-test-", ignore_cleanup_errors=True)
    with folders as folder, Jumping(Path(folder) / "var") as jumping:
        yield jumping


@pytest.fixture(autouse=True)
def running(jumping) -> None:
    for name in ("postgres", "jump", "shipper"):
        if name not in jumping.processes or jumping.processes[name].poll() is not None:
            jumping.start(name)
    wait_for(lambda: jumping.ask(f"/j/{jumping.open_link}") == 302)
    jumping.execute("TRUNCATE campaigns_click")


def assert_complete(jumping: Jumping, readers: Readers) -> None:
    jumping.ship_rest()
    stored = jumping.stored()
    assert len(readers.answered) > 100
    assert readers.answered - stored.keys() == set()
    assert {name: times for name, times in stored.items() if times > 1} == {}
    assert stored.keys() <= readers.answered | readers.unanswered


def test_the_process_answers_as_djangos_door_does(jumping):
    assert jumping.ask("/healthz") == 200
    assert jumping.ask(f"/j/{jumping.open_link}", method="HEAD") == 302
    assert jumping.ask(f"/j/{jumping.paused_link}") == 200
    assert jumping.ask(f"/j/{jumping.open_link}", method="POST") == 405
    wait_for(lambda: jumping.ask("/j/zzzzzzzz") == 404)
    assert jumping.ask("/") == 404


def test_a_change_of_a_link_is_heeded_within_five_seconds(jumping):
    began = time.monotonic()
    jumping.execute("UPDATE campaigns_link SET status = 'live' WHERE status = 'paused'")
    wait_for(lambda: jumping.ask(f"/j/{jumping.paused_link}") == 302, seconds=5)
    jumping.execute(
        f"UPDATE campaigns_link SET status = 'paused' WHERE code = '{jumping.paused_link}'"  # noqa: S608
    )
    wait_for(lambda: jumping.ask(f"/j/{jumping.paused_link}") == 200, seconds=5)
    assert time.monotonic() - began < 10


def test_a_killed_jump_and_a_killed_shipper_lose_and_double_nothing(jumping):
    with Readers(jumping) as readers:
        for name in ("jump", "shipper"):
            time.sleep(1)
            jumping.restart(name)
        wait_for(lambda: len(readers.answered) > 500, seconds=30)
    assert_complete(jumping, readers)


def test_a_database_that_stops_at_once_stops_no_reader_not_even_after_a_restart(jumping):
    with Readers(jumping) as readers:
        time.sleep(1)
        jumping.kill("postgres")
        before = len(readers.answered)
        wait_for(lambda: len(readers.answered) > before + 100)
        jumping.restart("jump")
        wait_for(lambda: jumping.ask(f"/j/{jumping.open_link}") == 302)
        assert jumping.ask("/j/zzzzzzzz") == 200
        jumping.start("postgres")
        time.sleep(1)
    assert_complete(jumping, readers)


def test_with_a_full_disk_readers_are_sent_on_and_it_is_told(jumping):
    jumping.fill_disk(full=True)
    assert {jumping.ask(f"/j/{jumping.open_link}") for _time in range(20)} == {302}
    told = "SELECT FROM campaigns_heartbeat WHERE name = 'jump: clicks not kept'"
    wait_for(lambda: jumping.query(told))
    jumping.fill_disk(full=False)
    time.sleep(0.3)
    with Readers(jumping) as readers:
        wait_for(lambda: len(readers.answered) > 200)
    assert_complete(jumping, readers)
