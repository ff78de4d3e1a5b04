"""The sums that the database keeps beside the ledger, against its rows."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connections, transaction

from campaigns.models import NoteDay, NoteDayStep
from campaigns.results import steps
from campaigns.results.metrics import SUMS, Line
from campaigns.tests.factories import make_note, make_note_day
from merchants.tests.factories import make_brand, make_connection, make_store
from portal.lib.days import starts_at
from portal.lib.ledger_tables import ensure_months
from portal.lib.merge import merge
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 10)
NIGHTS = [starts_at(DAY + timedelta(days=n)) for n in range(1, 5)]
pytestmark = pytest.mark.django_db
as_owner = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def note(brand):
    return make_note(make_connection(make_store(brand)))


def merged(note, known_at, *figures):
    """Merge a page of the day: each figures' note is the next one; None has not returned orders."""
    ledger = NoteDay.ledger()
    own = {"brand_id": note.brand_id, "store_id": note.store_id, "source": "api"}
    rows = []
    for number, gmv in enumerate(figures):
        told = dict.fromkeys(ledger.columns) | {"note_id": f"{number:024x}", "day": DAY}
        told |= {"fee_fen": 500, "gmv_15_fen": gmv, "order_15": gmv and 1}
        rows.append([told[name] for name in ledger.columns])
    with scope(Hat.NIGHT):
        ensure_months(ledger, [DAY])
        fixed = own | {"connection_id": note.connection_id}
        merge(ledger, rows, fixed=fixed, known_at=known_at, page_id=1)


def kept(note, moment=NIGHTS[-1]):
    """Return the note days, spend and GMV of 15 days as known at the moment."""
    with scope(Hat.NIGHT):
        found = NoteDayStep.objects.filter(brand=note.brand_id).as_of(moment)
        added = [(step.note_days, step.fee_fen or 0, step.gmv_15_fen or 0) for step in found]
    return tuple(map(sum, zip(*added, strict=True)))


def test_each_merge_adds_what_it_changed(note):
    merged(note, NIGHTS[0], 900, None)
    merged(note, NIGHTS[1], 700, 300)
    merged(note, NIGHTS[2], 700, 300)

    assert kept(note, NIGHTS[0]) == (2, 1000, 900)
    assert kept(note, NIGHTS[1]) == (2, 1000, 1000)
    assert kept(note) == (2, 1000, 1000)
    assert steps.differences() == []
    with scope(Hat.NIGHT):
        assert not NoteDayStep.objects.filter(moment=NIGHTS[2]).exists()


@as_owner
def test_what_is_written_past_the_merge_is_added_too(note):
    make_note_day(note, DAY, fee_fen=100, gmv_15_fen=50)
    make_note_day(note, DAY + timedelta(days=1), fee_fen=100, gmv_15_fen=50)
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE campaigns_noteday SET fee_fen = 70 WHERE day = %s", [DAY])
        cursor.execute("DELETE FROM campaigns_noteday WHERE day > %s", [DAY])

    assert kept(note, starts_at(DAY + timedelta(days=9))) == (1, 70, 50)
    assert steps.differences() == []


def test_a_merge_that_is_undone_leaves_no_step(note):
    with transaction.atomic():
        merged(note, NIGHTS[0], 900)
        transaction.set_rollback(True)

    with scope(Hat.NIGHT):
        assert not NoteDayStep.objects.exists()


@as_owner
@pytest.mark.parametrize("wrong", ["SET fee_fen = 1", "SET order_15 = NULL", "SET day = day - 1"])
def test_a_sum_that_is_wrong_is_found_and_made_anew(note, capsys, wrong):
    merged(note, NIGHTS[0], 900)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"UPDATE campaigns_notedaystep {wrong}")

    with pytest.raises(CommandError, match="differ"):
        call_command("sums")
    call_command("sums", rebuild=True)

    assert "Every sum is what the rows say." in capsys.readouterr().out
    assert kept(note) == (1, 500, 900)


@as_owner
def test_a_lost_step_is_found(note):
    merged(note, NIGHTS[0], 900)
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_notedaystep")

    assert steps.differences() == [(note.brand_id, DAY)]


@pytest.mark.parametrize("hat", Hat)
def test_nobody_writes_a_step_by_hand(note, hat):
    merged(note, NIGHTS[0], 900)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        scope(hat, brand=note.brand_id),
    ):
        NoteDayStep.objects.update(fee_fen=1)


def test_another_brands_steps_are_not_seen(note):
    merged(note, NIGHTS[0], 900)

    with scope(Hat.WEB, brand=make_brand("other").pk):
        assert not NoteDayStep.objects.exists()


def test_every_sum_of_the_direct_line_is_kept():
    """A metric that is added to the registry needs its column in the steps."""
    columns = {
        metric.column_for(window) for metric in SUMS[Line.DIRECT] for window in Line.DIRECT.windows
    }

    assert columns == set(steps.SUMMED)
