"""In which order windows go out, and to which partners none do."""

from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import SyncWindow
from campaigns.sync import windows
from campaigns.sync.windows import hand_out, open_night
from merchants.models import PartnerBudget, PartnerIncident
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.scope import Hat, scope

NEWEST = date(2025, 6, 22)


@pytest.fixture(autouse=True)
def demo_clock(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def large(brand):
    """A brand with four stores, and so with many windows."""
    return [make_connection(make_store(brand, n)) for n in range(1, 5)]


@pytest.fixture
def small(db):
    return make_connection(make_store(make_brand("yejing", "野径")))


def told(pks):
    """Return what was handed out, in its order."""
    with scope(Hat.NIGHT):
        found = SyncWindow.objects.in_bulk(pks)
    return [found[pk] for pk in pks]


def night(model, **fields):
    with scope(Hat.NIGHT):
        return model.objects.create(**fields)


def change(**fields):
    with scope(Hat.NIGHT):
        SyncWindow.objects.update(**fields)


def test_a_brand_with_many_windows_does_not_delay_one_with_few(large, small, monkeypatch):
    monkeypatch.setattr(windows, "AT_ONCE", 20)
    open_night()

    brands = [window.brand_id for window in told(hand_out())]

    assert len(brands) == 20
    assert brands.count(small.brand_id) == 10
    assert brands[:2].count(small.brand_id) == 1


def test_what_was_never_pulled_goes_before_what_is_pulled_again(small):
    open_night()
    with scope(Hat.NIGHT):
        recent = SyncWindow.objects.filter(day__gt=date(2025, 6, 1))
        recent.update(closed_on=date(2025, 6, 22))

    first, *_rest = told(hand_out())

    assert (first.day, first.closed_on) == (date(2025, 6, 1), None)


def test_of_what_was_never_pulled_the_newest_day_goes_first(small):
    open_night()

    assert told(hand_out())[0].day == NEWEST


def test_on_a_festival_day_the_newest_figures_go_before_everything(small, settings):
    open_night()
    change(closed_on=date(2025, 6, 22))
    night_of = {"report": "juguang.note_day", "day": NEWEST - timedelta(days=80)}
    with scope(Hat.NIGHT):
        SyncWindow.objects.filter(**night_of).update(closed_on=None)
    assert told(hand_out())[0].day == night_of["day"]

    change(handed_out_at=None)
    settings.FESTIVALS = (("618", date(2025, 6, 20), date(2025, 6, 30)),)
    first = told(hand_out())[0]
    assert (first.report, first.day) == ("juguang.note_day", NEWEST)


def test_while_a_partner_is_down_nothing_of_it_goes_out(small):
    open_night()
    later = timezone.now() + timedelta(seconds=20)
    night(PartnerIncident, partner="juguang", words="HTTP 503", probe_at=later)

    assert hand_out() == []


def test_of_a_partner_that_may_be_probed_one_window_goes_out(small):
    open_night()
    night(PartnerIncident, partner="juguang", words="HTTP 503", probe_at=timezone.now())

    assert len(hand_out()) == 1


def test_while_a_key_is_held_only_the_other_partner_is_asked(small, settings):
    make_connection(small.store, "top")
    open_night()
    key = settings.XHS["app_id"]
    until = timezone.now() + timedelta(seconds=60)
    night(PartnerBudget, partner="juguang", app_key=key, held_until=until)

    assert {window.report.split(".")[0] for window in told(hand_out())} == {"top"}


def test_windows_of_a_paused_connection_wait_and_go_out_afterwards(small):
    owed = open_night()
    with scope(Hat.NIGHT):
        small.pause(timezone.now() + timedelta(days=1), reason="Moving", by_staff=False)
    assert hand_out() == []

    with scope(Hat.NIGHT):
        small.pause(timezone.now() - timedelta(seconds=1), reason="Moving", by_staff=False)
    assert len(hand_out()) == owed


def test_a_night_is_open_while_a_connection_is_paused_and_loses_nothing(small):
    with scope(Hat.NIGHT):
        small.pause(timezone.now() + timedelta(days=1), reason="Moving", by_staff=False)

    assert open_night() == 92


def test_many_brands_cost_as_many_queries_as_one(large, small):
    def queries():
        change(handed_out_at=None)
        with CaptureQueriesContext(database) as captured:
            hand_out()
        return len(captured)

    open_night()
    for_few = queries()
    for n in range(6):
        make_connection(make_store(make_brand(f"brand-{n}", f"牌{n}")))
    open_night()
    assert queries() == for_few
