"""Share links: one question, read without an account, until it expires or is taken back."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from campaigns import tasks
from campaigns.models import SavedView, ShareLink
from campaigns.tests.factories import make_note, make_note_day, make_saved_view, make_share_link
from campaigns.tests.plans import make_campaign
from campaigns.tests.reading import figures_on
from merchants.models import AccessEvent, AccessKind, Membership, Role
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_grant,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 18)
ENGLISH = {"Accept-Language": "en"}
PASSWORD = "correct horse"


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def note(store):
    note = make_note(make_connection(store), creator="小满")
    make_note_day(note, DAY, fee_fen=700)
    return note


@pytest.fixture
def sharer(brand):
    return make_membership(brand, make_user("sharer@example.test", name="分享人"), Role.MARKETER)


@pytest.fixture
def anybody():
    return Client(headers=ENGLISH)


def shared(brand, sharer, **fields):
    """Return the link and where it leads."""
    link, token = make_share_link(brand, sharer.user, **fields)
    return link, f"/s/{token}/"


def now_of(link):
    with scope(Hat.ADMIN):
        return ShareLink.objects.get(pk=link.pk)


def change(membership, **fields):
    with scope(Hat.WEB, brand=membership.brand_id):
        Membership.objects.filter(pk=membership.pk).update(**fields)


def test_whoever_has_the_link_reads_the_figures_without_an_account(brand, sharer, note, anybody):
    _link, url = shared(brand, sharer)

    page = anybody.get(url)

    assert figures_on(page.text)["spend", "total"] == "700"
    assert note.title in page.text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Cache-Control"] == "no-store"


def test_the_page_leads_nowhere_and_names_no_key_of_ours(brand, sharer, note, anybody):
    _link, url = shared(brand, sharer)

    text = anybody.get(url).text

    assert f"/b/{brand.slug}" not in text
    assert note.note_id not in text
    assert re.findall(r'<a [^>]*href="([^"]*)"', text) == []


@pytest.mark.parametrize("group", ["creator", "campaign", "item", "day"])
def test_groups_are_shared_as_they_were_saved(brand, sharer, note, anybody, group):
    _link, url = shared(brand, sharer, asked={"latest": "30", "group": group})

    text = anybody.get(url).text

    assert figures_on(text)["spend", "row:0"] == "700"
    assert f"{group}:" not in text.replace("day:2025", "").split('id="rows"')[1]


def test_a_star_tasks_question_is_shared_too(brand, sharer, store, anybody):
    _link, url = shared(brand, sharer, line="star")

    assert "No star task has figures in these days" in anybody.get(url).text


def test_openings_are_counted(brand, sharer, note, anybody):
    link, url = shared(brand, sharer)

    anybody.get(url)
    anybody.get(url)

    assert now_of(link).opened == 2
    assert now_of(link).opened_at is not None


def test_a_password_is_asked_for_once_and_kept_as_a_hash(brand, sharer, note, anybody):
    link, url = shared(brand, sharer, password=PASSWORD)

    assert ("spend", "total") not in figures_on(anybody.get(url).text)
    assert anybody.post(url, {"password": PASSWORD})["Location"] == url
    assert figures_on(anybody.get(url).text)["spend", "total"] == "700"
    assert PASSWORD not in now_of(link).password
    assert Client().get(url).text.count('type="password"') == 1


def test_of_one_link_the_password_opens_no_other(brand, sharer, note, anybody):
    _first, one = shared(brand, sharer, password=PASSWORD)
    _second, other = shared(brand, sharer, password=PASSWORD)

    anybody.post(one, {"password": PASSWORD})

    assert ("spend", "total") not in figures_on(anybody.get(other).text)


def closed_by_revoking(link, sharer):
    with scope(Hat.WEB, brand=link.brand_id):
        link.revoke()


def closed_by_time(link, sharer):
    with scope(Hat.WEB, brand=link.brand_id):
        ShareLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())


def closed_by_suspension(link, sharer):
    change(sharer, suspended_at=timezone.now())


def closed_by_a_lesser_role(link, sharer):
    change(sharer, role=Role.VIEWER)


def closed_by_leaving(link, sharer):
    with scope(Hat.WEB, brand=link.brand_id):
        Membership.objects.get(pk=sharer.pk).delete()


def closed_by_coming_again(link, sharer):
    change(sharer, joined_at=link.made_at + timedelta(seconds=1))


@pytest.mark.parametrize(
    "close",
    [
        closed_by_revoking,
        closed_by_time,
        closed_by_suspension,
        closed_by_a_lesser_role,
        closed_by_leaving,
        closed_by_coming_again,
    ],
)
def test_whatever_closes_a_link_is_answered_as_if_there_were_none(
    brand, sharer, note, anybody, close
):
    link, url = shared(brand, sharer)
    assert anybody.get(url).status_code == 200

    close(link, sharer)

    assert alike(anybody.get(url)) == alike(anybody.get("/s/nothing/"))


def test_a_wrong_password_is_answered_alike(brand, sharer, note, anybody):
    _link, url = shared(brand, sharer, password=PASSWORD)

    assert alike(anybody.post(url, {"password": "wrong"})) == alike(anybody.get("/s/nothing/"))


def alike(answer):
    """Return what the answer tells, but for the address that was asked."""
    return answer.status_code, answer.text.replace(answer.wsgi_request.path, "/s/…/")


def test_after_ten_tries_not_even_the_right_password_opens_for_an_hour(
    brand, sharer, note, anybody
):
    _link, url = shared(brand, sharer, password=PASSWORD)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _n in range(10):
            anybody.post(url, {"password": "wrong"})
        assert anybody.post(url, {"password": PASSWORD}).status_code == 404

        clock.shift(timedelta(hours=1))
        assert anybody.post(url, {"password": PASSWORD}).status_code == 302


def test_it_shows_no_more_than_the_sharer_may_see_now(client, brand, sharer, note, anybody):
    other = make_note(make_connection(make_store(brand, 2), subject="2"), 2)
    make_note_day(other, DAY, fee_fen=50)
    _link, url = shared(brand, sharer)
    assert figures_on(anybody.get(url).text)["spend", "total"] == "750"

    with scope(Hat.WEB, brand=brand.pk):
        sharer.stores.add(note.store, through_defaults={"brand_id": brand.pk})

    assert figures_on(anybody.get(url).text)["spend", "total"] == "700"


def test_a_question_whose_filter_is_gone_closes_instead_of_showing_more(
    brand, sharer, note, store, anybody
):
    campaign = make_campaign(store)
    _link, url = shared(brand, sharer, asked={"campaign": str(campaign.pk + 1)})

    assert anybody.get(url).status_code == 404


def test_a_marketer_shares_a_saved_view_and_reads_its_link_once(client_as, brand, note, anybody):
    marketer = client_as(Role.MARKETER)
    view = make_saved_view(brand, make_user("x@example.test"), is_shared=True)

    page = marketer.post(f"/b/shancha/results/views/{view.pk}/share/", {"days": 90}).text
    url = re.search(r"http://testserver(/s/[\w-]+/)", page)[1]

    assert figures_on(anybody.get(url).text)["spend", "total"] == "700"
    assert url not in marketer.get("/b/shancha/settings/shares/").text


@pytest.mark.parametrize(
    "asked", [{"days": 91}, {"days": 0}, {}, {"days": 14, "password": "short"}], ids=str
)
def test_what_cannot_be_promised_is_refused(client_as, brand, asked):
    view = make_saved_view(brand, make_user("x@example.test"), is_shared=True)

    answer = client_as(Role.MARKETER).post(f"/b/shancha/results/views/{view.pk}/share/", asked)

    assert answer.status_code == 422
    with scope(Hat.ADMIN):
        assert not ShareLink.objects.exists()


def test_an_agencys_person_saves_views_and_shares_none(client, brand, store):
    agency, user = make_brand("agency", "代运营"), make_user("agent@example.test")
    make_membership(agency, user, Role.OWNER)
    make_grant(brand, agency, (store,), Role.MARKETER)
    client.force_login(user)

    client.post("/b/shancha/results/views/new/direct/", {"name": "周报"})
    with scope(Hat.ADMIN):
        view = SavedView.objects.get()

    assert "/share/" not in client.get("/b/shancha/results/views/").text
    url = f"/b/shancha/results/views/{view.pk}/share/"
    assert client.post(url, {"days": 14}).status_code == 403


def test_an_owner_takes_back_anybodys_link(client_as, brand, sharer, note, anybody):
    link, url = shared(brand, sharer)

    client_as(Role.OWNER).post(f"/b/shancha/settings/shares/{link.pk}/revoke/")

    assert anybody.get(url).status_code == 404


def test_a_narrowed_marketer_lists_their_own_links_alone(client, brand, sharer, store):
    user = make_user("narrowed@example.test")
    make_membership(brand, user, Role.MARKETER, stores=(store,))
    client.force_login(user)
    shared(brand, sharer, name="别人的")
    make_share_link(brand, user, name="我的")

    page = client.get("/b/shancha/settings/shares/").text

    assert ("别人的" in page, "我的" in page) == (False, True)


def openings(brand):
    with scope(Hat.ADMIN):
        rows = AccessEvent.objects.filter(brand=brand, kind=AccessKind.SHARED)
        return list(rows.order_by("pk"))


def test_who_opens_a_link_stands_in_the_audit_once_an_hour_and_as_nobody(
    brand, note, sharer, anybody, client_as
):
    link, address = shared(brand, sharer)
    for _ in range(3):
        assert anybody.get(address).status_code == 200

    assert [(each.what, each.actor) for each in openings(brand)] == [(f"分享 · {link.pk}", None)]
    assert now_of(link).opened == 3
    page = client_as(Role.OWNER).get("/b/shancha/settings/audit/access/", headers=ENGLISH).text
    assert f"opened the share link 分享 · {link.pk}" in page
    assert "Someone who has the link" in page


def test_another_address_is_another_row(brand, note, sharer, anybody):
    _link, address = shared(brand, sharer)
    anybody.get(address, REMOTE_ADDR="192.0.2.1")
    anybody.get(address, REMOTE_ADDR="192.0.2.2")

    assert len({each.ip for each in openings(brand)}) == 2


def test_a_link_that_opens_nothing_leaves_no_row(brand, note, sharer, anybody):
    _link, address = shared(brand, sharer, password=PASSWORD)
    anybody.get(address)
    anybody.get("/s/nothing/")

    assert openings(brand) == []


def test_a_link_is_forgotten_ninety_days_after_it_expired(brand, note, sharer):
    now = timezone.now()
    old, _address = shared(brand, sharer, expires_at=now - timedelta(days=90, seconds=9))
    young, _address = shared(brand, sharer, expires_at=now - timedelta(days=89, hours=23))

    tasks.purge_results()
    tasks.purge_results()

    with scope(Hat.ADMIN):
        kept = set(ShareLink.objects.values_list("pk", flat=True))
    assert young.pk in kept
    assert old.pk not in kept
