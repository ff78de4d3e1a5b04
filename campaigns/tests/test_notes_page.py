import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import LinkStatus, NoteSource
from campaigns.tests.factories import make_click, make_link, note_id_of, note_of
from merchants.models import Role
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_membership,
    make_policy,
    make_store,
    make_user,
)

NOTES = "/b/shancha/notes/"
HTMX = {"HX-Request": "true"}
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def shown(client, query="") -> set[str]:
    page = client.get(NOTES + query).context["page"]
    return {note.title for note in page}


def test_a_note_shows_its_link_and_the_taps_of_people(store, viewer):
    link = make_link(note_of(store))
    make_click(link)
    make_click(link)
    make_click(link, kind="bot")
    make_click(link, went="stop_page")

    page = viewer.get(NOTES, headers=ENGLISH)

    assert f"/b/shancha/links/{link.pk}/" in page.text
    assert '<td class="num" data-l="Taps">2</td>' in page.text


def test_only_who_may_attach_is_offered_it(store, client_as):
    note = note_of(store)
    attach = f"{NOTES}{note.pk}/link/"

    assert attach in client_as(Role.MARKETER).get(NOTES).text
    assert attach not in client_as(Role.VIEWER).get(NOTES).text


def test_an_ended_link_makes_room_for_another(store, client_as):
    note = note_of(store)
    make_link(note, LinkStatus.ENDED)

    assert f"{NOTES}{note.pk}/link/" in client_as(Role.MARKETER).get(NOTES).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"防晒", "面膜", "卸妆"}),
        ("?q=防", {"防晒"}),
        ("?q=小林", {"面膜"}),
        (f"?q={note_id_of(3)}", {"卸妆"}),
        ("?q=100%25", set()),
        ("?q=%00", {"防晒", "面膜", "卸妆"}),
        ("?link=none", {"面膜", "卸妆"}),
        ("?link=live", {"防晒"}),
        ("?link=paused", set()),
        ("?link=nonsense&page=zero", {"防晒", "面膜", "卸妆"}),
        ("?page=99999999999999999999", {"防晒", "面膜", "卸妆"}),
    ],
)
def test_notes_are_searched_and_filtered(store, viewer, query, found):
    make_link(note_of(store, 1, title="防晒"))
    note_of(store, 2, title="面膜", creator="小林")
    make_link(note_of(store, 3, title="卸妆"), LinkStatus.ENDED)

    assert shown(viewer, query) == found


def test_htmx_gets_only_the_list(store, viewer):
    note_of(store)

    response = viewer.get(NOTES, headers=HTMX)

    assert response.text.strip().startswith("<section")
    assert 'id="notes"' in response.text


def test_the_list_takes_as_many_queries_for_fifty_notes_as_for_one(store, viewer):
    make_click(make_link(note_of(store, 1)))
    for_one = queries(viewer)
    for number in range(2, 60):
        make_click(make_link(note_of(store, number)))

    assert queries(viewer) == for_one
    assert len(viewer.get(NOTES).context["page"]) == 50
    assert len(viewer.get(f"{NOTES}?page=2").context["page"]) == 9


def queries(client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(NOTES).status_code == 200
    return len(captured)


def test_without_notes_the_page_says_what_to_do_next(store, viewer):
    before = viewer.get(NOTES, headers=ENGLISH).text
    make_connection(store)
    after = viewer.get(NOTES, headers=ENGLISH).text

    assert "Connect Juguang first" in before
    assert "No notes yet" in after


def test_a_filter_that_finds_nothing_says_so(store, viewer):
    note_of(store)

    assert "No note matches" in viewer.get(f"{NOTES}?q=xyz", headers=ENGLISH).text


def test_another_brands_notes_are_not_listed(store, viewer):
    note_of(make_store(make_brand("yejing", "野径")), title="别家的笔记")

    assert shown(viewer) == set()


def test_a_membership_narrowed_to_a_store_sees_its_notes_only(brand, store, client):
    note_of(store, 1, title="这家")
    note_of(make_store(brand, 2), 2, title="那家")
    user = make_user("narrow@example.test")
    make_membership(brand, user, Role.VIEWER, stores=(store,))
    client.force_login(user)

    assert shown(client) == {"这家"}


def test_a_note_that_can_carry_no_link_says_why_instead_of_offering_one(store, client_as):
    private = note_of(store, 1, status=10)
    deleted = note_of(store, 2, status=3)
    penalised = note_of(store, 3, status=6)
    seen = note_of(store, 4, status=1)

    page = client_as(Role.MARKETER).get(NOTES, headers=ENGLISH).text

    for note in (private, deleted, penalised):
        assert f"{NOTES}{note.pk}/link/" not in page
    assert f"{NOTES}{seen.pk}/link/" in page
    assert "Only its author can see it" in page
    assert "Deleted by its author" in page
    assert "Anti-cheat penalty, level 3" in page


def test_a_note_that_the_policy_rules_out_says_so(store, client_as):
    note = note_of(store, source=NoteSource.HOST)
    make_policy(note_sources=[NoteSource.OWN])

    page = client_as(Role.MARKETER).get(NOTES, headers=ENGLISH).text

    assert f"{NOTES}{note.pk}/link/" not in page
    assert "The policy rules out its source" in page


def test_the_page_of_a_private_note_offers_no_link_either(store, client_as):
    note = note_of(store, status=10)

    page = client_as(Role.MARKETER).get(f"{NOTES}{note.pk}/", headers=ENGLISH).text

    assert f"{NOTES}{note.pk}/link/" not in page
    assert "Ask its creator to make it public" in page


def test_a_broken_link_is_one_step_from_its_replacement(store, client_as):
    link = make_link(note_of(store), LinkStatus.BROKEN)
    replace = f"/b/shancha/links/{link.pk}/replace/"

    assert replace in client_as(Role.MARKETER).get(NOTES).text
    assert replace not in client_as(Role.VIEWER).get(NOTES).text
