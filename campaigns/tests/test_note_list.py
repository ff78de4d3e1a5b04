from datetime import UTC, date, datetime

import pytest

from campaigns.models import Note, SyncWindow
from campaigns.reports import note_day, note_list
from campaigns.reports.base import PageContext
from merchants.tests.factories import make_connection, make_store
from portal.lib.scope import Hat, scope
from portal.partners.juguang import NoteCard

GOOD = "0" * 24


@pytest.fixture
def context(brand):
    joined = make_connection(make_store(brand))
    day = date(2025, 6, 22)
    window = SyncWindow(
        brand=brand, store=joined.store, connection=joined, report="x", day=day, owed_on=day
    )
    return PageContext(window, 1, datetime(2025, 6, 23, tzinfo=UTC))


def card(note_id=GOOD, title="笔记", source=1, status=1):
    created_at = datetime(2025, 5, 1, tzinfo=UTC)
    return NoteCard(note_id, title, "", "林一", created_at, source, "image", status)


def test_a_note_listed_twice_on_a_page_is_kept_once(context):
    with scope(Hat.NIGHT):
        note_list.keep(context, [card(title="old"), card(title="new")])
        assert Note.objects.get().title == "new"


@pytest.mark.parametrize(
    "bad", [{"note_id": "a" * 60}, {"note_id": "G" * 24}, {"source": 2**40}, {"status": 2**40}]
)
def test_a_note_that_cannot_be_believed_is_refused_and_the_others_are_kept(context, bad):
    with scope(Hat.NIGHT):
        kept = note_list.keep(context, [card(), card(**{"note_id": "1" * 24, **bad})])
        assert Note.objects.get().note_id == GOOD
    assert len(kept.refused) == 1


def test_the_keys_of_a_page_can_be_stored_whatever_the_partner_sends():
    bad, worse = note_day.keys([{"note_id": "a\x00b\ud800"}, {"note_id": "a\x00b"}])

    assert (len(bad), bad.isalnum()) == (24, True)
    assert bad != worse
