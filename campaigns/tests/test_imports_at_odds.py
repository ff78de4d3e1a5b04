"""Imports that meet another worker, another source, or a cell that no column holds."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils.translation import override

from campaigns.imports import work
from campaigns.models import StarDay
from campaigns.tests.files import applied, export, fresh, kept, put, refusals
from merchants.tests.factories import make_store
from portal.lib.scope import Hat, scope

transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def store(brand):
    with override("en"):
        yield make_store(brand)


@transactional
def test_a_worker_that_still_checks_leaves_the_application_alone(store, tmp_path):
    """It may not count parts that the other has not applied: their rows would be lost."""
    found = kept(store, export(tmp_path, "star_task"))
    with ThreadPoolExecutor(1) as other:
        with scope(Hat.NIGHT, brand=store.brand_id):
            found.move_to("checked")  # holds the row while the other is in the midst of its part
            late = other.submit(_check, found.pk)
            time.sleep(0.5)
            found.ask_to_apply(by=None)
        late.result(10)
    work.apply(found.pk)

    with scope(Hat.NIGHT):
        assert StarDay.objects.count() == fresh(found).applied_count > 0


def _check(number: int) -> None:
    try:
        work.check(number)
    finally:
        connection.close()


ORDERS = "子订单编号,商品ID,订单状态,订单创建时间,订单付款时间,买家实付金额\n"
CONSOLE = (
    "时间,笔记ID,消费,点击量,店铺成交ROI(30日),计划ID\n2025-06-18,66f0a1b2c3d4e5f601234567,1,2,"
)


@pytest.mark.parametrize(
    "text",
    [
        f"{ORDERS}1001,{'9' * 16},交易成功,2025-06-18 09:30:00,,1.00",
        f"{ORDERS}1001,99,交易成功,2025-06-18 09:30:00,0001-01-01 00:00:00,1.00",
        f"{ORDERS}1001,99,交易成功,2025-06-18 09:30:00,2099-01-01 00:00:00,1.00",
        f"{CONSOLE}{'9' * 38},77",
    ],
    ids=["item", "year one", "to come", "ratio"],
)
def test_a_cell_that_its_column_cannot_hold_costs_its_row_alone(store, tmp_path, text):
    found = applied(store, put(tmp_path, text.encode()))

    assert (found.status, found.refused_count) == ("applied", 1)
    assert [number for number, _reason in refusals(found)] == [2]
