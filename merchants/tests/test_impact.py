"""What the impact preview counts, and that it costs the same for one store as for fifty."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from merchants import impact
from merchants.impact import Change
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_draft,
    make_policy,
    make_store,
)
from portal.lib.scope import Hat, scope

TMALL = {"id": "store_type", "kind": "store_type"}
LAUNCH = {"id": "category", "kind": "category_allowed", "only": ["consumer_goods"]}
SPORTS = {"id": "category", "kind": "category_allowed", "only": ["sports"]}
FLOOR = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}


@pytest.fixture
def current(db):
    return make_policy(rules=[TMALL, LAUNCH])


def preview(draft, current):
    with scope(Hat.ADMIN), translation.override("en"):
        return impact.preview(draft, current)


def test_a_store_enters_leaves_or_is_restricted(brand, current):
    make_store(brand, 1, category="sports", status="registered")
    make_store(brand, 2, category="beauty", status="registered")
    make_store(brand, 3, category="beauty", status="approved")
    make_store(brand, 4, category="home", status="registered")

    found = preview(make_draft(rules=[TMALL, SPORTS]), current)

    changes = [(each.change, each.reasons) for each in found.affected]
    assert changes == [
        (Change.ENTER, ("Main category",)),
        (Change.LEAVE, ("Main category",)),
        (Change.RESTRICTED, ("Main category",)),
    ]
    assert found.total.counts == (1, 1, 1)
    assert found.stores == 4


def test_a_draft_that_asks_the_same_changes_nothing(brand, current):
    make_store(brand)
    assert preview(make_draft(rules=current.rules), current).affected == ()


def test_a_fact_that_nobody_knows_does_not_meet_the_draft(brand, current):
    make_store(brand, overall_score=None)
    (only,) = preview(make_draft(rules=[TMALL, LAUNCH, FLOOR]), current).affected
    assert (only.change, only.reasons) == (Change.RESTRICTED, ("Store score",))


def test_the_draft_is_judged_for_the_day_it_takes_effect(brand, current):
    make_store(brand, category="home", status="registered")
    opens = LAUNCH | {"opens_on": {"home": "2025-08-01"}}

    assert preview(make_draft("a", rules=[opens]), current).total.counts == (1, 0, 0)
    early = make_draft("b", rules=[opens], effective_from=date(2025, 7, 31))
    assert preview(early, current).total.counts == (0, 0, 0)


def test_without_a_version_in_force_whoever_meets_the_draft_enters(brand):
    make_store(brand)
    (only,) = preview(make_draft(rules=[TMALL]), None).affected
    assert only.change == Change.ENTER


def test_fifty_stores_take_as_many_queries_as_one(brand, current):
    draft = make_draft(rules=[TMALL, SPORTS])

    def queries():
        with scope(Hat.ADMIN), CaptureQueriesContext(connection) as captured:
            found = impact.preview(draft, current)
        return found.stores, len(captured), "".join(each["sql"] for each in captured)

    make_connection(make_store(brand, 1))
    stores, for_one, said = queries()
    assert stores == 1
    assert "sealed" not in said
    other = make_brand("other", "别家")
    for number in range(2, 51):
        make_connection(make_store(other, number))
    stores, for_fifty, _said = queries()
    assert (stores, for_fifty) == (50, for_one)
