"""A link as its brand moves it: kept as a draft, handed in, taken back, edited."""

import pytest

from campaigns.links import services
from campaigns.models import LinkStatus
from campaigns.tests.factories import make_item, make_link, note_of
from campaigns.tests.test_attach import CREAM, links
from campaigns.tests.test_link_pages import ENGLISH, FILLED, HTMX, attach_url, link_url, post
from merchants.models import LinkType, NoteOrigin, ParticipationStatus, Role
from merchants.tests.factories import make_participation, make_policy, make_store
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope

AUTO = {"auto_link_types": [*LinkType], "auto_link_sources": [*NoteOrigin]}
MARKED = {"marked_as_ad_at": known_now()}


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


def events(link) -> list[str]:
    with scope(Hat.NIGHT):
        return [event.target for event in link.events.order_by("pk")]


def edit(client, link, **changed):
    fields = {"item": link.item_id, "text": link.text, "is_marked_as_ad": "on"}
    return client.post(link_url(link, "edit/"), fields | changed, headers=ENGLISH)


def test_a_draft_is_kept_without_the_mark_and_handed_in_with_it(note, marketer):
    post(marketer, note, {"item": CREAM, "text": "buy_the_same", "draft": "1"})
    (draft,) = links()
    assert (draft.status, draft.marked_as_ad_at, events(draft)) == ("draft", None, [])

    refused = marketer.post(link_url(draft, "hand-in/"), headers=ENGLISH)
    assert refused.status_code == 422
    assert "Mark the note 广告 first" in refused.text
    edit(marketer, draft)

    assert (links()[0].status, events(draft)) == ("in_review", ["in_review"])


def test_position_and_buying_mode_are_kept(note, marketer):
    post(marketer, note, FILLED | {"position": "both", "buying_mode": "ud"})
    assert (links()[0].position, links()[0].buying_mode) == ("both", "ud")


def test_what_waits_is_taken_back_and_handed_in_again(note, marketer):
    make_policy()
    post(marketer, note, FILLED)
    (link,) = links()

    marketer.post(link_url(link, "withdraw/"))
    assert links()[0].status == "draft"
    marketer.post(link_url(link, "hand-in/"))

    assert events(link) == ["in_review", "draft", "in_review"]


def test_an_edited_live_link_is_reviewed_anew_and_leads_nowhere(note, marketer, client):
    link = make_link(note, item_id=CREAM, direct_link_id="61800001", **MARKED)

    edit(marketer, link, text="learn_more")

    link = links()[0]
    assert (link.status, link.text, link.direct_link_id) == ("in_review", "learn_more", "61800001")
    assert client.get(f"/j/{link.code}").status_code == 200


def test_saving_without_a_change_changes_nothing(note, marketer):
    link = make_link(note, item_id=CREAM, item_title="卸妆膏", **MARKED)

    assert edit(marketer, link)["Location"] == link_url(link)
    assert (links()[0].status, events(link)) == ("live", [])


def test_an_edit_that_the_rules_refuse_leaves_the_link_live(note, marketer):
    link = make_link(note, item_id=CREAM, **MARKED)

    answer = edit(marketer, link, item="999999999999")

    assert answer.status_code == 422
    assert (links()[0].status, links()[0].item_id) == ("live", CREAM)


@pytest.mark.parametrize("status", ["live", "approved", "submitted", "paused", "rejected"])
def test_the_button_for_drafts_is_no_way_round_the_rules(note, marketer, status):
    make_policy(**AUTO)
    link = make_link(note, LinkStatus(status), item_id=CREAM, **MARKED)

    answer = edit(marketer, link, item="999999999999", draft="1")

    assert answer.status_code == 422
    assert (links()[0].status, links()[0].item_id) == (status, CREAM)


def test_a_draft_that_was_handed_in_meanwhile_is_not_saved_unjudged(note, marketer, monkeypatch):
    make_policy(**AUTO)
    link = make_link(note, LinkStatus.DRAFT, item_id=CREAM, **MARKED)
    know = services._goods_of

    def hand_in(wish, store):
        with scope(Hat.NIGHT):
            type(link).objects.filter(pk=link.pk).update(status="approved")
        return know(wish, store)

    monkeypatch.setattr(services, "_goods_of", hand_in)

    answer = edit(marketer, link, item="999999999999", draft="1")

    assert "Someone else just changed this link." in answer.text
    assert (links()[0].status, links()[0].item_id) == ("approved", CREAM)


