from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from campaigns.models import NoteDay
from campaigns.reports.ad_figures import FIGURES
from merchants.tests.factories import make_connection, make_store
from portal.lib.days import SHANGHAI
from portal.lib.merge import merge
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 18)
TUESDAY = datetime(2025, 6, 19, 6, 10, tzinfo=SHANGHAI)
WEDNESDAY = TUESDAY + timedelta(days=1)
NOTE = "6831c4480000000021017e53"


@pytest.fixture
def joined(brand):
    joined = make_connection(make_store(brand))
    with scope(Hat.NIGHT), connection.cursor() as cursor:
        cursor.execute("SELECT ensure_fact_month('campaigns_noteday', %s)", [DAY])
    return joined


def merge_row(joined, at, note_id=NOTE, page_id=1, **figures):
    row = [note_id, DAY, *(figures.get(column) for column, *_ in FIGURES)]
    fixed = {
        "brand_id": joined.brand_id,
        "connection_id": joined.pk,
        "store_id": joined.store_id,
        "source": "api",
    }
    with scope(Hat.NIGHT, brand=joined.brand_id):
        return merge(NoteDay.ledger(), [row], fixed=fixed, known_at=at, page_id=page_id)


def known(joined, at):
    with scope(Hat.NIGHT):
        return [fact.order_15 for fact in NoteDay.objects.as_of(at)]


def test_a_new_fact_is_written_and_an_unchanged_one_is_not_rewritten(joined):
    assert merge_row(joined, TUESDAY, order_15=3) == 1
    assert merge_row(joined, WEDNESDAY, order_15=3, page_id=2) == 0

    with scope(Hat.NIGHT):
        fact = NoteDay.objects.get()
    assert (fact.known_from, fact.known_to, fact.page_id) == (TUESDAY, None, 1)


def test_a_restated_fact_is_replaced_and_what_was_known_before_is_kept(joined):
    merge_row(joined, TUESDAY, order_15=3)
    assert merge_row(joined, WEDNESDAY, order_15=5) == 1

    assert known(joined, TUESDAY) == [3]
    assert known(joined, WEDNESDAY - timedelta(seconds=1)) == [3]
    assert known(joined, WEDNESDAY) == [5]


def test_a_figure_withdrawn_becomes_null_and_not_0(joined):
    merge_row(joined, TUESDAY, order_15=3)
    merge_row(joined, WEDNESDAY, order_15=None)

    assert known(joined, WEDNESDAY) == [None]


def test_a_restatement_on_a_clock_that_stands_still_is_the_newer_version(joined):
    merge_row(joined, TUESDAY, order_15=3)
    merge_row(joined, TUESDAY, order_15=4)
    merge_row(joined, TUESDAY, order_15=5)

    with scope(Hat.NIGHT):
        assert NoteDay.objects.count() == 3
    assert known(joined, WEDNESDAY) == [5]
