from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import SyncWindow, WindowStatus
from campaigns.sync import night, windows
from campaigns.sync.windows import UnknownDay, ask_again, hand_out, open_night
from merchants.tests.factories import make_connection, make_consent, make_store
from portal.lib import days
from portal.lib.days import DEMO_NOW
from portal.lib.scope import Hat, scope


@pytest.fixture(autouse=True)
def demo_clock(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def joined(brand):
    return make_connection(make_store(brand))


def update(**fields):
    with scope(Hat.NIGHT):
        return SyncWindow.objects.update(**fields)


def states(report="juguang.note_day"):
    with scope(Hat.NIGHT):
        rows = SyncWindow.objects.filter(report=report).order_by("-day")
        return {window.day: (window.status, window.pull) for window in rows}


def test_the_first_night_reaches_back_90_days_and_ends_yesterday(joined):
    open_night()

    asked = sorted(states())
    assert (asked[0], asked[-1], len(asked)) == (date(2025, 3, 25), date(2025, 6, 22), 90)


def test_opening_the_same_night_twice_asks_for_nothing_more(joined):
    first = open_night()
    update(status=WindowStatus.CLOSED)

    assert first == 92
    assert open_night() == 0


def test_a_later_night_asks_again_for_what_may_still_be_restated_and_for_the_new_day(joined):
    open_night()
    update(status=WindowStatus.CLOSED)
    days.set_demo_clock(DEMO_NOW + timedelta(days=1))
    open_night()

    again = [day for day, (status, pull) in states().items() if status == "owed"]
    assert (again[-1], again[0], len(again)) == (date(2025, 5, 21), date(2025, 6, 23), 34)
    assert states()[date(2025, 6, 22)] == ("owed", 2)
    assert states()[date(2025, 5, 20)] == ("closed", 1)


def test_days_missed_while_nothing_ran_are_all_caught_up(joined):
    open_night()
    update(status=WindowStatus.CLOSED)
    days.set_demo_clock(DEMO_NOW + timedelta(days=40))
    open_night()

    assert len(states()) == 130


def test_a_day_that_is_not_over_cannot_be_closed(joined):
    with pytest.raises(UnknownDay, match="2025-06-23 is not over yet"):
        open_night(date(2025, 6, 23))


def test_opening_a_night_takes_as_many_queries_for_five_stores_as_for_one(brand):
    def queries():
        with CaptureQueriesContext(database) as captured:
            assert open_night() > 0
        return len(captured)

    make_consent(make_connection(make_store(brand)).store)
    first, again = queries(), queries()
    for number in range(2, 6):
        make_consent(make_connection(make_store(brand, number)).store)
    assert queries() <= first
    assert queries() == again


def test_only_the_days_that_a_store_lacks_are_made(joined, brand):
    open_night()
    with scope(Hat.NIGHT):
        lacked = SyncWindow.objects.filter(day__gt=date(2025, 6, 1))
        lacked.update(day=F("day") - timedelta(days=200))
    make_connection(make_store(brand, 2))

    assert open_night() == 2 * 92 + 23  # and those that were put aside


def test_more_is_handed_out_to_workers_that_do_more(joined, monkeypatch):
    monkeypatch.setattr(windows, "AT_ONCE", 10)
    open_night()
    assert len(hand_out()) == 10

    update(handed_out_at=None)
    with scope(Hat.NIGHT):
        done = SyncWindow.objects.filter(day__lt=date(2025, 4, 25))
        done.update(status=WindowStatus.CLOSED, closed_at=timezone.now())
    assert len(hand_out()) == 61
    update(closed_at=timezone.now() - timedelta(hours=1), handed_out_at=None)
    assert len(hand_out()) == 10


def test_a_window_is_handed_out_once_and_again_when_its_message_went_unheard(joined, settings):
    open_night()
    assert len(hand_out()) == 92
    assert hand_out() == []

    update(handed_out_at=timezone.now() - settings.SYNC_TICK)
    assert len(hand_out()) == 92


def test_a_window_whose_worker_is_gone_is_handed_out_again(joined):
    open_night()
    update(status=WindowStatus.LEASED, lease_until=timezone.now() - timedelta(seconds=1))
    assert len(hand_out()) == 92

    update(lease_until=timezone.now() + timedelta(seconds=30), handed_out_at=None)
    assert hand_out() == []


def test_a_window_that_outlived_three_workers_is_dead_and_visible(joined):
    open_night()
    gone = timezone.now() - timedelta(seconds=1)
    update(status=WindowStatus.LEASED, lease_until=gone, attempts=3)

    assert hand_out() == []
    assert {status for status, _pull in states().values()} == {"dead"}


def test_a_connection_without_consent_is_not_asked(joined):
    with scope(Hat.NIGHT):
        type(joined).objects.update(status="needs_consent")

    assert open_night() == 0


def test_a_day_long_ago_is_refused_before_anything_is_made(joined):
    for day in (date(2024, 6, 21), date(1970, 1, 1), date(1, 1, 1)):
        with pytest.raises(UnknownDay, match="more than 366 days ago"):
            open_night(day)
    assert states() == {}


def test_what_an_earlier_night_left_open_still_counts(joined):
    open_night()
    days.set_demo_clock(DEMO_NOW + timedelta(days=1))

    assert night.progress().still_open == 92
    assert open_night() == 95  # and the new day of each report
    assert night.progress().still_open == 95


@pytest.mark.parametrize("status", [WindowStatus.DEAD, WindowStatus.FAILED])
def test_an_old_day_that_never_came_is_asked_for_by_the_next_night_too(joined, status):
    open_night()
    update(status=status)
    assert open_night() == 0
    days.set_demo_clock(DEMO_NOW + timedelta(days=1))

    assert open_night() == 92  # without the oldest day, which is 91 days back, and with a new one


def test_a_day_that_the_partner_keeps_no_longer_is_not_asked_for_again(brand):
    store = make_store(brand)
    joined = make_connection(store, "pugongying")
    own = {"brand_id": brand.pk, "store": store, "connection": joined, "owed_on": days.today()}
    with scope(Hat.NIGHT):
        for ago in (2, 9):
            SyncWindow.objects.create(
                **own,
                report="pugongying.note_day",
                day=days.today() - timedelta(days=ago),
                status=WindowStatus.CLOSED,
            )

        assert ask_again(SyncWindow.objects.filter(connection=joined)) == 1
        assert SyncWindow.objects.still_open().get().day == days.today() - timedelta(days=2)
