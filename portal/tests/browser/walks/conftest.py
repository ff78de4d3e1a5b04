"""The walks share one small portal: a store that joined, and every decision is judged twice."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import StorageState

from portal.tests.browser.conftest import PASSWORD, QUICK, Visitor
from portal.tests.nights import Nights, store_that_joined

MARKETER = """
from merchants.models import Brand, Role
from merchants.tests.factories import make_membership, make_user
from portal.lib.scope import Hat, scope
with scope(Hat.ADMIN):
    yejing = Brand.objects.get(slug="yejing")
person = make_user("marketer.yejing@demo.redcat.test", name="郑牧")
make_membership(yejing, person, Role.MARKETER)
"""


@pytest.fixture(scope="package")
def running() -> Iterator[Nights]:
    with store_that_joined(SECOND_REVIEW_SHARE="1", **QUICK) as portal:
        portal.must("shell", "-c", MARKETER)
        yield portal


@pytest.fixture(scope="session")
def kept() -> dict[tuple[str, str], StorageState]:
    """What browsers keep of who has signed in; a code of the staff's is taken once."""
    return {}


@pytest.fixture
def sign_in(visit, running, kept):
    """Open a browser in which that person has signed in."""

    def open_as(login: str, password: str = PASSWORD, **options) -> Visitor:
        known = (running.url, login)
        if known not in kept:
            first = visit()
            first.sign_in(login, password)
            kept[known] = first.context.storage_state()
        return visit(storage_state=kept[known], **options)

    return open_as
