"""A broken link leads to another item: proposed with its reasons, replaced at one click."""

import pytest

from campaigns.links import health
from campaigns.links.replace import replacements
from campaigns.models import Catalogue, Link, LinkCheck, LinkHealth, LinkStatus, Note
from campaigns.tests.conftest import consent
from campaigns.tests.factories import make_item, make_link, note_of
from campaigns.tests.factories_health import make_health
from merchants.models import LinkType, NoteOrigin, Role
from merchants.tests.factories import make_brand, make_policy, make_store
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope

OIL, GIFT, BOX, CREAM = "710500318001", "710500359274", "710500689458", "710500483093"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def store(brand, sandbox):
    sandbox.control(forget_items=True)
    store = make_store(brand, seller_id="2200657001", title="山茶官方旗舰店")
    consent(store)
    return store


@pytest.fixture
def broken(store):
    """A link whose item is off the shelf, beside two that are on sale."""
    make_item(store, num_iid=BOX, title="山茶花礼 · 修护四件套", price_fen=38_800, status="instock")
    make_item(store, num_iid=GIFT, title="山茶花修护精华油 礼盒装", price_fen=35_800)
    make_item(store, num_iid=CREAM, title="温和卸妆膏", price_fen=16_800)
    link = make_link(note_of(store), item_id=BOX, item_title="山茶花礼 · 修护四件套")
    health.check_store(store.pk)
    return link


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def replace(client, link, item):
    url = f"/b/shancha/links/{link.pk}/replace/"
    return client.post(url, {"item": item}, headers=ENGLISH)


def stored(link):
    with scope(Hat.NIGHT):
        return Link.objects.get(pk=link.pk)


def test_the_likest_item_is_proposed_with_its_reasons(broken, marketer):
    page = marketer.get(f"/b/shancha/links/{broken.pk}/", headers=ENGLISH).text

    assert "Lead it to a similar item instead?" in page
    assert f'name="item" value="{GIFT}"' in page
    assert "of 100 points" in page
    assert "price -7.73%" in page


def test_only_items_on_sale_of_the_same_store_are_proposed(broken, brand):
    make_item(make_store(brand, 2), num_iid="710999999999", title="山茶花礼 · 修护四件套")
    make_item(make_store(make_brand("b", "乙"), 3), num_iid="710999999998", title="山茶花礼")

    with scope(Hat.WEB, brand=brand.pk):
        found = {each.item.num_iid for each in replacements(broken)}

    assert found <= {GIFT, CREAM}


def test_one_click_leads_the_link_to_the_other_item_and_on_its_way_again(broken, marketer):
    make_policy(auto_link_types=[*LinkType], auto_link_sources=[*NoteOrigin])

    response = replace(marketer, broken, GIFT)

    link = stored(broken)
    assert response["Location"] == f"/b/shancha/links/{broken.pk}/"
    assert (link.status, link.item_id, link.code) == ("approved", GIFT, broken.code)
    assert link.item_title.startswith("山茶花修护精华油 礼盒装")


def test_the_change_stands_in_the_log_and_in_the_history(broken, marketer):
    replace(marketer, broken, GIFT)

    with scope(Hat.NIGHT):
        moves = [(e.source, e.target) for e in broken.events.order_by("pk")]
        found = list(LinkCheck.objects.order_by("pk").values_list("trouble", "item_id"))
    assert moves[0] == ("live", "broken")
    assert moves[1] == ("broken", "in_review")
    assert found == [("off_shelf", BOX), ("fine", GIFT)]


def test_a_replaced_link_is_not_moved_when_the_old_item_comes_back(broken, marketer, sandbox):
    replace(marketer, broken, GIFT)
    sandbox.control(item={"num_iid": BOX, "state": "onsale"})
    health.check_store(broken.store_id)

    assert (stored(broken).status, stored(broken).item_id) == ("in_review", GIFT)
    with scope(Hat.NIGHT):
        assert LinkHealth.objects.get().trouble == "fine"


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (BOX, "leads to this item already"),
        ("710611840003", "Tmall knows no such item"),
        ("710500813277", "not on sale"),
        ("", "Pick an item first"),
        ("1 OR 1=1", "replaced"),
    ],
    ids=["the same", "another seller's", "off the shelf", "none", "no number"],
)
def test_what_cannot_be_taken_is_refused_and_the_link_stays(broken, marketer, item, words):
    response = replace(marketer, broken, item)

    assert response.status_code == 422
    assert words in response.text
    assert "The link leads where it led before" in response.text
    assert (stored(broken).status, stored(broken).item_id) == ("broken", BOX)


def test_an_item_for_nothing_is_refused(broken, marketer, sandbox):
    sandbox.control(item={"num_iid": GIFT, "price_fen": 0})

    assert "price of this item is 0" in replace(marketer, broken, GIFT).text


def test_with_tmall_away_nothing_is_replaced(broken, marketer, settings):
    settings.TOP = settings.TOP | {"gateway": "http://127.0.0.1:9/router/rest"}

    assert replace(marketer, broken, GIFT).status_code == 422
    assert stored(broken).item_id == BOX


def test_a_policy_that_forbids_the_note_forbids_the_replacement(broken, marketer):
    make_policy(note_sources=[1])

    assert "does not allow links below such notes" in replace(marketer, broken, GIFT).text


def test_an_ended_link_and_another_brands_are_not_found(broken, marketer, client_as):
    other = make_link(note_of(make_store(make_brand("xiaoman", "小满"), 5), 7))
    with scope(Hat.NIGHT):
        ended = make_link(note_of(broken.store, 9), LinkStatus.ENDED)

    assert replace(marketer, other, GIFT).status_code == 404
    assert replace(marketer, ended, GIFT).status_code == 404


def test_a_viewer_sees_the_proposal_and_no_button(broken, client_as):
    page = client_as(Role.VIEWER).get(f"/b/shancha/links/{broken.pk}/", headers=ENGLISH).text

    assert "Lead it to a similar item instead?" in page
    assert "/replace/" not in page


def test_any_other_item_is_found_by_search(broken, marketer):
    page = marketer.get(f"/b/shancha/links/{broken.pk}/replace/?q=精华油", headers=ENGLISH)

    assert f'value="{GIFT}"' in page.text


def test_an_unanswered_check_is_shown_as_unknown(brand, client_as):
    link = make_link(note_of(make_store(brand)))
    make_health(link, unanswered_since=link.created_at)

    page = client_as(Role.VIEWER).get(f"/b/shancha/links/{link.pk}/", headers=ENGLISH).text

    assert "Tmall has not answered since" in page
    assert "Last known: In order" in page


def test_broken_links_stand_among_what_needs_the_brand(broken, client_as):
    page = client_as(Role.VIEWER).get("/b/shancha/notes/", headers=ENGLISH).text

    assert "1 link leads to an item that can&#x27;t be bought" in page or (
        "1 link leads to an item that can't be bought" in page
    )
    with scope(Hat.NIGHT):
        assert Note.objects.count() == 1


def test_a_search_for_what_no_database_keeps_finds_everything(broken, marketer):
    with scope(Hat.NIGHT):
        Catalogue.objects.update(listed_at=known_now(), changed_until=known_now())
    page = marketer.get(f"/b/shancha/links/{broken.pk}/replace/?q=%00", headers=ENGLISH)

    assert page.status_code == 200
