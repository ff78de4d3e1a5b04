"""Imports that meet another worker, another source, or a cell that no column holds."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils.translation import override

from campaigns.imports import work
from campaigns.models import StarDay
from campaigns.tests.files import export, fresh, kept
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
