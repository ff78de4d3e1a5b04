"""Comments by the sheet, and the notes whose readers ask for a link."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Comment, CommentLink, LinkStatus
from campaigns.tests.factories import (
    make_comment,
    make_comment_link,
    make_link,
    note_id_of,
    note_of,
)
from merchants.models import Role
from merchants.tests.factories import make_brand, make_store
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope
from portal.lib.sheets import csv_file, xlsx_file

ENGLISH = {"Accept-Language": "en"}
PAGE = "/b/shancha/notes/requests/"
HEAD = ["note", "comment id", "words", "time", "writer", "kind", "item", "clicks", "orders"]


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def line(number=1, words="求链接", **cells) -> list[str]:
    row = {
        "note": note_id_of(1),
        "comment id": f"c{number}",
        "words": words,
        "time": "2025-06-18 12:30",
        "writer": "小红薯6482",
    } | cells
    return [row.get(name, "") for name in HEAD]


def upload(client, store, *lines, button="import", write=csv_file):
    file = SimpleUploadedFile("comments", write([HEAD, *lines]))
    posted = {"store": store.pk, "file": file, button: "1"}
    return client.post(PAGE + "import/", posted, headers=ENGLISH, follow=True)


def kept(model=Comment) -> list:
    with scope(Hat.NIGHT):
        return list(model.objects.order_by("pk"))


@pytest.mark.parametrize("write", [csv_file, xlsx_file])
def test_comments_are_taken_over_and_requests_found(store, marketer, write):
    note_of(store)

    page = upload(marketer, store, line(1), line(2, "好看"), write=write)

    assert [comment.asks_for_link for comment in kept()] == [True, False]
    assert "2 rows were taken over" in page.text


def test_a_check_writes_nothing(store, marketer):
    note_of(store)

    page = upload(marketer, store, line(1), button="check")

    assert "New: 1. Changed: 0. Here already: 0. Refused: 0." in page.text
    assert "nothing was written" in page.text
    assert kept() == []


def test_who_wrote_it_is_kept_as_a_keyed_hash_and_shown_nowhere(store, marketer, brand):
    note = note_of(store)
    upload(marketer, store, line(1), line(2))
    elsewhere = make_store(make_brand("other", "别家"))

    first, second = kept()

    assert first.writer_hash == second.writer_hash
    assert "6482" not in first.writer_hash + first.words
    assert elsewhere.brand_id != brand.pk
    assert "6482" not in marketer.get(f"/b/shancha/notes/{note.pk}/requests/").text


def test_a_sheet_that_overlaps_writes_only_what_is_new_or_changed(store, marketer):
    note_of(store)
    upload(marketer, store, line(1), line(2))

    page = upload(marketer, store, line(1), line(2, "好看"), line(3), button="check")
    upload(marketer, store, line(1), line(2, "好看"), line(3))

    assert "New: 1. Changed: 1. Here already: 1." in page.text
    assert [(each.comment_id, each.asks_for_link) for each in kept()] == [
        ("c1", True),
        ("c2", False),
        ("c3", True),
    ]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"note": "x"}, "Enter a note&#x27;s id"),
        ({"note": note_id_of(9)}, "The store has no such note."),
        ({"comment id": ""}, "id is missing"),
        ({"words": " "}, "has no words"),
        ({"time": "gestern"}, "must be like 2025-06-18 12:30"),
        ({"time": "2099-01-01"}, "in the future"),
        ({"kind": "comment link", "clicks": "-1"}, "must be whole numbers"),
    ],
)
def test_a_row_is_refused_with_its_number_and_reason_and_the_others_go(
    store, marketer, cells, reason
):
    note_of(store)

    page = upload(marketer, store, line(1, **cells), line(2))

    assert "Row 2: " in page.text
    assert reason in page.text
    assert [each.comment_id for each in kept()] == ["c2"]


def test_a_comment_link_is_its_own_kind(store, marketer):
    note_of(store)
    cells = {"kind": "评论区蓝链", "item": "护手霜", "clicks": "1,204", "orders": ""}

    page = upload(marketer, store, line(1, **cells))

    (link,) = kept(CommentLink)
    assert (link.item_title, link.clicks, link.orders) == ("护手霜", 1204, None)
    assert kept() == []
    assert "1,204" in page.text
    assert "The sheet does not say." in page.text


def test_a_note_of_another_store_is_refused(store, brand, marketer):
    note_of(make_store(brand, 2))
    upload(marketer, store, line(1))
    assert kept() == []


def test_notes_without_a_live_link_come_first(store, marketer):
    linked, paused, free = (note_of(store, n, title=f"note {n}") for n in (1, 2, 3))
    make_link(linked, created_at=known_now() - timedelta(days=5))
    make_link(paused, LinkStatus.PAUSED)
    for number in range(3):
        make_comment(linked, number)
    make_comment(paused, 10)
    make_comment(free, 20)
    make_comment(free, 21)

    page = marketer.get(PAGE).text

    assert page.index("note 3") < page.index("note 2") < page.index("note 1")


def test_requests_before_the_link_are_counted_apart_from_those_since(store):
    note = note_of(store)
    make_link(note, created_at=known_now() - timedelta(days=2))
    make_comment(note, 1, written_at=known_now() - timedelta(days=3))
    make_comment(note, 2, written_at=known_now() - timedelta(days=1))

    with scope(Hat.NIGHT):
        (row,) = Comment.objects.by_note()

    assert (row["unanswered"], row["since_link"], row["asked"]) == (0, 1, 2)


def test_one_click_starts_a_link_for_the_note(store, marketer):
    note = note_of(store)
    make_comment(note)
    assert f'href="/b/shancha/notes/{note.pk}/link/"' in marketer.get(PAGE).text


def test_a_note_whose_link_is_paused_leads_to_that_link(store, marketer):
    note = note_of(store)
    link = make_link(note, LinkStatus.PAUSED)
    make_comment(note)

    page = marketer.get(PAGE).text

    assert f'href="/b/shancha/links/{link.pk}/"' in page
    assert f"/notes/{note.pk}/link/" not in page


def test_the_words_that_ask_are_marked_and_the_rest_is_plain(store, marketer):
    note = note_of(store)
    make_comment(note, words="<b>美</b>，求链接")
    make_comment(note, 2, words="好看", asks_for_link=False)

    page = marketer.get(f"/b/shancha/notes/{note.pk}/requests/").text

    assert "&lt;b&gt;美&lt;/b&gt;，<mark>求链接</mark>" in page
    assert "好看" not in page


def test_a_page_of_ten_notes_costs_the_queries_of_one(store, marketer):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            marketer.get(PAGE)
        return len(captured)

    def ask(number: int) -> None:
        note = note_of(store, number)
        make_comment(note, number)
        make_comment_link(note, number)

    ask(1)
    for_one = queries()
    for number in range(2, 11):
        ask(number)

    assert queries() == for_one


def test_the_template_can_be_uploaded(store, marketer):
    template = marketer.get(PAGE + "template.xlsx").content
    posted = {"store": store.pk, "file": SimpleUploadedFile("t.xlsx", template)}

    page = marketer.post(PAGE + "import/", posted, headers=ENGLISH)

    assert "The store has no such note." in page.text


def test_a_viewer_reads_and_uploads_nothing(client_as, store):
    page = client_as(Role.VIEWER).get(PAGE, headers=ENGLISH)
    assert "Marketers and owners upload comments" in page.text
    assert 'type="file"' not in page.text


def test_how_to_reach_a_writer_is_not_kept(store, marketer):
    note_of(store)

    upload(marketer, store, line(words="求链接，电话 138 0013-8000 或 xhs.me+1@example.test 谢谢"))

    assert kept()[0].words == "求链接，电话 *** 或 *** 谢谢"
