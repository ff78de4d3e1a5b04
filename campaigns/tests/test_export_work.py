"""Making a file: once, whatever dies in the middle, and never by one that was overtaken."""

import os
import signal
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connections
from django.db.models.functions import Now

from campaigns.exports import work
from campaigns.models import Export, ExportPart
from campaigns.tests.exports import make_export
from campaigns.tests.factories import make_note, make_note_day
from merchants import outbox
from merchants.models import Notice, Role, User
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib import sheets
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 18)


@pytest.fixture(autouse=True)
def files(own_files):
    """Keep what is being made in a folder that goes with the test."""
    return own_files


@pytest.fixture
def owed(brand):
    """An export of some notes, of somebody who is a member still."""
    connection = make_connection(make_store(brand))
    for number in range(1, 6):
        make_note_day(make_note(connection, number), DAY)
    user = make_user("li@example.test", language="en")
    make_membership(brand, user, Role.VIEWER)
    return make_export(brand, user, rows=5)


def now_of(export):
    with scope(Hat.NIGHT):
        export.refresh_from_db()
        return export


def lose_the_lease(export):
    """Let as much time go by as a dead worker's lease lasts."""
    with scope(Hat.NIGHT):
        Export.objects.filter(pk=export.pk).update(lease_until=Now() - timedelta(seconds=1))


def told():
    with scope(Hat.NIGHT):
        return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def parts():
    with scope(Hat.NIGHT):
        return ExportPart.objects.count()


@contextmanager
def then(monkeypatch, happening):
    """Let something happen when the first rows have been written."""
    into = sheets.INTO["csv"]

    @contextmanager
    def csv_into(file, folder, made):
        with into(file, folder, made) as write:

            def write_and_then(rows):
                write(rows)
                happening()

            yield write_and_then

    with monkeypatch.context() as patch:
        patch.setitem(sheets.INTO, "csv", csv_into)
        yield


def test_the_asker_is_told_once_in_the_portal_and_by_mail(owed):
    work.make(owed.pk)
    work.make(owed.pk)

    assert (now_of(owed).status, parts(), told()) == ("ready", 1, ["export_ready"])
    with scope(Hat.NIGHT):
        notice = Notice.objects.get()
    assert len(outbox.due()) == 1
    assert notice.link == "/b/shancha/data/exports/"
    assert notice.parameters["rows"] == "5"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_mail_tells_of_it_in_the_readers_language(owed):
    work.make(owed.pk)
    for pk in outbox.due():
        outbox.send(pk)

    (sent,) = mail.outbox
    assert sent.subject == "RedCat · Ready: shancha-2025-06-18-2025-06-18-15d.csv"
    assert "It holds 5 rows" in sent.body


def test_whoever_is_at_it_is_left_alone(owed):
    with scope(Hat.NIGHT):
        Export.objects.update(lease_until=Now() + timedelta(minutes=1), attempts=1)

    work.make(owed.pk)

    assert work.hand_out() == []
    assert (now_of(owed).status, now_of(owed).attempts) == ("owed", 1)


def test_one_that_was_overtaken_keeps_nothing(owed, monkeypatch):
    def begin_another():
        lose_the_lease(owed)
        with scope(Hat.NIGHT):
            Export.objects.filter(pk=owed.pk).update(attempts=2)

    with then(monkeypatch, begin_another):
        work.make(owed.pk)

    assert (now_of(owed).status, parts(), told()) == ("owed", 0, [])


def test_progress_can_be_seen_on_the_way(owed, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 4)
    seen = []

    with then(monkeypatch, lambda: seen.append(now_of(owed).done_rows)):
        work.make(owed.pk)

    assert seen[0] == 0
    assert 0 < seen[1] <= seen[-1] <= 5
    assert now_of(owed).done_rows == 5


def test_what_fails_three_times_is_given_up_and_told_of(owed, monkeypatch):
    def fail():
        raise OSError("no space left on device")

    for _attempt in range(3):
        with then(monkeypatch, fail), pytest.raises(OSError, match="no space"):
            work.make(owed.pk)
        lose_the_lease(owed)

    assert work.hand_out() == []
    assert (now_of(owed).status, now_of(owed).trouble) == ("failed", "lost")
    assert told() == ["export_failed"]


def test_an_attempt_leaves_no_files_behind(owed, files, monkeypatch):
    def fail():
        raise OSError("no space left on device")

    with then(monkeypatch, fail), pytest.raises(OSError, match="no space"):
        work.make(owed.pk)

    assert list((files / "exports").iterdir()) == []


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_worker_that_is_killed_in_the_middle_costs_nothing(owed, brand, files, monkeypatch):
    connections.close_all()
    child = os.fork()
    if child == 0:
        with then(monkeypatch, lambda: os.kill(os.getpid(), signal.SIGKILL)):
            work.make(owed.pk)
        os._exit(1)
    _pid, how = os.waitpid(child, 0)
    halfway = now_of(owed).status, now_of(owed).attempts, parts(), told()
    left = list((files / "exports").iterdir())
    at_once = work.hand_out()
    lose_the_lease(owed)

    for pk in work.hand_out():
        work.make(pk)

    assert os.WTERMSIG(how) == signal.SIGKILL
    assert (halfway, at_once) == (("owed", 1, 0, []), [])
    assert (now_of(owed).status, now_of(owed).attempts) == ("ready", 2)
    assert (parts(), told()) == (1, ["export_ready"])
    os.utime(left[0], (0, 0))
    work.make(make_export(brand, User.objects.get(email="li@example.test"), rows=5).pk)
    assert list((files / "exports").iterdir()) == []  # what the dead one left is cleared away
