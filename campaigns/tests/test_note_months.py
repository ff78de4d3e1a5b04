"""Ripe months are read by their sums, which are never other than the rows."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError, connection, connections, transaction

from campaigns.models import NoteMonth, SummedMonth
from campaigns.results import months, queries
from campaigns.results.choice import NoteChoice
from campaigns.results.figures import ROWS
from campaigns.results.metrics import METRICS, Line
from campaigns.results.question import Question
from campaigns.tests.factories import make_note, make_note_day
from merchants.models import Role
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.days import known_now, starts_at
from portal.lib.scope import Hat, scope

MARCH, APRIL, MAY = date(2025, 3, 1), date(2025, 4, 1), date(2025, 5, 1)
DAYS = [date(2025, 4, 1), date(2025, 4, 17), date(2025, 4, 30)]
LATE = starts_at(date(2025, 6, 20))  # today is 2025-06-23, so windows of 30 days in May are open
CLOSED = {7: [APRIL, MAY], 15: [APRIL, MAY], 30: [APRIL]}
DIRECT = [metric for metric in METRICS.values() if metric.line is Line.DIRECT]
pytestmark = pytest.mark.django_db
as_owner = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def membership(brand):
    membership = make_membership(brand, make_user("li@example.test"), Role.VIEWER)
    membership.narrowed_to = ()
    return membership


@pytest.fixture
def note(brand):
    note = make_note(make_connection(make_store(brand)))
    for day in (date(2025, 3, 31), *DAYS, MAY):
        make_note_day(note, day)
    return note


def ask(first=date(2025, 3, 30), last=date(2025, 6, 20), window=15, **asked):
    return Question(first, last, window, **{"moment": known_now()} | asked)


def used(membership, question):
    with scope(Hat.WEB, brand=membership.brand_id):
        return list(months.summed_months(membership.brand, membership, question))


def answered(membership, question):
    """Return all that the notes tell, by summed months where there are any, and by rows alone."""
    with scope(Hat.WEB, brand=membership.brand_id):
        rows = queries.rows_for(membership.brand, membership, question)
        by_months = queries.by_note(membership.brand, membership, question)
        by_rows = queries.by_note_of([rows], question)
    return [[(each.key, *said(each.figures)) for each in found] for found in (by_months, by_rows)]


def run(statement):
    on, sql, values = statement
    with transaction.atomic(on), connections[on].cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 100")  # ms
        cursor.execute(sql, values)


def said(figures):
    told = [(figures.value(metric), figures.returned(metric)) for metric in DIRECT]
    return figures.rows, figures.maturity(7), figures.maturity(figures.window), told


def test_ripe_months_within_the_period_are_read_by_their_sums(membership, note):
    assert used(membership, ask()) == []
    assert months.sum_ripe_months() == 3
    assert used(membership, ask()) == [APRIL, MAY]
    assert used(membership, ask(first=MARCH)) == [MARCH, APRIL, MAY]
    assert used(membership, ask(first=APRIL, last=date(2025, 4, 30))) == [APRIL]
    assert used(membership, ask(first=date(2025, 4, 2))) == [MAY]
    assert months.sum_ripe_months() == 0


@pytest.mark.parametrize("window", [7, 15, 30])
def test_an_answer_by_months_is_the_answer_by_rows(membership, note, window):
    other = make_note(note.connection, 2)
    make_note_day(other, DAYS[0], order_15=None, gmv_15_fen=None)
    make_note_day(other, DAYS[1], fee_fen=None, impression=0)
    make_note_day(other, MAY, gmv_7_fen=None)
    make_note_day(make_note(note.connection, 3), DAYS[2], fee_fen=0)
    months.sum_ripe_months()

    by_months, by_rows = answered(membership, ask(window=window))

    assert used(membership, ask(window=window)) == CLOSED[window]
    assert by_months == by_rows
    assert len(by_rows) == 3


def test_a_year_is_answered_of_sums_and_not_of_their_rows(membership, note):
    months.sum_ripe_months()
    with scope(Hat.WEB, brand=membership.brand_id):
        (found,) = queries.by_note(membership.brand, membership, ask())

    assert sorted(part[ROWS] for part in found.figures.parts) == [1, 4]


def test_a_change_of_any_row_forgets_its_months_sums_and_no_others(membership, note):
    months.sum_ripe_months()
    make_note_day(make_note(note.connection, 2), DAYS[1], known_from=LATE)

    assert used(membership, ask(first=MARCH)) == [MARCH, MAY]
    assert months.sum_ripe_months() == 1
    assert used(membership, ask(first=MARCH)) == [MARCH, APRIL, MAY]
    by_months, by_rows = answered(membership, ask())
    assert by_months == by_rows


def test_a_change_while_the_answer_is_read_loses_no_month(membership, note, monkeypatch):
    months.sum_ripe_months()
    read = queries.sums_of

    def changed_meanwhile(*asked):
        make_note_day(make_note(note.connection, 2), DAYS[1], known_from=LATE)
        return read(*asked)

    with monkeypatch.context() as patch:
        patch.setattr(queries, "sums_of", changed_meanwhile)
        with scope(Hat.WEB, brand=membership.brand_id):
            found = queries.by_note(membership.brand, membership, ask())

    assert sum(each.figures.rows for each in found) == 6


def test_what_was_known_before_a_change_is_read_from_the_rows(membership, note):
    make_note_day(make_note(note.connection, 2), DAYS[1], known_from=LATE)
    months.sum_ripe_months()
    before = ask(moment=LATE - timedelta(seconds=1))

    assert used(membership, before) == [MAY]
    assert used(membership, ask(moment=LATE)) == [APRIL, MAY]
    by_months, by_rows = answered(membership, before)
    assert by_months == by_rows
    assert len(by_months) == 1


def test_while_windows_are_open_days_gone_are_counted_by_the_day(membership, note):
    months.sum_ripe_months()
    then = starts_at(date(2025, 5, 20))  # 20 days after April: of 15 days all are over, of 30 not

    assert used(membership, ask(window=15, moment=then)) == [APRIL]
    assert used(membership, ask(window=30, moment=then)) == []


def test_an_account_that_is_not_summed_yet_keeps_its_month_from_being_read(membership, brand, note):
    months.sum_ripe_months()
    elsewhere = make_note(make_connection(make_store(brand, 2), subject="2"))
    make_note_day(elsewhere, DAYS[0])

    assert used(membership, ask()) == [MAY]
    assert used(membership, ask(store=note.store_id)) == [APRIL, MAY]
    months.sum_ripe_months()
    assert used(membership, ask()) == [APRIL, MAY]
    by_months, by_rows = answered(membership, ask(store=elsewhere.store_id))
    assert by_months == by_rows
    assert len(by_rows) == 1


def test_a_narrowed_membership_reads_the_sums_of_its_stores(membership, brand, note):
    elsewhere = make_note(make_connection(make_store(brand, 2), subject="2"))
    make_note_day(elsewhere, DAYS[0])
    months.sum_ripe_months()
    membership.narrowed_to = (elsewhere.store_id,)

    by_months, by_rows = answered(membership, ask())

    assert used(membership, ask()) == [APRIL]
    assert by_months == by_rows
    assert len(by_rows) == 1


def test_some_notes_alone_are_read_from_the_rows(membership, note):
    months.sum_ripe_months()
    by_months, by_rows = answered(membership, ask(notes=NoteChoice(creator=note.creator)))

    assert by_months == by_rows
    assert len(by_rows) == 1


@as_owner
@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE campaigns_notemonth SET fee_fen = 1",
        "DELETE FROM campaigns_notemonth",
        "DELETE FROM campaigns_summedmonth",
    ],
)
def test_sums_that_are_wrong_are_found_and_made_anew(note, capsys, wrong):
    months.sum_ripe_months()
    with connections["owner"].cursor() as cursor:
        cursor.execute(wrong)

    with pytest.raises(CommandError, match="differ"):
        call_command("sums")
    call_command("sums", rebuild=True)

    assert "Every sum is what the rows say." in capsys.readouterr().out
    assert months.differences() == []


@as_owner
def test_rows_that_are_taken_away_forget_their_months_sums(note):
    months.sum_ripe_months()
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_noteday WHERE day = %s", [DAYS[0]])
        cursor.execute("UPDATE campaigns_noteday SET fee_fen = 7 WHERE day < %s", [APRIL])

    with scope(Hat.ADMIN):
        assert [each.day for each in NoteMonth.objects.all()] == [date(2025, 5, 31)]
        assert [each.month for each in SummedMonth.objects.all()] == [MAY]


@as_owner
@pytest.mark.parametrize("first", ["the change", "the sum"])
def test_a_change_and_a_sum_of_its_month_wait_for_each_other(note, first):
    """Else a sum could be kept of rows that another transaction has changed meanwhile."""
    both = [
        ("owner", "UPDATE campaigns_noteday SET fee_fen = 9 WHERE day = %s", [APRIL]),
        ("default", "SELECT sum_note_month(%s, %s)", [note.connection_id, APRIL]),
    ]
    early, late = both if first == "the change" else both[::-1]
    with scope(Hat.NIGHT), transaction.atomic("owner"):
        run(early)
        with pytest.raises(OperationalError, match="lock timeout"):
            run(late)


@pytest.mark.parametrize("hat", Hat)
@pytest.mark.parametrize("model", [NoteMonth, SummedMonth])
def test_nobody_writes_a_sum_by_hand(note, hat, model):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        scope(hat, brand=note.brand_id),
    ):
        model.objects.all().delete()


@pytest.mark.parametrize("hat", [Hat.WEB, Hat.ADMIN])
def test_the_night_alone_sums(note, hat):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        scope(hat, brand=note.brand_id),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT sum_note_month(1, %s)", [APRIL])


def test_another_brands_sums_are_not_seen(note):
    months.sum_ripe_months()

    with scope(Hat.WEB, brand=make_brand("other").pk):
        assert not NoteMonth.objects.exists()
        assert not SummedMonth.objects.exists()
