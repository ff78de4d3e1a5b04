"""What becomes of a window whose key may not ask now."""

from datetime import date, timedelta
from threading import Thread

import pytest
import stamina
from django.utils import timezone

from campaigns.models import SyncWindow
from campaigns.sync import pull
from campaigns.sync.windows import hand_out, open_night
from merchants.models import PartnerBudget, PartnerIncident
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.scope import Hat, scope
from portal.tests.scripted_server import Listener, says


@pytest.fixture
def owed(brand, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    make_connection(make_store(brand))
    open_night()
    return window(store__brand=brand).pk


def window(**whose):
    with scope(Hat.NIGHT):
        rows = SyncWindow.objects.filter(report="juguang.note_day", day=date(2025, 6, 18))
        return rows.filter(**whose).earliest("pk")


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
    assert 560 < (window().not_before - timezone.now()).total_seconds() < 605


def test_waiting_for_a_turn_many_times_never_gives_a_window_up(owed, settings):
    hold(600, settings)
    for _time in range(5):
        with scope(Hat.NIGHT):
            SyncWindow.objects.update(not_before=timezone.now())
        pull.pull_window(owed, owner="w1")

    assert (window().status, window().doubts, window().retries) == ("owed", 0, 0)


@pytest.fixture
def juguang(settings):
    """A server in Juguang's place that answers as the test says."""
    with Listener() as listener, stamina.set_testing(True, attempts=3, cap=True):
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.XHS = settings.XHS | {"base_url": f"{listener.script.url}/api/open"}
        yield listener.script
        listener.shutdown()
        thread.join()


def test_retry_after_holds_every_window_of_the_key_and_counts_against_none(owed, juguang, brand):
    make_connection(make_store(brand, 2))
    make_connection(make_store(make_brand("yejing", "野径")))
    juguang.will(says("", status=429, retry_after="40"))

    pull.pull_window(owed, owner="w1")
    open_night()

    assert (window().attempts, window().retries) == (0, 0)
    assert (window().not_before - timezone.now()).total_seconds() > 20
    assert hand_out() == []


def test_a_partner_that_is_down_for_two_brands_is_an_incident_and_left_alone(owed, juguang):
    make_connection(make_store(make_brand("yejing", "野径")))
    open_night()
    juguang.will(*[says("", status=503)] * 15)
    with scope(Hat.NIGHT):
        report = SyncWindow.objects.filter(report="juguang.note_day").order_by("-day")
        ids = list(report.values_list("pk", flat=True)[:6])

    for pk in ids:
        pull.pull_window(pk, owner="w1")

    with scope(Hat.NIGHT):
        assert PartnerIncident.objects.open().get().words.startswith("HTTP 503")
    assert juguang.replies == []  # and the sixth was not asked
    assert hand_out() == []
