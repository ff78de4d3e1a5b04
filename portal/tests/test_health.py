"""What strangers may read of our health: that something is wrong, never what it is called."""

import logging

import pytest
from django.db import connections

from portal.lib.database import APP


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_database_that_is_gone_is_told_without_its_address(client, monkeypatch, caplog):
    monkeypatch.setitem(connections["default"].settings_dict, "HOST", "/nowhere/at/all")
    connections["default"].close()

    with caplog.at_level(logging.ERROR):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["database"] == "no answer"
    assert "nowhere" not in response.text
    assert APP not in response.text
    assert "nowhere" in caplog.text
