"""Each HTTP request to a partner is taken from the budgets, a repeated one and a refresh too."""

import pytest
from django.utils import timezone

from merchants import connections
from merchants.connections import call_juguang, call_top
from merchants.models import Connection, Partner, PartnerBudget
from merchants.tests.factories import make_connection, make_store
from portal.lib.scope import Hat, scope
from portal.partners.base import Unavailable
from portal.tests.scripted_server import says

NOTES = {
    "code": 0,
    "success": True,
    "msg": "",
    "request_id": "r",
    "data": {"notes": [], "total_count": 0},
}
PAIR = {
    "access_token": "new",
    "access_token_expires_in": 86_399,
    "refresh_token": "newer",
    "refresh_token_expires_in": 2_591_999,
    "user_id": "u1",
    "approval_advertisers": [],
    "scope": [],
}
DOWN = says("down", status=503)
FAR = 1e-6  # calls a second: what is taken is not filled up again


@pytest.fixture
def joined(brand, server, settings):
    settings.XHS = settings.XHS | {"base_url": server.url}
    settings.TOP = settings.TOP | {"gateway": server.url}
    return make_connection(make_store(brand))


def allow_two(settings):
    rates = {"of_key": FAR, "of_account": 1000.0, "a_day": 0}
    settings.PARTNER_RATES = settings.PARTNER_RATES | {"juguang": rates}


def used():
    with scope(Hat.NIGHT):
        return PartnerBudget.objects.get(account="").used


def ask(client):
    return client.notes("880001", 1, 1)


def test_a_request_that_is_repeated_at_once_is_paid_for_each_time(joined, server):
    server.will(DOWN, DOWN, says(NOTES))

    call_juguang(joined, ask)

    assert used() == len(server.seen) == 3


def test_so_are_those_of_tmall(brand, joined, server):
    top = make_connection(joined.store, Partner.TOP)
    server.will(DOWN, DOWN, DOWN)

    with pytest.raises(Unavailable):
        call_top(top, lambda client: client.seller())
    assert used() == len(server.seen) == 3


def test_a_call_is_not_repeated_where_the_bucket_is_empty(joined, server, settings):
    allow_two(settings)
    server.will(DOWN, DOWN, DOWN)

    with pytest.raises(Unavailable, match="HTTP 503"):
        call_juguang(joined, ask)
    assert used() == len(server.seen) == 2


def test_a_refresh_of_tokens_is_paid_for(joined, server):
    server.will(says(NOTES | {"data": PAIR}), says(NOTES))
    with scope(Hat.NIGHT):
        Connection.objects.update(access_expires_at=timezone.now())

    call_juguang(joined, ask)

    assert used() == len(server.seen) == 2


def test_a_refresh_waits_for_its_turn_and_leaves_the_right_to_it_to_others(
    joined, server, settings
):
    allow_two(settings)
    server.will(says(NOTES), says(NOTES))
    call_juguang(joined, ask)
    call_juguang(joined, ask)

    with pytest.raises(Unavailable):
        connections.renew(joined)

    assert len(server.seen) == 2
    with scope(Hat.NIGHT):
        assert Connection.objects.get().refresh_lease_until is None
