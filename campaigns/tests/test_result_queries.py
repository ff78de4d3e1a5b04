"""The sums and ratios of the result page, against a naive recount."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import NoteDay
from campaigns.results import queries
from campaigns.results.figures import Returned
from campaigns.results.maturity import maturity
from campaigns.results.measures import figures_of
from campaigns.results.metrics import METRICS, RATIOS, SUMS, Line
from campaigns.results.question import Question
from campaigns.tests.factories import make_note, make_note_day, note_id_of
from merchants.models import Role
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib.days import starts_at
from portal.lib.scope import Hat, scope

FIRST, LAST = date(2025, 6, 10), date(2025, 6, 14)
NOW = starts_at(date(2025, 6, 20)) + timedelta(hours=9)
ROI, GMV, SPEND, ORDER = (METRICS[key] for key in ("roi", "gmv", "spend", "order"))


@pytest.fixture
def membership(brand):
    membership = make_membership(brand, make_user("li@example.test"), Role.VIEWER)
    membership.narrowed_to = ()
    return membership


@pytest.fixture
def note(brand):
    return make_note(make_connection(make_store(brand)))


def ask(window=15, first=FIRST, last=LAST, moment=NOW) -> Question:
    return Question(first=first, last=last, window=window, moment=moment)


def read(membership, read_by=queries.totals, question=None):
    question = question or ask()
    with scope(Hat.WEB, brand=membership.brand_id):
        return read_by(membership.brand, membership, question)


def read_of_rows(brand, membership, question):
    """Return the totals of the rows themselves, past the steps that the database keeps of them."""
    return figures_of(queries.rows_for(brand, membership, question), question)


def test_a_column_that_no_day_returned_is_unknown_and_not_zero(membership, note):
    make_note_day(note, FIRST, order_15=None, gmv_15_fen=None)

    figures = read(membership)

    assert figures.value(ORDER) is None
    assert figures.value(ROI) is None
    assert figures.value(SPEND) == 10_000
    assert figures.completeness(ORDER) == Returned.NOTHING


def test_a_returned_zero_stays_zero(membership, note):
    make_note_day(note, FIRST, order_15=0, gmv_15_fen=0)

    figures = read(membership)

    assert figures.value(ORDER) == 0
    assert figures.value(ROI) == 0


def test_a_ratio_leaves_out_both_sides_of_a_day_that_did_not_return(membership, note):
    make_note_day(note, FIRST, fee_fen=10_000, gmv_15_fen=30_000)
    make_note_day(note, LAST, fee_fen=90_000, gmv_15_fen=None)

    figures = read(membership)

    assert figures.value(SPEND) == 100_000
    assert figures.value(ROI) == 3
    assert figures.spend_left_out == 90_000
    assert figures.completeness(GMV) == Returned.PARTIAL


def test_a_ratio_is_of_sums_and_never_a_mean_of_ratios(membership, note):
    make_note_day(note, FIRST, fee_fen=10_000, gmv_15_fen=40_000)
    make_note_day(note, LAST, fee_fen=30_000, gmv_15_fen=30_000)

    assert read(membership).value(ROI) == Decimal("1.75")


def test_nothing_is_divided_by_zero(membership, note):
    make_note_day(note, FIRST, fee_fen=0, gmv_15_fen=500)

    assert read(membership).value(ROI) is None


def test_each_moment_sees_what_was_known_then(membership, note):
    restated = starts_at(date(2025, 6, 18))
    make_note_day(note, FIRST, known_to=restated, gmv_15_fen=100)
    make_note_day(note, FIRST, known_from=restated, gmv_15_fen=900)

    before = ask(moment=restated - timedelta(microseconds=1))

    assert read(membership, question=before).value(GMV) == 100
    assert read(membership, question=ask(moment=restated)).value(GMV) == 900
    assert read(membership, question=ask(moment=starts_at(FIRST))).value(GMV) is None


def test_a_day_without_facts_is_absent_from_the_days(membership, note):
    make_note_day(note, FIRST)
    make_note_day(note, LAST)

    assert list(read(membership, queries.by_day)) == [FIRST, LAST]


def test_one_note_id_in_two_accounts_is_two_rows(membership, brand, note):
    other = make_note(make_connection(make_store(brand, 2)))
    make_note_day(note, FIRST)
    make_note_day(other, FIRST)

    assert len(read(membership, queries.by_note)) == 2
    assert read(membership).value(SPEND) == 20_000


def test_maturity_is_weighted_by_spend(membership, note):
    make_note_day(note, FIRST, fee_fen=30_000)
    make_note_day(note, LAST, fee_fen=10_000)

    figures = read(membership)

    assert figures.maturity(15) == (3 * Fraction(9, 15) + Fraction(5, 15)) / 4
    assert figures.maturity(7) == (3 * 1 + Fraction(5, 7)) / 4
    assert figures.is_provisional(METRICS["jump_click"])
    assert not figures.is_provisional(SPEND)


def test_a_narrowed_membership_counts_only_its_store(membership, brand, note):
    make_note_day(note, FIRST)
    make_note_day(make_note(make_connection(make_store(brand, 2)), 2), FIRST)
    membership.narrowed_to = (note.store_id,)

    assert read(membership).value(SPEND) == 10_000


def test_the_moment_of_a_future_or_open_day_is_now():
    question = ask(last=date(2025, 6, 30))

    assert question.newest == date(2025, 6, 19)
    assert list(question.expected_days())[-1] == date(2025, 6, 19)


# Recount --------------------------------------------------------------------------------------

number = st.none() | st.integers(0, 10**9)
versions = st.lists(
    st.tuples(
        st.integers(1, 3),  # note
        st.integers(-1, 6),  # day, from one before the period to one after
        st.lists(st.tuples(*[number] * 7), min_size=1, max_size=3),  # restatements, day by day
    ),
    max_size=9,
    unique_by=lambda fact: fact[:2],
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(facts=versions, window=st.sampled_from([7, 15, 30]), known=st.integers(0, 12))
def test_every_figure_equals_a_naive_recount(membership, brand, note, facts, window, known):
    question = ask(window, moment=starts_at(FIRST + timedelta(days=known)))
    with transaction.atomic():
        write(note, facts, window)
        total = read(membership, question=question)
        assert total == read(membership, read_of_rows, question)
        days = read(membership, queries.by_day, question)
        notes = read(membership, queries.by_note, question)
        seen = recount(question)
        transaction.set_rollback(True)

    assert_equal_to_recount(total, seen, question)
    assert set(days) == {row.day for row in seen}
    for day, figures in days.items():
        assert_equal_to_recount(figures, [row for row in seen if row.day == day], question)
    assert {each.key.note_id for each in notes} == {row.note_id for row in seen}
    for each in notes:
        mine = [row for row in seen if row.note_id == each.key.note_id]
        assert_equal_to_recount(each.figures, mine, question)


def write(note, facts, window) -> None:
    columns = [metric.column_for(window) for metric in SUMS[Line.DIRECT]]
    for number_of_note, offset, restatements in facts:
        day = FIRST + timedelta(days=offset)
        note.note_id = note_id_of(number_of_note)
        for n, figures in enumerate(restatements):
            known_from = starts_at(day + timedelta(days=1 + 2 * n))
            last = n == len(restatements) - 1
            make_note_day(
                note,
                day,
                known_from=known_from,
                known_to=None if last else known_from + timedelta(days=2),
                **dict(zip(columns, figures, strict=True)),
            )


def recount(question: Question) -> list[NoteDay]:
    """The newest version of each note and day that was known, found without the ledger's SQL."""
    newest: dict[tuple[str, date], NoteDay] = {}
    with scope(Hat.NIGHT):
        everything = sorted(NoteDay.objects.all(), key=lambda row: row.known_from)
    for row in everything:
        if row.known_from <= question.moment and question.first <= row.day <= question.last:
            newest[row.note_id, row.day] = row
    return list(newest.values())


