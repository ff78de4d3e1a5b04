"""Two at a time: of decisions, withdrawals and requests for one store, one counts."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection as database

from merchants.models import IllegalMove, StoreTransfer
from merchants.services import Refused
from merchants.tests.factories import make_brand, make_store, make_transfer, make_user
from merchants.tests.test_transfers import answer, approve, fresh, reject, withdraw
from portal.lib.scope import Hat, scope

pytestmark = pytest.mark.usefixtures("own_files")
transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@transactional
@pytest.mark.parametrize("second", ["approve", "reject", "withdraw"])
def test_of_two_decisions_at_once_one_counts(second):
    holder, asker = make_brand("yejing", "野径"), make_brand("asker", "来人")
    store, admin = make_store(holder), make_user("admin@example.test")
    transfer, release = make_transfer(asker, store)
    answer(release, agrees=True)
    together = Barrier(2)
    steps = {
        "approve": lambda row: approve(row, admin),
        "reject": lambda row: reject(row, admin),
        "withdraw": withdraw,
    }

    def attempt(step):
        row = fresh(transfer)
        together.wait()
        try:
            steps[step](row)
            return "done"
        except (IllegalMove, Refused):
            return "too late"
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, ["approve", second]))

    assert outcomes == ["done", "too late"]
    row, their = fresh(transfer), fresh(release)
    with scope(Hat.ADMIN):
        assert row.events.count() == 1
    assert (row.status == "approved") == (their.status == "released")
    assert (fresh(store).released_at is not None) == (row.status == "approved")


@transactional
def test_of_two_brands_whose_requests_are_approved_at_once_one_gets_the_store():
    store, admin = make_store(make_brand("yejing", "野径")), make_user("admin@example.test")
    asked = [make_transfer(make_brand(f"asker-{n}"), store) for n in (1, 2)]
    for _transfer, release in asked:
        answer(release, agrees=True)
    together = Barrier(2)

    def attempt(transfer):
        together.wait()
        try:
            approve(transfer, admin)
            return "done"
        except (IllegalMove, Refused):
            return "too late"
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, [transfer for transfer, _release in asked]))

    assert outcomes == ["done", "too late"]
    statuses = sorted(fresh(transfer).status for transfer, _release in asked)
    assert statuses == ["approved", "expired"]


def test_a_store_that_nobody_else_has_is_not_asked_for(brand):
    own = make_store(brand)

    with pytest.raises(Refused, match=r"No other brand|目前没有其他品牌"):
        make_transfer(brand, own)

    with scope(Hat.ADMIN):
        assert not StoreTransfer.objects.exists()
