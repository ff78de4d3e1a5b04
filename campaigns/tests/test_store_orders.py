"""The store's orders and refunds: pulled over HTTP, and the ledger equal to what was sold."""

import logging
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from campaigns.models import (
    AffiliateOrder,
    PulledPage,
    QuarantinedRow,
    StoreOrder,
    StoreRefund,
    SyncWindow,
)
from campaigns.sync import pull
from campaigns.sync.windows import open_night
from campaigns.tests.conftest import consent
from merchants.consent_texts import FIRST
from merchants.tests.factories import make_consent, make_store
from portal.lib import days
from portal.lib.scope import Hat, scope

SELLER = 2200657001
DAY = date(2025, 6, 22)
KINDS = ("top.trades", "top.refunds", "top.affiliate")


@pytest.fixture
def store(brand, sandbox):
    sandbox.set_moment("2025-06-23T00:00:00+08:00")
    store = make_store(brand, seller_id=f"{SELLER}", title="山茶官方旗舰店")
    consent(store)
    make_consent(store, "top")
    return store


def window(kind, day=DAY):
    with scope(Hat.NIGHT):
        return SyncWindow.objects.get(report=kind, day=day)


def pull_days(kind, first, last=DAY, again=False):
    open_night(again=again)
    for day in days.days_between(first, last):
        pull.pull_window(window(kind, day).pk, owner="w1")


def current(facts):
    with scope(Hat.NIGHT):
        rows = facts.objects.filter(known_to=None).values()
        return {row[facts.KEY[0]]: row for row in rows}


def versions(facts):
    with scope(Hat.NIGHT):
        return facts.objects.count()


def every(model):
    with scope(Hat.ADMIN):
        return list(model.objects.order_by("pk"))


def at(text):
    return datetime.fromisoformat(text).replace(microsecond=0)


def sold(sandbox, since):
    """Return what the store's sub-orders were that changed last on one of the days."""
    orders = sandbox.sales(SELLER)["orders"]
    return {each["oid"]: each for each in orders if each["modified_at"] >= f"{since}T00"}


def test_the_orders_equal_what_was_sold_field_by_field(store, sandbox):
    first = DAY - timedelta(days=3)
    pull_days("top.trades", first)

    truth, kept = sold(sandbox, first), current(StoreOrder)
    assert len(truth) > 1000
    assert {oid: facts(row) for oid, row in kept.items()} == {
        oid: (
            each["tid"],
            str(each["num_iid"]),
            each["pieces"],
            each["status"],
            each["paid_fen"],
            at(each["created_at"]),
            days.business_day(at(each["created_at"])),
            at(each["modified_at"]),
        )
        for oid, each in truth.items()
    }


def facts(row):
    names = ["order_id", "num_iid", "quantity", "status", "paid_fen", "ordered_at", "day"]
    return tuple(row[name] for name in [*names, "modified_at"])
