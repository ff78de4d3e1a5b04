"""Several couriers, receivers and brands at once: each delivery is one worker's, in fair turns."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connection as database
from django.utils import timezone

from merchants import webhook_courier
from merchants.tests.factories import make_brand
from merchants.tests.webhooks import (
    change,
    deliveries,
    delivery,
    endpoint_now,
    make_endpoint,
    owe,
)
from merchants.webhook_courier import LEASE, claim, deliver, settle
from merchants.webhook_events import Fact
from portal.tests.scripted_server import says

pytestmark = pytest.mark.usefixtures("loopback")
transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_who_dies_after_sending_leaves_it_to_be_sent_again_with_the_same_ids(
    server, brand, endpoint
):
    owe(brand)
    server.will(says("first"), says("second"))
    [mine] = claim(1)
    webhook_courier._send(mine)  # and here the worker is killed

    deliver()
    assert len(server.seen) == 1  # its lease still holds
    change(lease_until=timezone.now() - timedelta(seconds=1))
    deliver()

    first, second = server.seen
    assert first.headers["redcat-event-id"] == second.headers["redcat-event-id"]
    assert first.headers["redcat-delivery-id"] == second.headers["redcat-delivery-id"]
    assert first.body == second.body
    assert (delivery().status, delivery().attempts) == ("sent", 2)


def test_who_comes_back_after_the_lease_has_passed_on_writes_nothing(server, brand, endpoint):
    owe(brand)
    [late] = claim(1)
    change(lease_until=timezone.now() - timedelta(seconds=1))
    server.will(says("thanks"))
    deliver()

    settle(late, webhook_courier.Outcome(status=410))

    assert (delivery().status, delivery().answer) == ("sent", "thanks")
    assert endpoint_now(endpoint).status == "active"


@transactional
def test_of_two_workers_at_once_one_delivers(server, brand, endpoint):
    owe(brand)
    server.will(says("thanks"), says("thanks"))

    at_once(deliver)

    assert len(server.seen) == 1


@transactional
def test_of_two_claims_at_once_one_gets_each(brand, endpoint):
    owe(brand, *(Fact(f"/b/shancha/links/{n}/") for n in range(2)))

    claimed = at_once(lambda: claim(2))

    assert sorted(each.pk for mine in claimed for each in mine) == [d.pk for d in deliveries()]


def at_once(work):
    start = Barrier(2)

    def run(_):
        try:
            start.wait()
            return work()
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))


@transactional
def test_a_slow_receiver_holds_up_no_other_brand(server, brand, endpoint):
    """The slow one is owed more than may fly; it answers only when the other brand's is there."""
    arrived = Event()
    other = make_brand("yejing", "野径")
    make_endpoint(other, f"{server.url}/quick")
    owe(brand, *(Fact(f"/b/shancha/links/{n}/") for n in range(40)))
    owe(other)

    def reply(handler):
        if handler.path == "/quick":
            arrived.set()
        else:
            arrived.wait(5)
        says("thanks")(handler)

    server.will(*[reply] * 41)
    began = time.monotonic()

    deliver()

    assert time.monotonic() - began < 4
    assert {each.status for each in deliveries()} == {"sent"}


def test_of_an_endpoint_and_of_a_brand_only_so_many_fly_at_a_time(brand, endpoint, server):
    for n in range(3):
        make_endpoint(brand, f"{server.url}/{n}")
    owe(brand, *(Fact(f"/b/shancha/links/{n}/") for n in range(5)))

    claimed = claim(16)
    more = claim(16)

    assert len(claimed) == webhook_courier.OF_A_BRAND
    assert len({each.endpoint_id for each in claimed}) == 4
    assert more == []
    assert claimed[0].lease_until is None  # as read; the row has it
    assert deliveries(pk=claimed[0].pk)[0].lease_until > timezone.now() + LEASE / 2
