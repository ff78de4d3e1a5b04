"""Which answers are kept as they came, and for how long."""

from datetime import timedelta
from hashlib import sha256

import pytest

from campaigns import tasks
from campaigns.models import PulledPage, RawPage
from campaigns.tests.answering import DAY, Answering, note_id, told
from campaigns.tests.factories import make_window
from campaigns.tests.test_recompute import found_by
from merchants.models import Role
from merchants.tests.factories import make_connection, make_consent, make_store
from portal.lib import days
from portal.lib.scope import Hat, scope


@pytest.fixture
def answering(own_files, monkeypatch):
    return Answering(monkeypatch)


@pytest.fixture
def store(brand):
    store = make_store(brand)
    make_connection(store)
    return store


@pytest.fixture
def window(store):
    return make_window(store, DAY)


@pytest.fixture
def small_pages(settings):
    settings.XHS = settings.XHS | {"report_page_size": 2}


def kept():
    with scope(Hat.NIGHT):
        return list(RawPage.objects.order_by("pk").select_related("page"))


def test_a_kept_body_is_the_bytes_that_the_receipt_hashes(answering, window):
    answering.night(window, [told(1), told(2)])
    (raw,) = kept()
    assert sha256(raw.body).hexdigest() == raw.page.sha256
    assert (raw.day, raw.page.changed) == (DAY, 2)
    assert len(raw.packed) < len(raw.body) / 2


def test_a_page_that_changed_nothing_is_not_kept(answering, window, small_pages):
    answering.night(window, [told(1), told(2)], [told(3)])
    answering.night(window, [told(1), told(2)], [told(3, "4.00")])
    assert [(raw.page.pull, raw.page.number) for raw in kept()] == [(2, 1), (2, 2), (3, 2)]


def test_an_answer_with_more_than_was_agreed_to_is_not_kept(answering, window):
    answering.night(window, [told(1, i_user_num="30")])
    with scope(Hat.NIGHT):
        assert PulledPage.objects.get().changed == 1
    assert kept() == []


def test_an_answer_of_a_newer_consent_is_kept_with_all_that_it_tells(answering, window, store):
    make_consent(store)
    answering.night(window, [told(1, i_user_num="30")])
    assert b'"i_user_num": "30"' in kept()[0].body


def test_of_a_note_on_two_pages_both_words_are_kept(client_as, answering, window, small_pages):
    answering.night(window, [told(1, "1.00"), told(2)], [told(3), told(4)], [])
    again = [told(1, "2.00"), told(2, "9.00")], [told(1, "1.00"), told(3)], [told(4)]
    answering.night(window, *again)

    assert [raw.page.number for raw in kept() if raw.page.pull == 3] == [1, 2, 3]
    assert found_by(client_as(Role.VIEWER), place=note_id(1)).verdict == "equal"


def test_raw_answers_are_forgotten_400_days_after_their_day(answering, window):
    answering.night(window, [told(1)])
    morning = days.starts_at(DAY + timedelta(days=400))

    days.set_demo_clock(morning)
    tasks.forget_imports()
    assert len(kept()) == 1

    days.set_demo_clock(morning + timedelta(days=1))
    for _time in range(2):
        tasks.forget_imports()
    assert kept() == []
