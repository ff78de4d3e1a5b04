"""What becomes of a window whose key may not ask now."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from campaigns.models import SyncWindow
from campaigns.sync import pull
from campaigns.sync.windows import open_night
from merchants.models import PartnerBudget
from merchants.tests.factories import make_connection, make_store
from portal.lib.scope import Hat, scope


@pytest.fixture
def owed(brand, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    make_connection(make_store(brand))
    open_night()
    return window().pk


def window():
    with scope(Hat.NIGHT):
        return SyncWindow.objects.get(report="juguang.note_day", day=date(2025, 6, 18))


def hold(seconds, settings):
    until = timezone.now() + timedelta(seconds=seconds)
    key = settings.XHS["app_id"]
    with scope(Hat.NIGHT):
        PartnerBudget.objects.create(partner="juguang", app_key=key, held_until=until)


def test_an_empty_bucket_puts_the_window_back_and_counts_nothing_against_it(owed, settings):
    settings.PARTNER_RATES = {"juguang": {"of_key": 1e-6, "of_account": 1e-6}}
    with scope(Hat.NIGHT):
        key = settings.XHS["app_id"]
        PartnerBudget.objects.create(partner="juguang", app_key=key, tokens=0)

    pull.pull_window(owed, owner="w1")

    back = window()
    assert (back.status, back.attempts, back.retries, back.error) == ("owed", 0, 0, "")
    assert back.not_before > timezone.now()


def test_a_held_key_puts_the_window_back_for_as_long_as_the_partner_asks(owed, settings):
    hold(600, settings)

    pull.pull_window(owed, owner="w1")

    assert (window().attempts, window().retries) == (0, 0)
    assert 595 < (window().not_before - timezone.now()).total_seconds() < 605


def test_waiting_for_a_turn_many_times_never_gives_a_window_up(owed, settings):
    hold(600, settings)
    for _time in range(5):
        with scope(Hat.NIGHT):
            SyncWindow.objects.update(not_before=timezone.now())
        pull.pull_window(owed, owner="w1")

    assert (window().status, window().doubts, window().retries) == ("owed", 0, 0)
