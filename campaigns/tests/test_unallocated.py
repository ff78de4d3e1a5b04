"""What an account spent on no note: shown where it is known, and said why where it is not."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.results.question import Question
from campaigns.results.unallocated import Verdict, unallocated
from campaigns.tests.accounts import DAY, NOW, note_report, spent
from merchants.models import Role
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope


@pytest.fixture
def membership(brand):
    membership = make_membership(brand, make_user("li@example.test"), Role.VIEWER)
    membership.narrowed_to = ()
    return membership


@pytest.fixture
def store(brand):
    store = make_store(brand)
    make_connection(store)
    return store


def ask(membership, *, moment=NOW, store=None, first=DAY):
    with scope(Hat.WEB, brand=membership.brand_id):
        question = Question(first, DAY, 15, moment, store and store.pk)
        return unallocated(membership.brand, membership, question)


def test_what_the_account_spent_beyond_its_notes_is_unallocated(membership, store):
    spent(store, 100_000, [30_000, 20_000])
    note_report(store)

    (told,) = ask(membership)

    assert (told.day, told.account_fen, told.notes_fen) == (DAY, 100_000, 50_000)
    assert (told.fen, told.verdict) == (50_000, Verdict.KNOWN)


def test_nothing_beyond_the_notes_is_nought_and_not_unknown(membership, store):
    spent(store, 50_000, [50_000])
    note_report(store)

    assert [told.fen for told in ask(membership)] == [0]


def test_a_day_whose_notes_spent_nothing_leaves_all_of_it(membership, store):
    spent(store, 50_000)
    note_report(store)

    assert [told.fen for told in ask(membership)] == [50_000]


@pytest.mark.parametrize(
    ("account", "notes", "report", "verdict"),
    [
        (None, [10], {}, Verdict.NO_ACCOUNT),
        (50, [10], None, Verdict.NO_NOTES),
        (50, [10, None], {}, Verdict.NO_NOTES),
        (50, [10], {"closed_on": None, "status": "leased"}, Verdict.NO_NOTES),
        (50, [10], {"refused": 1}, Verdict.NO_NOTES),
        (50, [10], {"refused": 1, "status": "owed", "pull": 2}, Verdict.NO_NOTES),
        (50, [30, 30], {}, Verdict.OVER),
    ],
    ids=["account", "report", "fee", "unfinished", "refused", "refused before", "over"],
)
def test_what_is_not_known_is_none_and_says_why(membership, store, account, notes, report, verdict):
    spent(store, account, notes)
    if report is not None:
        note_report(store, **report)

    (told,) = ask(membership)

    assert (told.fen, told.verdict) == (None, verdict)
    assert str(told.meaning)


def test_a_row_that_was_refused_and_then_came_is_in(membership, store):
    spent(store, 50, [10])
    note_report(store, refused=1, pull=2)

    assert [told.fen for told in ask(membership)] == [40]


def test_a_question_about_earlier_gets_what_was_known_then(membership, store):
    later = NOW - timedelta(hours=1)
    spent(store, 100, [40], known_to=later)
    spent(store, 90, [60], known_from=later)
    note_report(store)

    assert [told.fen for told in ask(membership, moment=later - timedelta(hours=1))] == [60]
    assert [told.fen for told in ask(membership)] == [30]


def test_each_advertiser_stands_alone_and_a_store_can_be_asked_for(membership, store, brand):
    other = make_store(brand, 2)
    make_connection(other)
    for each, account in ((store, 100), (other, 70)):
        spent(each, account, [60])
        note_report(each)

    assert [told.fen for told in ask(membership)] == [40, 10]
    assert [told.fen for told in ask(membership, store=other)] == [10]
    membership.narrowed_to = (other.pk,)
    assert [told.fen for told in ask(membership)] == [10]


def test_another_brands_spending_is_not_seen(membership, store):
    stranger = make_store(make_brand("yejing", "野径"))
    make_connection(stranger)
    spent(stranger, 100, [40])
    note_report(stranger)

    assert ask(membership) == []


def test_ten_days_take_as_many_queries_as_one(membership, store):
    def queries():
        with CaptureQueriesContext(database) as captured:
            ask(membership, first=DAY - timedelta(days=20))
        return len(captured)

    spent(store, 100, [40])
    note_report(store)
    for_one = queries()
    for n in range(1, 10):
        spent(store, 100, [40], day=DAY - timedelta(days=n))
        note_report(store, DAY - timedelta(days=n))

    assert queries() == for_one
    assert len(ask(membership, first=DAY - timedelta(days=20))) == 10
