"""Files that come by the command line and by the drop folder: the same check, the same ledger."""

import os
import time

import httpx
import pytest
from django.core.management import CommandError, call_command

from campaigns.imports import folder
from campaigns.models import ConsoleDay, FileImport
from campaigns.tests.files import export
from merchants.tests.factories import make_participation, make_store
from portal.lib.scope import Hat, scope
from portal.sandbox.file_rows import ROWS


@pytest.fixture
def store(brand):
    store = make_store(brand)
    make_participation(store)
    return store


@pytest.fixture
def dropped(settings, store, tmp_path):
    """The store's folder, in which files are dropped."""
    settings.IMPORT_FOLDER = str(tmp_path / "drop")
    place = tmp_path / "drop" / "shancha" / store.sid
    place.mkdir(parents=True)
    return place


def drop(place, tmp_path, *quirks, name="console", age=60):
    path = place / "聚光.csv"
    path.write_bytes(export(tmp_path, name, *quirks).read_bytes())
    os.utime(path, (time.time() - age,) * 2)
    return path


def written() -> int:
    with scope(Hat.NIGHT):
        return ConsoleDay.objects.count()


def run(path, *arguments) -> int:
    """Return the exit code."""
    try:
        call_command("import_report", str(path), "--brand", "shancha", *arguments)
    except SystemExit as end:
        return int(end.code)
    return 0


def test_the_command_tells_and_writes_nothing(store, tmp_path, capsys):
    code = run(export(tmp_path, "console", "bad_rows"))

    said = capsys.readouterr().out
    assert (code, written()) == (1, 0)
    assert "row 4" in said
    assert "Nothing was written" in said


def test_the_command_applies_when_told_to(store, tmp_path, capsys):
    path = export(tmp_path, "console")
    run(path)

    assert run(path, "--apply", "--store", store.sid) == 0
    assert run(path, "--apply") == 0

    assert "nothing to do" in capsys.readouterr().out
    assert written() > 0


def test_the_command_refuses_what_it_does_not_know(store, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    assert run(path, "--apply") == 2


@pytest.mark.parametrize(
    "arguments", [["--brand", "nobody"], ["--brand", "shancha", "--store", "1"]]
)
def test_the_command_names_what_is_missing(store, tmp_path, arguments):
    with pytest.raises(CommandError):
        call_command("import_report", str(export(tmp_path, "console")), *arguments)


def test_a_dropped_file_is_applied_and_told_of(dropped, tmp_path):
    drop(dropped, tmp_path)

    assert (folder.take_in(), folder.take_in()) == (1, 0)

    assert written() > 0
    assert sorted(each.name for each in (dropped / "done").iterdir()) == [
        "聚光.csv",
        "聚光.csv.txt",
    ]


def test_a_file_that_still_grows_is_left_alone(dropped, tmp_path):
    path = drop(dropped, tmp_path, age=0)

    assert folder.take_in() == 0
    assert path.exists()


def test_the_same_file_dropped_twice_writes_once(dropped, tmp_path):
    drop(dropped, tmp_path)
    folder.take_in()
    first = written()
    drop(dropped, tmp_path)

    assert folder.take_in() == 1

    assert written() == first
    assert len(list((dropped / "done").glob("*.csv"))) == 2


def test_a_dropped_file_that_nobody_knows_says_why(dropped):
    path = dropped / "x.csv"
    path.write_text("a,b\n1,2\n")
    os.utime(path, (0, 0))

    folder.take_in()

    assert (dropped / "refused" / "x.csv").exists()
    assert (dropped / "refused" / "x.csv.txt").read_text()


@pytest.mark.parametrize("place", ["nobody/318840721", "shancha/1", "shancha/x"])
def test_a_folder_of_no_store_is_left_alone(dropped, tmp_path, place):
    other = dropped.parent.parent / place
    other.mkdir(parents=True)
    path = drop(other, tmp_path)

    assert folder.take_in() == 0
    assert path.exists()


def test_a_link_in_the_folder_is_not_followed(dropped, tmp_path):
    target = drop(tmp_path, tmp_path)
    (dropped / "link.csv").symlink_to(target)

    assert folder.take_in() == 0


@pytest.mark.parametrize("name", [".taken", "done", "refused"])
def test_nothing_is_fetched_from_another_brand_by_a_link(dropped, tmp_path, monkeypatch, name):
    others = tmp_path / "drop" / "others" / "1"
    others.mkdir(parents=True)
    theirs = drop(others, tmp_path)
    (dropped / name).symlink_to(others)
    drop(dropped, tmp_path)
    monkeypatch.setattr(folder, "LOST", 0)

    assert folder.take_in() == 0
    assert theirs.exists()


def test_a_file_that_cannot_be_opened_keeps_no_other_waiting(dropped, tmp_path):
    bad = drop(dropped, tmp_path)
    longest = bad.rename(dropped / f"{'a' * 251}.csv")  # what is told of it has no room for a name
    drop(dropped, tmp_path)

    assert folder.take_in() == 1
    assert written() > 0
    assert not longest.exists()


def test_what_a_dead_tick_had_begun_is_begun_again(dropped, tmp_path, monkeypatch):
    (dropped / ".taken").mkdir()
    drop(dropped / ".taken", tmp_path)
    assert folder.take_in() == 0
    monkeypatch.setattr(folder, "LOST", 0)

    assert folder.take_in() == 1
    with scope(Hat.NIGHT):
        assert FileImport.objects.get().status == "applied"


@pytest.mark.parametrize("name", list(ROWS))
def test_the_sandbox_hands_out_each_file(sandbox, name):
    url = f"{sandbox.url}/world/files/{name}.csv?seller_id=2200657001&quirks=gb18030,total_first"

    assert httpx.get(url).content.decode("gb18030").startswith("合计")
    assert httpx.get(f"{url},none").status_code == 400
    assert httpx.get(url.replace("2200657001", "1")).status_code == 404
