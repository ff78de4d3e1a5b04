"""From the spool to PostgreSQL: each click once, whatever order it comes in and what breaks."""

import os
import time
import uuid
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from django.conf import settings as own_settings
from django.db import ProgrammingError, connection

from campaigns import tasks
from campaigns.jump.answers import answer_tap, new_id
from campaigns.jump.asked import Asked
from campaigns.jump.known import KnownLink, known_links
from campaigns.jump.shipping import Shipper
from campaigns.jump.spool import Spool, checked
from campaigns.models import Click, Link
from campaigns.tests.agents import IPHONE
from campaigns.tests.factories import make_click, make_link, note_of
from merchants.tests.factories import make_store
from portal.lib import days
from portal.lib.scope import Hat, scope

NOON = datetime(2025, 6, 23, 12, 0, tzinfo=days.SHANGHAI)


@pytest.fixture
def folder(settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "spool"
    return settings.SPOOL_DIR


@pytest.fixture
def link(brand) -> KnownLink:
    make_link(note_of(make_store(brand)))
    with scope(Hat.NIGHT):
        return known_links(Link.objects.all())[0]


def line(link, minute=0, *, device="a", agent=IPHONE) -> str:
    asked = Asked("GET", f"caid={device}", "", {"user-agent": agent}.get)
    return answer_tap(asked, link, at=NOON + timedelta(minutes=minute))[1]


def write(folder, *lines) -> None:
    """Write a segment and leave it, as a process that ends does."""
    spool = Spool(folder)
    assert spool.keep([checked(each) for each in lines])
    spool.close()


def segment(folder):
    return next(folder.glob("*.clicks"))


def stored() -> list[Click]:
    with scope(Hat.NIGHT):
        return list(Click.objects.order_by("at", "pk"))


def repeats() -> list[int]:
    """Return the minutes after noon of the taps that are marked."""
    return [int((c.at - NOON).total_seconds() / 60) for c in stored() if c.is_repeat]


def test_ids_are_of_version_7_and_grow():
    ids = [uuid.UUID(new_id()) for _time in range(3) if not time.sleep(0.002)]

    assert {(each.version, each.variant) for each in ids} == {(7, uuid.RFC_4122)}
    assert ids == sorted(ids)


def test_a_segment_is_shipped_and_goes_when_its_writer_has_left_it(link, folder):
    spool = Spool(folder)
    spool.keep([checked(line(link))])
    shipper = Shipper(folder)

    assert shipper.ship().stored == 1
    assert segment(folder).exists()
    spool.keep([checked(line(link, 1, device="b"))])
    assert shipper.ship().stored == 1
    spool.close()
    assert shipper.ship().stored == 0

    assert list(folder.iterdir()) == []
    assert len(stored()) == 2


def test_a_line_that_is_shipped_twice_is_stored_once(link, folder):
    spool = Spool(folder)
    spool.keep([checked(line(link))])

    assert [Shipper(folder).ship().stored for _time in range(3)] == [1, 0, 0]
    spool.close()
    assert len(stored()) == 1


def test_half_a_line_at_the_end_is_dropped_and_the_others_are_stored(link, folder):
    write(folder, line(link), line(link, 1))
    path = segment(folder)
    os.truncate(path, path.stat().st_size - 5)

    done = Shipper(folder).ship()

    assert (done.stored, done.damaged, len(stored())) == (1, 1, 1)
    assert not path.exists()


def test_a_line_that_is_still_being_written_waits_for_its_end(link, folder):
    spool = Spool(folder)
    spool.keep([checked(line(link))])
    whole = checked(line(link, 1))
    shipper = Shipper(folder)
    with segment(folder).open("ab") as file:
        file.write(whole[:30])
        file.flush()
        assert shipper.ship().stored == 1
        file.write(whole[30:])
    assert shipper.ship().stored == 1
    spool.close()


def test_a_damaged_line_stops_no_other(link, folder):
    write(folder, line(link), line(link, 1), line(link, 2))
    path = segment(folder)
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2].replace(b"person", b"perjon")
    path.write_bytes(b"\n".join(lines))

    done = Shipper(folder).ship()

    assert (done.stored, done.damaged) == (2, 1)


