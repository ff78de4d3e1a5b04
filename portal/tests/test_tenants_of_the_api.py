"""The API under the same two locks as the pages: nothing of another brand or store is told."""

import pytest

from campaigns.tests.api import program_of
from merchants.models import StoreOwnedQuerySet
from portal.tests.test_tenants import (
    OTHER,
    foreign,
    leaks,
    mine,
    sibling,
    transactional,
    without_row_level_security,
)

__all__ = ["foreign", "mine", "sibling", "without_row_level_security"]
V1 = "/api/v1/"
READ = [
    f"{V1}stores/",
    f"{V1}stores/?limit=1",
    f"{V1}applications/",
    f"{V1}applications/?store={{other_store}}",
    f"{V1}campaigns/",
    f"{V1}notes/",
    f"{V1}notes/?creator={OTHER}%20人",
    f"{V1}links/",
    f"{V1}links/?store={{other_store}}",
    f"{V1}links/{{link}}/",
    f"{V1}links/{{other_link}}/",
    f"{V1}metrics/query/?dimension=note",
    f"{V1}metrics/query/?dimension=creator",
    f"{V1}metrics/query/?dimension=item",
    f"{V1}metrics/query/?dimension=campaign",
    f"{V1}metrics/query/?dimension=day",
    f"{V1}metrics/query/?store={{other_store}}",
    f"{V1}metrics/query/?line=star&dimension=task",
    f"{V1}metrics/export.csv",
    f"{V1}metrics/export.csv?line=star",
    f"{V1}exports/{{export}}/",
    f"{V1}exports/{{other_export}}/",
    f"{V1}exports/{{other_export}}/file/",
    f"{V1}data-status/",
]
pytestmark = pytest.mark.usefixtures("own_files")


@pytest.fixture
def narrowed(brand, mine):
    return program_of(brand, stores=(mine.store,))


def test_nothing_of_another_brand_is_told(brand, mine, foreign):
    assert leaks(program_of(brand), mine, foreign, READ) == []


def test_nothing_of_another_store_is_told(narrowed, mine, sibling):
    assert leaks(narrowed, mine, sibling, READ) == []


def test_a_key_of_every_store_does_tell_of_both(brand, mine, sibling):
    assert len(leaks(program_of(brand), mine, sibling, READ)) > 5


@transactional
def test_the_filters_alone_keep_brands_apart(brand, mine, foreign, without_row_level_security):
    assert leaks(program_of(brand), mine, foreign, READ) == []


@transactional
def test_the_filters_alone_keep_stores_apart(narrowed, mine, sibling, without_row_level_security):
    assert leaks(narrowed, mine, sibling, READ) == []


def test_row_level_security_alone_keeps_stores_apart(narrowed, mine, sibling, monkeypatch):
    monkeypatch.setattr(StoreOwnedQuerySet, "seen_by", lambda rows, membership: rows)

    assert leaks(narrowed, mine, sibling, READ) == []