def test_a_store_restricted_while_tmall_answers_keeps_its_link_as_it_was(
    store, note, marketer, monkeypatch
):
    link = make_link(note, item_id=CREAM, **MARKED)
    ask = services.call_top

    def restrict(*asked):
        monkeypatch.setattr(services, "call_top", ask)
        make_participation(store, ParticipationStatus.RESTRICTED)
        return ask(*asked)

    monkeypatch.setattr(services, "call_top", restrict)

    answer = edit(marketer, link, text="learn_more")

    assert (answer.status_code, links()[0].status) == (422, "live")


def test_the_policy_approves_an_edited_link_as_it_does_a_new_one(note, marketer):
    make_policy(**AUTO)
    link = make_link(note, LinkStatus.REJECTED, item_id=CREAM, rejection="link_claim", **MARKED)

    edit(marketer, link, text="learn_more")

    assert (links()[0].status, links()[0].rejection) == ("approved", "")


@pytest.mark.parametrize("status", ["submitted", "in_review", "approved", "broken", "rejected"])
def test_nobody_resumes_their_way_round_a_review(brand, marketer, status):
    link = make_link(note_of(make_store(brand)), LinkStatus(status))

    assert marketer.post(link_url(link, "resume/")).status_code == 422
    assert links()[0].status == status


@pytest.mark.parametrize(
    ("remark", "policy", "said"),
    [
        ("link_by_platform", {}, "The platform paused this link"),
        ("", {"link_types": ["store"]}, "does not allow links of this kind"),
    ],
)
def test_nobody_resumes_what_the_platform_paused_or_the_policy_forbids(
    brand, marketer, remark, policy, said
):
    make_policy(**policy)
    link = make_link(note_of(make_store(brand)))
    with scope(Hat.ADMIN):
        link.move_to(LinkStatus.PAUSED, note=remark)

    answer = marketer.post(link_url(link, "resume/"), headers=ENGLISH)

    assert (answer.status_code, links()[0].status) == (422, "paused")
    assert said in answer.text


def test_a_private_note_carries_no_link(store, marketer):
    note = note_of(store, 3, status=10)

    assert "The note is private" in post(marketer, note, FILLED).text
    assert links() == []


def test_a_barred_item_is_refused_and_can_be_contested(store, marketer):
    note = note_of(store, 3)
    make_item(store, num_iid=CREAM, title="卸妆膏 保健品")
    asked = FILLED | {"shares_health": "on"}
    preview = post(marketer, note, asked | {"preview": "1"}, **HTMX).text
    assert "a reviewer then decides" in preview


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"is_marked_as_ad": ""}, "The law asks for it"),
        ({}, "Tmall is asked for this item"),
        ({}, "One of them is missing or older"),
        ({}, "ordinary goods; nothing to ask"),
    ],
)
def test_the_preview_says_how_each_check_stands(note, marketer, fields, words):
    answer = marketer.post(
        attach_url(note), FILLED | fields | {"preview": "1"}, headers=ENGLISH | HTMX
    )

    assert words in answer.text
    assert links() == []


def test_the_page_says_that_a_deep_link_never_touches_ours(brand, marketer):
    link = make_link(note_of(make_store(brand)))
    page = marketer.get(link_url(link), headers=ENGLISH).text
    assert "never touches the short link" in page


def test_the_page_of_a_rejected_link_says_why_and_what_to_do(brand, marketer):
    link = make_link(note_of(make_store(brand)), LinkStatus.REJECTED, rejection="link_claim\n太满")

    page = marketer.get(link_url(link), headers=ENGLISH).text

    assert "claims what it may not. 太满" in page
    assert link_url(link, "hand-in/") in page
    assert link_url(link, "edit/") in page


def test_the_list_of_notes_is_narrowed_by_every_state(brand, marketer):
    store = make_store(brand)
    make_link(note_of(store, 1, title="等审"), LinkStatus.IN_REVIEW)
    make_link(note_of(store, 2, title="驳回的"), LinkStatus.REJECTED)

    page = marketer.get("/b/shancha/notes/?link=rejected").text

    assert ("驳回的" in page, "等审" in page) == (True, False)


def test_the_form_of_a_link_begins_with_its_preview(store, note, marketer):
    make_item(store, num_iid=CREAM, title="山茶花身体霜 200ml")
    link = make_link(note, item_id=CREAM, **MARKED)

    page = marketer.get(link_url(link, "edit/"), headers=ENGLISH).text

    preview = page.split('id="preview"')[1]
    assert '<span class="b">山茶花身体霜 200ml</span>' in preview
    assert f"id={CREAM}" in preview
