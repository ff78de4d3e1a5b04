"""A dropped file that can't be worked on is tried a few times, ever later, and then told of."""

import errno
import json
import os
import subprocess
import time

import pytest

from campaigns.imports import folder, tries
from campaigns.models import ConsoleDay, FileImport
from campaigns.tests.files import export
from merchants.tests.factories import make_participation, make_store
from portal.lib.scope import Hat, scope


@pytest.fixture
def place(settings, brand, tmp_path):
    """The store's folder, in which files are dropped."""
    store = make_store(brand)
    make_participation(store)
    settings.IMPORT_FOLDER = str(tmp_path / "drop")
    place = tmp_path / "drop" / "shancha" / store.sid
    place.mkdir(parents=True)
    return place


@pytest.fixture
def dropped(place, tmp_path):
    (tmp_path / "files").mkdir()
    path = export(tmp_path / "files", "console").rename(place / "聚光.csv")
    os.utime(path, (time.time() - 60,) * 2)
    return path


@pytest.fixture
def no_process(monkeypatch):
    """Let no program be started, as on a machine that has run out of memory."""

    def refuse(*args, **options):
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    return monkeypatch


def wait_over(path):
    (kept,) = (path.parent / tries.FOLDER).iterdir()
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"not_before": 0.0}))


def give_up(path):
    for _tick in range(tries.MOST):
        assert path.exists()
        folder.take_in()
        if path.exists():
            wait_over(path)


def imports():
    with scope(Hat.NIGHT):
        return list(FileImport.objects.values_list("name", "status", "error"))


def test_a_file_that_failed_waits_before_it_is_tried_again(dropped, no_process):
    folder.take_in()
    no_process.undo()

    assert (folder.take_in(), dropped.exists()) == (0, True)
    wait_over(dropped)
    assert folder.take_in() == 1


def test_a_file_that_keeps_failing_is_given_up_and_told_of(dropped, no_process, in_english):
    give_up(dropped)

    assert not dropped.exists()
    assert "tried 3 times" in (dropped.parent / "refused" / "聚光.csv.txt").read_text()
    ((name, status, error),) = imports()
    assert (name, status) == ("聚光.csv", "refused")
    assert "Put it back" in error


def test_putting_it_back_has_it_tried_anew(dropped, no_process):
    give_up(dropped)
    no_process.undo()
    (dropped.parent / "refused" / "聚光.csv").rename(dropped)

    assert folder.take_in() == 1
    with scope(Hat.NIGHT):
        assert ConsoleDay.objects.exists()


def test_a_file_that_was_changed_is_not_kept_waiting(dropped, no_process):
    folder.take_in()
    no_process.undo()
    os.utime(dropped, (time.time() - 30,) * 2)

    assert folder.take_in() == 1


def test_a_file_that_took_its_workers_with_it_is_not_begun_again(dropped):
    for _worker in range(tries.MOST):  # each was killed after it had said that it begins
        tries.Tries.of(dropped).count_one(dropped)
    wait_over(dropped)

    assert folder.take_in() == 1

    assert [status for _name, status, _error in imports()] == ["refused"]
    assert (dropped.parent / "refused" / "聚光.csv").exists()


def test_a_clock_that_was_ahead_keeps_no_file_waiting(dropped, no_process):
    folder.take_in()
    no_process.undo()
    (kept,) = (dropped.parent / tries.FOLDER).iterdir()
    ahead = {"not_before": time.time() + 86_400}
    kept.write_text(json.dumps(json.loads(kept.read_text()) | ahead))

    assert folder.take_in() == 1
