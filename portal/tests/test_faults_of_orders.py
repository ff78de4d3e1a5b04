"""Tmall's faults with orders and refunds: whatever it answers, the ledger ends as what was sold."""

import pytest
import stamina

from portal.tests.faulty import join, join_tmall
from portal.tests.faulty_orders import CASES, CHANGED, Shop


@pytest.fixture
def shop(brand, sandbox):
    with stamina.set_testing(True, attempts=3, cap=True):
        faulty = join(sandbox, brand)
        join_tmall(faulty)
        yield Shop(faulty)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_of_orders_shows_and_passes_and_leaves_what_was_sold(case, shop):
    if case.known:
        shop.pull()
    shop.plan(case)

    met = shop.faulty.pull_once(case.report, CHANGED)
    shop.pull()
    found = bool(shop.waiting()), bool(shop.faulty.quarantined())
    hits = shop.faulty.sandbox.hits()
    shop.faulty.sandbox.plan()
    shop.pull()

    assert (met.status, found) == (case.first, (case.waiting, case.refused)), met.error
    assert hits[0] > 0
    assert (shop.waiting(), shop.doubled(), shop.faulty.unsettled()) == (0, 0, 0)
    assert shop.equals_truth()


def test_a_slice_of_affiliate_orders_that_leads_nowhere_is_a_loop(shop):
    shop.faulty.plan("stuck", path="*", method="taobao.tbk.sc.order.details.get")

    assert shop.faulty.pull_once("top.affiliate", CHANGED).status == "owed"
    assert shop.faulty.alarms() == ["loop"]
    assert sum(shop.faulty.sandbox.hits()) < 10
