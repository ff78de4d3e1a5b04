import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Link, LinkStatus
from campaigns.tests.factories import make_click, make_link, note_of
from campaigns.tests.test_attach import CREAM, NOT_OURS, change, links
from merchants.models import Role, Store
from merchants.tests.factories import make_brand, make_participation, make_store
from portal.lib.scope import Hat, scope
from portal.tests.hostile_urls import HOSTILE

HTMX = {"HX-Request": "true"}
ENGLISH = {"Accept-Language": "en"}
FILLED = {"item": CREAM, "text": "buy_the_same", "is_marked_as_ad": "on"}


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def attach_url(note) -> str:
    return f"/b/shancha/notes/{note.pk}/link/"


def link_url(link, verb="") -> str:
    return f"/b/shancha/links/{link.pk}/{verb}"


def post(client, note, fields, **headers):
    return client.post(attach_url(note), fields, headers=ENGLISH | headers)


def test_a_marketer_attaches_an_item_picked_from_the_shelf(note, marketer):
    assert f'value="{CREAM}"' in marketer.get(attach_url(note)).text

    response = post(marketer, note, FILLED)

    (link,) = links()
    assert response["Location"] == link_url(link)
    assert (link.status, link.item_id, link.text) == ("in_review", CREAM, "buy_the_same")


def test_a_pasted_address_goes_before_the_picked_item(note, marketer):
    pasted = f"https://detail.tmall.com/item.htm?spm=a1.b2&id={CREAM}"

    post(marketer, note, FILLED | {"item": "710500318001", "address": pasted})

    assert links()[0].item_id == CREAM


def test_a_refusal_keeps_what_was_filled_in(note, marketer):
    response = post(marketer, note, {"address": NOT_OURS, "text": "learn_more", "q": "洁面"})

    assert response.status_code == 422
    assert "Mark the note 广告 first" in response.text
    assert f'value="{NOT_OURS}"' in response.text
    assert 'value="learn_more" checked' in response.text
    assert links() == []


def test_a_wrong_address_is_told_at_the_top_too(note, marketer):
    response = post(marketer, note, FILLED | {"address": "https://example.com/x"})
    assert "The link was not attached. What you filled in is kept." in response.text


def test_with_tmall_away_an_address_can_still_be_pasted(note, marketer, settings):
    settings.TOP = settings.TOP | {"gateway": "http://127.0.0.1:9/router/rest"}

    page = marketer.get(attach_url(note), headers=ENGLISH)

    assert page.status_code == 200
    assert "does not answer" in page.text
    assert 'name="address"' in page.text
    assert post(marketer, note, FILLED).status_code == 422


@pytest.mark.parametrize("address", [*HOSTILE, "\u202ehttps://shancha.tmall.com/", "x" * 9999])
def test_no_hostile_address_is_attached(brand, client_as, address):
    note = note_of(make_store(brand))

    response = post(client_as(Role.OWNER), note, FILLED | {"address": address, "item": ""})

    assert response.status_code == 422
    assert links() == []


def test_the_shelf_is_searched_by_words_in_the_title(note, marketer):
    response = post(marketer, note, {"find": "1", "q": "卸妆"}, **HTMX)

    assert response.status_code == 200
    assert response.text.strip().startswith('<div id="shelf">')
    assert response.text.count('type="radio"') == 1


def test_a_search_without_javascript_keeps_the_form_and_complains_of_nothing(note, marketer):
    response = post(marketer, note, {"find": "1", "q": "卸妆", "is_marked_as_ad": "on"})

    assert "<html" in response.text
    assert 'role="alert"' not in response.text
    assert 'name="is_marked_as_ad" checked' in response.text


def test_the_preview_rebuilds_the_addresses_and_saves_nothing(note, marketer):
    response = post(marketer, note, FILLED | {"preview": "1"}, **HTMX)

    assert response.status_code == 200
    assert f"https://detail.m.tmall.com/item.htm?id={CREAM}" in response.text
    assert f"h5Url=https%3A%2F%2Fdetail.m.tmall.com%2Fitem.htm%3Fid%3D{CREAM}" in response.text
    assert links() == []


def test_the_preview_of_a_bad_address_says_why(note, marketer):
    fields = FILLED | {"address": "https://evil.com\\@detail.tmall.com/", "preview": "1"}

    response = post(marketer, note, fields, **HTMX)

    assert response.status_code == 422
    assert 'id="preview"' in response.text
    assert "never has" in response.text


@pytest.mark.parametrize(
    ("role", "status", "domain"), [("marketer", 422, ""), ("owner", 302, "sc")]
)
def test_only_an_owner_vouches_for_the_store_address(note, client_as, role, status, domain):
    fields = FILLED | {"address": "https://sc.tmall.com/", "vouches_for_domain": "on"}

    assert post(client_as(Role(role)), note, fields).status_code == status

    with scope(Hat.NIGHT):
        assert Store.objects.get().domain == domain


