import re

import pytest

from campaigns.models import LinkStatus
from campaigns.tests.factories import make_click, make_item, make_link, note_of
from campaigns.tests.plans import make_campaign, make_order, make_star_task
from campaigns.tests.test_attach import links
from merchants.tests.factories import give_second_factor, make_store, make_user
from portal.lib.scope import Hat, scope

LINKS = "/admin/campaigns/link/"


@pytest.fixture
def link(brand):
    return make_link(note_of(make_store(brand)))


@pytest.fixture
def staff(client):
    return signed_in(client, is_superuser=True)


def signed_in(client, **rights):
    user = make_user("admin@example.test", is_staff=True, **rights)
    client.force_login(user)
    give_second_factor(client, user)
    return client


def move(client, link, verb):
    return client.post(LINKS, {"action": verb, "_selected_action": [link.pk]}, follow=True)


@pytest.mark.parametrize("model", ["note", "link", "click"])
def test_staff_search_and_read_but_edit_nothing(link, staff, model):
    rows = {"note": link.note, "link": link, "click": make_click(link)}
    row = f"/admin/campaigns/{model}/{rows[model].pk}/change/"

    assert staff.get(f"/admin/campaigns/{model}/?q=zz").status_code == 200
    assert staff.get(row).status_code == 200
    assert 'name="_save"' not in staff.get(row).text
    assert staff.post(row, {}).status_code == 403
    assert staff.get(f"/admin/campaigns/{model}/add/").status_code == 403


@pytest.fixture
def plans(brand):
    store = make_store(brand)
    note = note_of(store)
    return {
        "campaign": make_campaign(store),
        "startask": make_star_task(store),
        "creatororder": make_order(note.connection, note),
        "item": make_item(store),
    }


@pytest.mark.parametrize("model", ["campaign", "startask", "creatororder", "item"])
def test_staff_read_what_brands_plan_and_edit_nothing(plans, staff, model):
    row = f"/admin/campaigns/{model}/{plans[model].pk}/change/"

    assert str(plans[model]) in staff.get(f"/admin/campaigns/{model}/").text
    assert staff.get(f"/admin/campaigns/{model}/?q=zz").status_code == 200
    assert 'name="_save"' not in staff.get(row).text
    assert staff.post(row, {}).status_code == 403
    assert staff.get(f"/admin/campaigns/{model}/add/").status_code == 403


@pytest.mark.parametrize("model", ["campaign", "startask", "creatororder", "item"])
def test_a_reviewer_is_not_shown_what_brands_plan(plans, client, model):
    reviewer = signed_in(client)
    row = f"/admin/campaigns/{model}/{plans[model].pk}/change/"

    assert reviewer.get(f"/admin/campaigns/{model}/").status_code == 403
    assert reviewer.get(row).status_code == 403


def test_staff_pause_and_resume_a_link_with_an_event_each(link, staff):
    move(staff, link, "pause")
    assert links()[0].status == LinkStatus.PAUSED
    move(staff, link, "resume")

    assert links()[0].status == LinkStatus.LIVE
    with scope(Hat.NIGHT):
        actors = [str(event.actor) for event in link.events.select_related("actor")]
    assert actors == ["admin@example.test"] * 2


def test_a_move_that_is_not_allowed_is_told(link, staff):
    with scope(Hat.NIGHT):
        link.move_to(LinkStatus.ENDED)

    response = move(staff, link, "pause")

    assert link.code in response.text
    assert links()[0].status == LinkStatus.ENDED


def test_staff_who_may_only_read_cannot_move(link, client):
    move(signed_in(client), link, "pause")

    assert links()[0].status == LinkStatus.LIVE


def test_staff_read_the_columns_of_a_link_in_chinese(link, staff):
    move(staff, link, "pause")
    read = staff.get(f"{LINKS}{link.pk}/change/", headers={"Accept-Language": "zh-CN"}).text
    assert "已上线 → 已暂停" in read
    heads = re.sub(r"\s+", " ", read)
    assert not re.search(r">\s*(Note|Brand|Store|Created by|Actor)\s*<", heads)
