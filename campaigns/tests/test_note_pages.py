from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.models import CampaignNote, Note, NoteFound, SyncWindow
from campaigns.reports import note_list
from campaigns.reports.base import PageContext
from campaigns.tests.factories import make_link, make_note_day, note_id_of, note_of
from campaigns.tests.plans import bind, join, make_campaign, make_rule, make_star_task, named_note
from campaigns.tests.test_link_pages import FILLED
from campaigns.tests.test_note_list import card
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store
from portal.lib.scope import Hat, scope

NOTES = "/b/shancha/notes/"
ENGLISH = {"Accept-Language": "en"}
NEW = "a" * 24


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def page_of(client, note) -> str:
    return client.get(f"{NOTES}{note.pk}/", headers=ENGLISH).text


def add(client, store, **fields):
    return client.post(f"{NOTES}add/", {"store": store.pk} | fields, headers=ENGLISH)


def notes() -> list[Note]:
    with scope(Hat.ADMIN):
        return list(Note.objects.order_by("pk"))


def test_a_pasted_note_is_kept_without_a_word_on_what_it_is(store, marketer):
    answer = add(marketer, store, text=f"https://www.xiaohongshu.com/explore/{NEW}?xsec_token=x")

    (note,) = notes()
    assert (note.note_id, note.found_by, note.source) == (NEW, NoteFound.PASTED, None)
    assert "1 is new to the brand and not confirmed" in answer.text


def test_a_note_that_the_brand_has_is_not_kept_again(store, marketer):
    note_of(store, 1)
    add(marketer, store, text=note_id_of(1))
    add(marketer, store, text=note_id_of(1))

    assert len(notes()) == 1


def test_notes_of_a_sheet_join_the_campaign_that_was_chosen(store, marketer):
    campaign = make_campaign(store)
    sheet = SimpleUploadedFile("n.csv", f"笔记ID,达人\r\n{NEW},林\r\n,周".encode("gb18030"))

    answer = add(marketer, store, sheet=sheet, campaign=campaign.pk)

    with scope(Hat.ADMIN):
        row = CampaignNote.objects.select_related("note").get()
    assert (row.note.note_id, row.joined_by, row.note.found_by) == (NEW, "sheet", "sheet")
    assert "What could not be read" in answer.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "http://xhslink.com/a/Ab1"}, "A short link doesn&#x27;t name its note"),
        ({"text": ""}, "No note was found in it."),
        ({"sheet": SimpleUploadedFile("n.exe", b"MZ\0")}, "neither a CSV nor an XLSX"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_kept(store, marketer, fields, said):
    answer = add(marketer, store, **fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert notes() == []


def test_an_unconfirmed_note_takes_no_link_and_its_page_says_why(store, marketer):
    note = named_note(store)

    assert "Juguang does not list this note" in page_of(marketer, note)
    refusal = marketer.post(f"{NOTES}{note.pk}/link/", FILLED, headers=ENGLISH)
    assert refusal.status_code == 422
    assert "Juguang does not list this note" in refusal.text
    assert "carry a link yet" in marketer.get(NOTES, headers=ENGLISH).text


def test_a_named_note_is_filled_in_once_juguang_lists_it(brand, store):
    note = named_note(store, "0" * 24)
    campaign = make_campaign(store)
    make_rule(campaign, "林一")
    join(make_campaign(store, "另一场"), note)
    connection, day = make_connection(store), date(2025, 6, 22)
    own = {"brand": brand, "store": store, "connection": connection}
    window = SyncWindow(**own, report="x", day=day, owed_on=day)

    with scope(Hat.NIGHT):
        note_list.keep(PageContext(window, 1, datetime(2025, 6, 23, tzinfo=UTC)), [card()])

    (found,) = notes()
    assert (found.pk, found.title, found.source) == (note.pk, "笔记", 1)
    assert (found.found_by, found.connection_id) == (NoteFound.JUGUANG, connection.pk)
    with scope(Hat.ADMIN):
        assert set(found.campaign_rows.values_list("joined_by", flat=True)) == {"hand", "rule"}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (1, "Can be seen"),
        (3, "Deleted by its author"),
        (10, "Ask the creator to make it public"),
        (20, "Must be bound to an SPU"),
        (77, "Code 77, meaning not known"),
        (None, "Not known"),
    ],
)
def test_the_page_says_what_the_partners_code_means(store, marketer, status, said):
    assert said in page_of(marketer, note_of(store, 1, status=status))


def test_the_page_shows_links_task_campaigns_and_ads(store, marketer):
    note = note_of(store, 1)
    ended = make_link(note, "ended")
    join(make_campaign(store), note)
    bind(make_star_task(store), note, authorisation=3)
    make_note_day(note, date(2025, 6, 17))

    page = page_of(marketer, note)

    for shown in (ended.code, "618 山茶花", "星任务 1", "Authorisation rejected", "2025-06-17"):
        assert shown in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source=2", {"合作"}),
        ("source=unconfirmed", {""}),
        ("kind=2", {"自有"}),
        ("campaign={campaign}", {"自有"}),
        ("tag=夏天", {"合作"}),
        ("campaign=99999999999999999999&kind=x", {"合作", "自有", ""}),
    ],
)
def test_notes_are_filtered_by_what_they_are_and_where_they_belong(store, marketer, query, found):
    tagged = note_of(store, 1, title="合作")
    marketer.post(f"{NOTES}{tagged.pk}/tags/", {"words": "夏天"})
    campaign = make_campaign(store)
    join(campaign, note_of(store, 2, title="自有", source=1, kind=2))
    named_note(store)

    page = marketer.get(f"{NOTES}?{query}".format(campaign=campaign.pk)).context["page"]

    assert {note.title for note in page} == found


def test_eleven_tags_are_too_many_and_what_was_typed_is_kept(store, marketer):
    note = note_of(store, 1)
    words = ",".join(f"词{n}" for n in range(11))

    answer = marketer.post(f"{NOTES}{note.pk}/tags/", {"words": words}, headers=ENGLISH)

    assert answer.status_code == 422
    assert "Ten tags at most." in answer.text
    assert words in answer.text
