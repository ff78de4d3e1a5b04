"""Whose turn it is to ask a partner: buckets, holds, quotas, and partners that answer nobody."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from merchants import budgets
from merchants.budgets import NotYet, Turn, turn
from merchants.models import Partner, PartnerBudget, PartnerFailure, PartnerIncident
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.scope import Hat, scope
from portal.partners.base import Limited, Rejected, Unavailable

transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
FAR = 1e-6  # calls a second: what a test takes is not filled up again


@pytest.fixture
def joined(brand):
    return make_connection(make_store(brand))


@pytest.fixture
def rate(settings):
    def set_rate(partner="juguang", **values):
        values = {"of_key": 1000.0, "of_account": 1000.0, "a_day": 0} | values
        settings.PARTNER_RATES = settings.PARTNER_RATES | {partner: values}

    set_rate()
    return set_rate


def take(connection, *, for_night=False):
    Turn(connection, for_night).take()


def rows(model, **fields):
    with scope(Hat.NIGHT):
        return list(model.objects.filter(**fields))


def change(model, **fields):
    with scope(Hat.NIGHT):
        model.objects.update(**fields)


def fail(connection, failure=None):
    with pytest.raises(Unavailable), turn(connection, for_night=True):
        raise failure or Unavailable("HTTP 503")


def break_down(*connections):
    for n in range(budgets.FAILURES):
        fail(connections[n % len(connections)])


def test_a_call_takes_from_the_bucket_of_the_key_and_of_the_advertiser(joined, rate):
    rate(of_key=FAR, of_account=FAR)
    take(joined)

    left = {row.account: round(row.tokens, 3) for row in rows(PartnerBudget)}
    assert left == {"": 1.0, joined.subject: 1.0}


def test_an_empty_bucket_says_when_to_come_again(joined, rate):
    rate(of_key=0.1)
    take(joined)
    take(joined)

    with pytest.raises(NotYet) as refusal:
        take(joined)
    assert 5 < refusal.value.retry_after <= 10


def test_one_advertiser_that_asks_too_much_does_not_hold_up_another(brand, joined, rate):
    rate(of_account=FAR)
    other = make_connection(make_store(brand, 2))
    take(joined)
    take(joined)

    with pytest.raises(NotYet):
        take(joined)
    take(other)


def test_people_still_get_their_turn_when_the_night_has_used_its_share(joined, rate):
    rate(of_key=1.5e-6)  # a bucket of two
    take(joined, for_night=True)

    with pytest.raises(NotYet):
        take(joined, for_night=True)
    take(joined)


def test_a_short_wait_is_waited_for(joined, rate):
    rate(of_key=5.0, of_account=5.0)
    for _call in range(12):  # ten fit
        take(joined)


@transactional
def test_eight_workers_take_no_more_than_there_is(joined, rate):
    rate(of_key=FAR * 20, of_account=50.0)  # a bucket of two for the key

    def try_once(_n):
        try:
            take(joined)
        except NotYet:
            return 0
        else:
            return 1
        finally:
            database.close()

    with ThreadPoolExecutor(8) as workers:
        granted = sum(workers.map(try_once, range(40)))
    assert granted == 2
    assert {row.used for row in rows(PartnerBudget)} == {2}


@transactional
def test_a_call_is_never_taken_inside_the_transaction_of_a_page(joined, rate):
    with pytest.raises(RuntimeError, match="durable"), scope(Hat.NIGHT):
        take(joined)


def test_seconds_to_wait_hold_the_whole_key_a_second_longer(brand, joined, rate):
    other = make_connection(make_store(brand, 2))
    fail(joined, Limited("HTTP 429", 30))

    with pytest.raises(NotYet) as refusal:
        take(other)
    assert 20 < refusal.value.retry_after <= 31


def test_a_pause_of_a_second_is_waited_for(brand, joined, rate):
    fail(joined, Limited("HTTP 429", 0))

    take(make_connection(make_store(brand, 2)))


def test_the_other_partner_is_asked_meanwhile(joined, rate):
    fail(joined, Limited("HTTP 429", 30))

    take(make_connection(joined.store, Partner.TOP))
    assert budgets.asleep() == {"juguang"}


def test_refusals_without_a_time_wait_ever_longer_up_to_a_quarter_of_an_hour(joined, rate):
    waits = []
    for _refusal in range(7):
        fail_with_limit(joined)
        (held,) = rows(PartnerBudget, account="")
        waits.append(round((held.held_until - timezone.now()).total_seconds()))
        change(PartnerBudget, held_until=None)

    assert waits == [6, 16, 61, 301, 901, 901, 901]


def fail_with_limit(connection):
    fail(connection, Limited("HTTP 429"))


def test_of_many_refused_at_once_only_the_first_lengthens_the_pause(joined, rate):
    for _worker in range(5):
        budgets._learn_from(make_sure_of_a_row(joined), Limited("HTTP 429"))

    assert [row.limits for row in rows(PartnerBudget, account="")] == [1]


def make_sure_of_a_row(connection):
    if not rows(PartnerBudget):
        take(connection)
    return connection


def test_an_answer_ends_the_count_of_refusals(joined, rate):
    fail_with_limit(joined)
    change(PartnerBudget, held_until=None)

    with turn(joined, for_night=True):
        pass
    assert {row.limits for row in rows(PartnerBudget)} == {0}


def test_the_quota_of_a_day_leaves_a_share_to_people(joined, rate):
    top = make_connection(joined.store, Partner.TOP)
    rate("top", a_day=10)
    for _call in range(8):
        take(top, for_night=True)

    with pytest.raises(NotYet):
        take(top, for_night=True)
    take(top)
    take(top)
    with pytest.raises(NotYet):
        take(top)
    (key,) = rows(PartnerBudget, partner="top")
    assert key.used_by(timezone.now()) == 10


def test_a_new_day_has_a_quota_of_its_own(joined, rate):
    top = make_connection(joined.store, Partner.TOP)
    rate("top", a_day=1)
    take(top)
    change(PartnerBudget, used_on=timezone.localdate() - timedelta(days=1))

    take(top)


def test_a_partner_that_answers_nobody_is_an_incident(brand, joined, rate):
    other = make_connection(make_store(make_brand("yejing", "野径")))
    break_down(joined, other)

    (incident,) = rows(PartnerIncident)
    assert (incident.partner, incident.ended_at, incident.words) == ("juguang", None, "HTTP 503")
    with pytest.raises(NotYet):
        take(joined)
    take(make_connection(joined.store, Partner.TOP))


def test_what_fails_for_one_connection_alone_is_no_incident(joined, rate):
    break_down(joined)

    assert rows(PartnerIncident) == []


def test_an_answer_in_between_forgets_the_failures(brand, joined, rate):
    other = make_connection(make_store(brand, 2))
    for connection in (joined, other, joined, other):
        fail(connection)
    with pytest.raises(Rejected), turn(joined, for_night=True):
        raise Rejected("isv.invalid", "It answers, even if it refuses.")
    fail(other)

    assert rows(PartnerIncident) == []
    assert len(rows(PartnerFailure)) == 1


def test_failures_of_more_than_a_minute_ago_count_for_nothing(brand, joined, rate):
    other = make_connection(make_store(brand, 2))
    with scope(Hat.NIGHT):
        for n in range(4):
            at = timezone.now() - timedelta(seconds=61 + n)
            PartnerFailure.objects.create(partner="juguang", connection=other.pk, at=at)
    fail(joined)

    assert rows(PartnerIncident) == []


def test_one_probe_at_a_time_goes_out_and_an_answer_ends_the_incident(brand, joined, rate):
    other = make_connection(make_store(brand, 2))
    break_down(joined, other)
    change(PartnerIncident, probe_at=timezone.now())
    assert (budgets.asleep(), budgets.probing()) == (set(), {"juguang"})

    with turn(joined, for_night=True), pytest.raises(NotYet):
        take(other)
    take(other)
    assert [row.ended_at is None for row in rows(PartnerIncident)] == [False]


def test_a_probe_that_fails_leaves_the_incident_open(brand, joined, rate):
    other = make_connection(make_store(brand, 2))
    break_down(joined, other)
    change(PartnerIncident, probe_at=timezone.now())
    fail(joined)

    (incident,) = rows(PartnerIncident)
    assert incident.ended_at is None
    assert incident.probe_at > timezone.now() + timedelta(seconds=20)


def test_not_being_asked_is_no_failure_of_the_partner(brand, joined, rate):
    other = make_connection(make_store(brand, 2))
    for connection in (joined, other, joined, other, joined, other):
        fail(connection, NotYet("later", 5))

    assert rows(PartnerFailure) == rows(PartnerIncident) == []


def test_every_request_of_a_piece_of_work_is_paid_for(joined, rate):
    with turn(joined, for_night=False) as mine:
        mine.before_each()
        mine.before_each()
        mine.before_each()

    assert {row.used for row in rows(PartnerBudget)} == {3}


def test_a_bucket_filled_by_a_clock_that_was_ahead_is_filled_again(joined, rate):
    rate(of_key=50.0, of_account=50.0)
    take(joined)
    change(PartnerBudget, tokens=0, filled_at=timezone.now() + timedelta(hours=8))

    with pytest.raises(NotYet):
        take(joined)
    time.sleep(0.1)
    take(joined)
    assert all(row.filled_at <= timezone.now() for row in rows(PartnerBudget))


def test_a_hold_of_a_clock_that_was_ahead_lasts_as_long_as_it_was_meant_to(joined, rate):
    take(joined)
    ahead = timezone.now() + timedelta(hours=8)
    change(PartnerBudget, filled_at=ahead, held_until=ahead + timedelta(seconds=30))

    assert budgets.asleep() == {"juguang"}

    (key,) = rows(PartnerBudget, account="")
    assert 20 < (key.held_until - timezone.now()).total_seconds() <= 30


def test_a_partner_that_was_down_by_a_clock_ahead_is_probed_at_once(brand, joined, rate):
    break_down(joined, make_connection(make_store(brand, 2)))
    change(PartnerIncident, probe_at=timezone.now() + timedelta(hours=8))

    assert (budgets.asleep(), budgets.probing()) == (set(), {"juguang"})
