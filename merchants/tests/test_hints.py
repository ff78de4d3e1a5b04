import pytest

from merchants import hints, tasks
from merchants.tests.factories import make_store
from portal.lib.scope import Hat, scope


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_hint_that_the_broker_refuses_costs_nobody_what_was_written(brand, monkeypatch, caplog):
    def refuse(pk):
        raise ConnectionError("deadlock detected")

    monkeypatch.setattr(tasks.requalify_store, "delay", refuse)
    store = make_store(brand, status="approved")
    with scope(Hat.WEB, brand=brand.pk):
        hints.requalify_soon(store)

    assert "deadlock detected" in caplog.text
