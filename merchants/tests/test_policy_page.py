"""招商政策 as a brand reads it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from merchants.models import PolicyLogEntry, Role
from merchants.seed import seed_policy
from merchants.tests.factories import make_draft, make_policy, make_store
from portal.lib.scope import Hat, scope

ENGLISH = {"accept-language": "en"}
PAGE = "/b/shancha/policy/"


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def test_the_page_shows_the_version_in_force_and_what_it_changed(viewer):
    seed_policy()
    text = viewer.get(PAGE, headers=ENGLISH).text

    assert "Rules of 2025-06" in text
    assert "2025-06 against 2025-05" in text
    assert "One of: Consumer goods" in text
    assert "Not published" in text


def test_the_log_is_in_the_readers_language_and_ends_today(viewer):
    seed_policy()

    assert "红猫计划" in viewer.get(PAGE).text
    text = viewer.get(PAGE, headers=ENGLISH).text
    assert "5 independent sources" in text
    assert "Double 11" not in text


def test_any_two_versions_can_be_compared(viewer):
    seed_policy()
    text = viewer.get(f"{PAGE}?version=2025-05&against=2025-06", headers=ENGLISH).text

    assert "Rules of 2025-05" in text
    assert "2025-05 against 2025-06" in text
    assert "Replaced" in text


def test_an_unknown_version_is_refused_and_the_present_one_shown(viewer):
    seed_policy()
    response = viewer.get(f"{PAGE}?version=2099", headers=ENGLISH)

    assert response.status_code == 422
    assert "There is no such policy version" in response.text
    assert "Rules of 2025-06" in response.text


def test_without_a_policy_the_page_says_so(viewer):
    assert "No policy is published" in viewer.get(PAGE, headers=ENGLISH).text


def test_a_draft_is_nobodys_business(viewer):
    make_policy()
    make_draft("2025-08")
    assert "2025-08" not in viewer.get(PAGE).text


def test_a_store_page_says_when_its_category_opens(viewer, brand):
    rule = {"id": "category", "kind": "category_allowed", "only": ["consumer_goods"]}
    make_policy(rules=[rule | {"opens_on": {"home": "2025-07-01"}}])
    store = make_store(brand, category="home", status="registered")

    text = viewer.get(f"/b/shancha/stores/{store.pk}/", headers=ENGLISH).text

    assert "This category opens on 2025-07-01" in text
    assert "Opens 2025-07-01" in text


def test_ten_versions_take_as_many_queries_as_two(viewer):
    seed_policy()

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert viewer.get(PAGE).status_code == 200
        return len(captured)

    before = queries()
    for month in range(1, 9):
        start, end = date(2024, month, 1), date(2024, month, 2)
        make_policy(f"2024-0{month}", effective_from=start, effective_until=end)
        with scope(Hat.ADMIN):
            PolicyLogEntry.objects.create(day=start, what_zh="一", what_en=str(month))
    assert queries() == before