def test_a_click_of_a_link_that_is_gone_is_put_aside_and_stops_no_other(link, folder):
    gone = line(link).replace(f"\t{link.pk}\tperson", "\t999999\tperson")
    odd = line(link).replace("\tperson\t", "\t" + "x" * 99 + "\t")
    write(folder, gone, odd, line(link, 1))

    done = Shipper(folder).ship()

    assert (done.stored, done.aside) == (1, 2)
    (aside,) = (folder / "aside").iterdir()
    assert sorted(aside.read_text().splitlines()) == sorted([gone, odd])


def test_what_is_put_aside_twice_stands_there_once(link, folder):
    spool = Spool(folder)
    spool.keep([checked(line(link).replace(f"\t{link.pk}\tperson", "\t999999\tperson"))])
    for _time in range(2):
        Shipper(folder).ship()
    spool.close()

    (aside,) = (folder / "aside").iterdir()
    assert len(aside.read_text().splitlines()) == 1


def test_a_file_that_is_no_segment_stays_and_stops_no_other(link, folder):
    folder.mkdir()
    (folder / "0.clicks").write_text("something else\n")
    write(folder, line(link))

    assert Shipper(folder).ship().stored == 1
    assert [path.name for path in folder.iterdir()] == ["0.clicks"]


TAPS = [0, 30, 60, 121]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_repeats_are_the_same_in_whatever_order_batches_come(link, folder, order):
    lines = [line(link, minute) for minute in TAPS]
    for n in order:
        write(folder, lines[n])
        Shipper(folder).ship()

    assert repeats() == [30, 60]


def test_repeats_within_one_batch_are_marked_too(link, folder):
    write(folder, *[line(link, minute) for minute in (61, 0, 60)])
    Shipper(folder).ship()

    assert repeats() == [60, 61]


def test_taps_at_the_same_moment_are_told_apart_by_their_order(link, folder):
    write(folder, line(link), line(link), line(link))
    Shipper(folder).ship()

    assert [click.is_repeat for click in stored()] == [False, True, True]


def test_other_devices_and_programs_are_no_repeats_and_make_none(link, folder):
    write(folder, line(link, agent="curl/8.5.0"), line(link, 1), line(link, 2, device="b"))
    Shipper(folder).ship()

    assert repeats() == []


def test_a_tap_on_another_link_is_no_repeat(brand, link, folder):
    make_link(note_of(make_store(brand, 2)))
    with scope(Hat.NIGHT):
        other = known_links(Link.objects.exclude(pk=link.pk))[0]
    write(folder, line(link), line(other, 1))
    Shipper(folder).ship()

    assert repeats() == []


def test_clicks_older_than_180_days_are_purged_and_no_younger_one(link, folder):
    with scope(Hat.NIGHT):
        row = Link.objects.get()
    make_click(row, at=days.known_now() - timedelta(days=180, seconds=1))
    young = make_click(row, at=days.known_now() - timedelta(days=179, hours=23))

    tasks.purge_clicks()

    assert [click.pk for click in stored()] == [young.pk]


def test_nobody_can_ask_younger_clicks_away(link):
    with scope(Hat.NIGHT):
        make_click(Link.objects.get(), at=days.timezone.now() - timedelta(days=179))
        with connection.cursor() as cursor:
            cursor.execute("SELECT purge_clicks('infinity')")

    assert len(stored()) == 1


@pytest.mark.parametrize("hat", [Hat.WEB, Hat.ADMIN])
def test_only_the_night_purges(hat, brand):
    assert own_settings.TICKS["campaigns.tasks.purge_clicks"]
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        scope(hat, brand=brand.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT purge_clicks(now())")


def test_no_one_changes_a_click_but_for_its_mark(link):
    with scope(Hat.NIGHT):
        make_click(Link.objects.get())
    with pytest.raises(ProgrammingError, match="permission denied"), scope(Hat.NIGHT):
        Click.objects.update(kind="bot")
