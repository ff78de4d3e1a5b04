import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, CampaignNote, Link, NoteTag
from campaigns.notes import services
from campaigns.tests.factories import make_click, make_link, note_of
from campaigns.tests.plans import join, make_campaign, make_rule, tag
from merchants.models import Role
from merchants.tests.factories import make_membership, make_store, make_user
from portal.lib.scope import Hat, scope

CAMPAIGNS = "/b/shancha/campaigns/"
ENGLISH = {"Accept-Language": "en"}
FILLED = {
    "name": "双11 蓄水",
    "goal": "orders",
    "starts_on": "2025-10-09",
    "ends_on": "2025-11-11",
    "budget": "120,000",
    "decision_days": "29",
    "expected_notes": "12",
}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def url_of(campaign, verb="") -> str:
    return f"{CAMPAIGNS}{campaign.pk}/{verb}"


def joined(campaign) -> set[str]:
    with scope(Hat.WEB, brand=campaign.brand_id):
        rows = campaign.note_rows.present().select_related("note")
        return {row.note.title for row in rows}


def ask_rules(brand) -> None:
    with scope(Hat.WEB, brand=brand.pk):
        services.apply_rules(brand.pk)


def test_a_marketer_plans_a_campaign_with_its_phases(store, marketer):
    days = {"build_up_from": "2025-10-09", "build_up_to": "2025-10-19"}

    answer = marketer.post(f"{CAMPAIGNS}new/", FILLED | days | {"stores": store.pk})

    with scope(Hat.ADMIN):
        campaign = Campaign.objects.get()
        assert [phase.phase for phase in campaign.phases.all()] == ["build_up"]
        assert [row.store_id for row in campaign.store_rows.all()] == [store.pk]
    assert answer["Location"] == url_of(campaign)
    assert (campaign.budget_fen, campaign.expected_notes) == (12_000_000, 12)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ends_on": "2025-10-01"}, "The last day is before the first."),
        ({"budget": "plenty"}, "Write an amount in yuan"),
        ({"decision_days": "0"}, "From 1 to 365 days."),
        ({"stores": []}, "Choose at least one store."),
        ({"test_from": "2025-10-10"}, "Give both days"),
        ({"test_from": "2025-10-01", "test_to": "2025-10-10"}, "outside the campaign"),
        (
            {"test_from": "2025-10-09", "test_to": "2025-10-12"}
            | {"burst_from": "2025-10-12", "burst_to": "2025-10-20"},
            "before the phase above has ended",
        ),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_the_rest_is_kept(store, marketer, wrong, said):
    fields = FILLED | {"stores": store.pk} | wrong

    answer = marketer.post(f"{CAMPAIGNS}new/", fields, headers=ENGLISH)

    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="双11 蓄水"' in answer.text


def test_two_campaigns_of_a_brand_have_two_names(store, marketer):
    make_campaign(store, FILLED["name"])

    answer = marketer.post(f"{CAMPAIGNS}new/", FILLED | {"stores": store.pk}, headers=ENGLISH)

    assert "Another campaign of the brand has this name." in answer.text


def test_a_new_campaign_is_offered_the_decision_cycle_of_its_category(store, marketer):
    assert 'name="decision_days" value="29"' in marketer.get(f"{CAMPAIGNS}new/").text


@pytest.mark.parametrize(
    ("kind", "value"), [("creator", "林小鹿"), ("tag", "干皮"), ("ad_campaign", "77001")]
)
def test_notes_join_by_a_rule_and_keep_why(store, marketer, kind, value):
    campaign = make_campaign(store)
    note = note_of(store, 1, title="进", creator="林小鹿")
    note_of(store, 2, title="不进", creator="周野")
    tag(note, "干皮")
    make_click(make_link(note), ad_campaign_id="77001")

    marketer.post(url_of(campaign, "rules/"), {"kind": kind, "value": value})

    assert joined(campaign) == {"进"}
    with scope(Hat.ADMIN):
        row = CampaignNote.objects.select_related("rule").get()
    assert (row.joined_by, row.rule.kind) == ("rule", kind)


def test_a_rule_reaches_only_the_campaigns_stores(brand, store, marketer):
    campaign = make_campaign(store)
    note_of(make_store(brand, 2), 1, creator="林小鹿")

    marketer.post(url_of(campaign, "rules/"), {"kind": "creator", "value": "林小鹿"})

    assert joined(campaign) == set()


def test_taking_a_note_out_by_hand_wins_over_a_rule(brand, store, marketer):
    campaign = make_campaign(store)
    note = note_of(store, 1)
    make_rule(campaign, note.creator)
    ask_rules(brand)

    marketer.post(url_of(campaign, "take-out/"), {"note": note.pk})
    ask_rules(brand)

    assert joined(campaign) == set()
    assert "taken out by hand" in marketer.get(url_of(campaign), headers=ENGLISH).text


def test_a_note_taken_out_comes_back_when_a_person_adds_it(store, marketer):
    campaign = make_campaign(store)
    note = note_of(store, 1)
    join(campaign, note)
    marketer.post(url_of(campaign, "take-out/"), {"note": note.pk})

    marketer.post("/b/shancha/notes/join/", {"campaign": campaign.pk, "note": note.pk})

    assert joined(campaign) == {note.title}


def test_without_its_rule_a_note_leaves_and_one_added_by_hand_stays(brand, store, marketer):
    campaign = make_campaign(store)
    by_hand = note_of(store, 1, title="手动")
    note_of(store, 2, title="规则")
    join(campaign, by_hand)
    rule = make_rule(campaign, by_hand.creator)
    ask_rules(brand)
    assert joined(campaign) == {"手动", "规则"}

    marketer.post(url_of(campaign, f"rules/{rule.pk}/remove/"))

    assert joined(campaign) == {"手动"}


