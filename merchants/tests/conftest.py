from ipaddress import ip_network

import pytest

from merchants.tests.webhooks import make_endpoint
from portal.conftest import server

__all__ = ["server"]


@pytest.fixture
def loopback(settings):
    """Let webhooks call this machine."""
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]


@pytest.fixture
def endpoint(brand, server, loopback):
    """A webhook of the brand that leads to the test's own server, with its secret."""
    made, secret = make_endpoint(brand, f"{server.url}/in")
    made.secret = secret
    return made