def assert_equal_to_recount(figures, seen: list[NoteDay], question: Question) -> None:
    assert figures.rows == len(seen)
    known: dict[str, list[int]] = defaultdict(list)
    for metric in SUMS[Line.DIRECT]:
        column = metric.column_for(question.window)
        known[metric.key] = [value for row in seen if (value := getattr(row, column)) is not None]
        assert figures.value(metric) == (sum(known[metric.key]) if known[metric.key] else None)
    for metric in RATIOS[Line.DIRECT]:
        assert_ratio(figures, metric, seen, question)
    if sum(known["spend"]):
        paid = sum(
            maturity(row.day, question.window, question.known) * (row.fee_fen or 0) for row in seen
        )
        assert figures.maturity(question.window) == paid / sum(known["spend"])


def assert_ratio(figures, metric, seen, question) -> None:
    part, whole = (METRICS[key].column_for(question.window) for key in metric.over)
    both = [
        (getattr(row, part), getattr(row, whole))
        for row in seen
        if None not in (getattr(row, part), getattr(row, whole))
    ]
    below = sum(value for _, value in both)
    if not below:
        assert figures.value(metric) is None
        return
    exact = Fraction(sum(value for value, _ in both), below)
    tolerance = Fraction(1, 2) if metric.unit == "fen" else Fraction(1, 10**9) * max(1, exact)
    assert abs(Fraction(figures.value(metric)) - exact) <= tolerance


def test_a_moment_is_aware_of_the_business_day():
    assert isinstance(ask().moment, datetime)
    assert ask().known == date(2025, 6, 20)