def test_a_note_that_loses_its_tag_leaves_what_the_tag_let_it_into(brand, store, marketer):
    campaign = make_campaign(store)
    note = note_of(store, 1)
    make_rule(campaign, "干皮", "tag")

    marketer.post(f"/b/shancha/notes/{note.pk}/tags/", {"words": "干皮，夏天"})
    assert joined(campaign) == {note.title}
    marketer.post(f"/b/shancha/notes/{note.pk}/tags/", {"words": "夏天"})

    assert joined(campaign) == set()
    with scope(Hat.ADMIN):
        assert [each.word for each in NoteTag.objects.all()] == ["夏天"]


def test_asking_the_rules_twice_joins_no_note_twice(brand, store):
    campaign = make_campaign(store)
    make_rule(campaign, note_of(store, 1).creator)
    ask_rules(brand)
    ask_rules(brand)

    with scope(Hat.ADMIN):
        assert CampaignNote.objects.count() == 1


def test_a_store_that_is_unticked_takes_its_notes_along(brand, store, marketer):
    campaign = make_campaign(store)
    join(campaign, note_of(store, 1))
    other = make_store(brand, 2)

    marketer.post(url_of(campaign, "edit/"), FILLED | {"stores": other.pk})

    assert joined(campaign) == set()


def test_a_narrowed_marketer_cannot_drop_a_store_that_they_do_not_see(brand, store, client):
    campaign = make_campaign(store)
    join(campaign, note_of(store, 1, title="别人的"))
    other = make_store(brand, 2)
    with scope(Hat.WEB, brand=brand.pk):
        campaign.store_rows.create(brand=brand, store=other)
    user = make_user("narrow@example.test")
    make_membership(brand, user, Role.MARKETER, stores=(other,))
    client.force_login(user)

    assert client.post(url_of(campaign, "edit/"), FILLED | {"stores": other.pk}).status_code == 302

    assert joined(campaign) == {"别人的"}


@pytest.fixture
def narrowed(brand, store, client):
    """A marketer of another store of the brand; returns them with that store."""
    other = make_store(brand, 2)
    user = make_user("narrow@example.test")
    make_membership(brand, user, Role.MARKETER, stores=(other,))
    client.force_login(user)
    return client, other


def test_a_rule_of_notes_that_they_do_not_see_is_not_theirs_to_remove(brand, store, narrowed):
    client, other = narrowed
    campaign = make_campaign(store)
    with scope(Hat.WEB, brand=brand.pk):
        campaign.store_rows.create(brand=brand, store=other)
    rule = make_rule(campaign, "林小鹿")
    note_of(store, 1, title="别人的")
    ask_rules(brand)

    url = url_of(campaign, f"rules/{rule.pk}/remove/")
    page = client.post(url, headers=ENGLISH, follow=True)

    assert "Ask somebody who sees all of them." in page.text
    assert joined(campaign) == {"别人的"}


def test_the_name_of_a_campaign_that_they_do_not_see_is_taken_all_the_same(store, narrowed):
    client, other = narrowed
    make_campaign(store, FILLED["name"])

    answer = client.post(f"{CAMPAIGNS}new/", FILLED | {"stores": other.pk}, headers=ENGLISH)

    assert answer.status_code == 422
    assert "Another campaign of the brand has this name." in answer.text


def test_a_narrowed_marketer_makes_a_campaign_of_their_own_store(brand, store, client):
    user = make_user("narrow@example.test")
    make_membership(brand, user, Role.MARKETER, stores=(store,))
    client.force_login(user)

    answer = client.post(f"{CAMPAIGNS}new/", FILLED | {"stores": store.pk}, follow=True)

    assert answer.status_code == 200
    assert "双11 蓄水" in answer.text


def test_the_page_says_how_many_notes_are_missing(store, marketer):
    campaign = make_campaign(store, expected_notes=3, ends_on="2099-01-01")
    join(campaign, note_of(store, 1))

    page = marketer.get(url_of(campaign), headers=ENGLISH).text

    assert "2 of 3 expected notes are still missing." in page


@pytest.mark.parametrize("page", ["list", "detail"])
def test_the_pages_take_as_many_queries_for_ten_as_for_one(store, marketer, page):
    first = make_campaign(store)
    url = CAMPAIGNS if page == "list" else url_of(first)
    join(first, note_of(store, 1))
    make_rule(first, "甲")
    make_link(note_of(store, 50))
    for_one = queries(marketer, url)
    for number in range(2, 11):
        note = note_of(store, number)
        make_link(note)
        join(first, note)
        join(make_campaign(store, f"第{number}场"), note)
        make_rule(first, f"人{number}")

    assert queries(marketer, url) == for_one


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_without_campaigns_the_page_says_what_to_do_next(brand, client_as):
    viewer = client_as(Role.VIEWER)
    without_stores = viewer.get(CAMPAIGNS, headers=ENGLISH).text
    make_store(brand)
    with_stores = viewer.get(CAMPAIGNS, headers=ENGLISH).text

    assert "there is none yet" in without_stores
    assert "A marketer or an owner of the brand can create one." in with_stores


def test_a_campaign_shows_the_state_of_the_links_of_its_notes(store, marketer):
    campaign = make_campaign(store)
    link = make_link(note_of(store, 1))
    join(campaign, link.note)

    assert f"/b/shancha/links/{link.pk}/" in marketer.get(url_of(campaign)).text
    with scope(Hat.ADMIN):
        Link.objects.update(status="ended")
    assert f"/b/shancha/links/{link.pk}/" not in marketer.get(url_of(campaign)).text