def test_a_note_with_an_open_link_leads_to_it(brand, marketer):
    link = make_link(note_of(make_store(brand)))

    assert marketer.get(attach_url(link.note))["Location"] == link_url(link)


@pytest.mark.parametrize("path", ["notes/{note}/link/", "links/{link}/", "links/{link}/pause/"])
def test_another_brands_note_and_link_are_not_found(brand, client_as, path):
    link = make_link(note_of(make_store(make_brand("xiaoman", "小满"))))
    url = "/b/shancha/" + path.format(note=link.note_id, link=link.pk)

    response = client_as(Role.OWNER).post(url) if "pause" in url else client_as(Role.OWNER).get(url)

    assert response.status_code == 404


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999"])
def test_a_number_that_names_nothing_is_not_found(marketer, pk):
    assert marketer.get(f"/b/shancha/links/{pk}/").status_code == 404
    assert marketer.get(f"/b/shancha/notes/{pk}/link/").status_code == 404


def test_the_link_page_shows_where_it_leads_and_who_tapped(brand, marketer):
    link = make_link(note_of(make_store(brand)))
    make_click(link)

    page = marketer.get(link_url(link), headers=ENGLISH).text

    assert f"/j/{link.code}?click_id=__CLICK_ID__&amp;campaign_id=__CAMPAIGN_ID__" in page
    assert "tbopen://m.taobao.com/" in page
    assert '<th scope="row" class="nw">Total</th>\n<td class="num b">1</td>' in page


def test_a_link_is_paused_resumed_and_ended_with_an_event_each(brand, marketer):
    link = make_link(note_of(make_store(brand)))

    for verb, status in [("pause", "paused"), ("resume", "live"), ("end", "ended")]:
        assert marketer.post(link_url(link, f"{verb}/"))["Location"] == link_url(link)
        assert links()[0].status == status

    with scope(Hat.NIGHT):
        assert [event.target for event in link.events.order_by("pk")] == ["paused", "live", "ended"]
    assert link_url(link, "end/") not in marketer.get(link_url(link)).text


def test_a_move_that_someone_else_made_is_told(brand, marketer):
    link = make_link(note_of(make_store(brand)), LinkStatus.ENDED)

    response = marketer.post(link_url(link, "pause/"), headers=ENGLISH)

    assert response.status_code == 422
    assert "cannot become" in response.text


def test_a_viewer_sees_no_buttons(brand, client_as):
    link = make_link(note_of(make_store(brand)))

    assert "/pause/" not in client_as(Role.VIEWER).get(link_url(link)).text


def test_the_link_page_takes_as_many_queries_for_many_events_as_for_one(brand, marketer):
    link = make_link(note_of(make_store(brand)))
    make_click(link)
    for_one = queries(marketer, link)
    for verb in ["pause/", "resume/"] * 4:
        marketer.post(link_url(link, verb))
    for _ in range(9):
        make_click(link, system="android")

    assert queries(marketer, link) == for_one


def queries(client, link) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(link_url(link)).status_code == 200
    return len(captured)


def test_a_row_that_cannot_be_believed_still_has_its_page(brand, marketer):
    link = make_link(note_of(make_store(brand)))
    change(Link, item_id="000000")

    assert marketer.get(link_url(link)).status_code == 200


def test_links_of_a_restricted_store_can_still_be_changed(marketer, brand):
    store = make_store(brand)
    make_participation(store, "restricted")
    link = make_link(note_of(store))

    assert marketer.post(link_url(link, "pause/")).status_code == 302
    assert marketer.post(link_url(link, "resume/")).status_code == 302
    assert links()[0].status == LinkStatus.LIVE


def test_the_pages_of_a_suspended_stores_link_say_why_it_leads_nowhere(marketer, brand):
    store = make_store(brand)
    make_participation(store, "suspended")
    link = make_link(note_of(store))

    text = marketer.get(link_url(link), headers=ENGLISH).text
    assert "is suspended, so its links are paused" in text
    assert "Paused with its store" in marketer.get("/b/shancha/notes/", headers=ENGLISH).text


def test_whoever_opens_the_form_of_a_restricted_store_is_told_at_once(marketer, store, note):
    make_participation(store, "restricted")
    assert "no new ones can be attached" in marketer.get(attach_url(note), headers=ENGLISH).text


def test_a_note_of_a_restricted_store_offers_no_dead_end(marketer, brand):
    store = make_store(brand)
    make_participation(store, "restricted")
    note = note_of(store)

    text = marketer.get("/b/shancha/notes/", headers=ENGLISH).text
    assert "No new links at present" in text
    assert attach_url(note) not in text
