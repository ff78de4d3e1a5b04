"""What two processes may do at the same moment, in committed transactions of their own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection

from campaigns.models import SyncWindow
from campaigns.sync import pull
from campaigns.sync.windows import hand_out, open_night
from merchants.models import Connection, Store
from merchants.tests.factories import make_connection, make_store
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.tests.running import wait_for

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def joined(brand, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return make_connection(make_store(brand))


def in_a_thread(work):
    """Run it on a connection of its own, which ends with it."""
    try:
        return work()
    finally:
        connection.close()


def someone_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


def test_a_claim_that_waited_for_another_gets_nothing(joined):
    open_night()
    with scope(Hat.NIGHT):
        pk = SyncWindow.objects.newest_day_first().first().pk
    with ThreadPoolExecutor(1) as other:
        with scope(Hat.NIGHT):
            assert pull.claim(pk, "w1")
            second = other.submit(in_a_thread, lambda: pull.claim(pk, "w2"))
            wait_for(someone_waits)
        assert second.result(10) is None
    with scope(Hat.NIGHT):
        assert SyncWindow.objects.get(pk=pk).fence == 1


def test_two_ticks_at_once_open_each_window_once_and_tell_of_it_once(joined):
    together = Barrier(2)

    def tick():
        together.wait(10)
        open_night()
        return hand_out()

    with ThreadPoolExecutor(2) as beats:
        told = [each.result(30) for each in [beats.submit(in_a_thread, tick) for _ in range(2)]]
    assert len(told[0]) + len(told[1]) == len({*told[0], *told[1]}) == 92


def test_a_new_month_is_made_while_a_consent_is_being_written(joined):
    """It locks the table of consents, and a consent locks the store that windows refer to."""
    days.set_demo_clock(datetime(2031, 3, 2, 9, 40, tzinfo=days.SHANGHAI))  # no month there yet
    with ThreadPoolExecutor(1) as other:
        with scope(Hat.NIGHT):
            Store.objects.select_for_update().get(pk=joined.store_id)
            ticked = other.submit(in_a_thread, open_night)
            wait_for(someone_waits)
            Connection.objects.filter(pk=joined.pk).update(subject_name="anew")
        assert ticked.result(10) == 92
