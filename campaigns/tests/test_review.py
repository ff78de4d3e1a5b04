"""Handing in, what the policy approves alone, and what a reviewer decides."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from campaigns.links.review import approve_link, put_forward, reject_link
from campaigns.models import Link, LinkEvent, LinkStatus
from campaigns.tests.factories import make_item, make_link, note_of
from campaigns.tests.test_admin import signed_in
from merchants import link_reasons
from merchants.models import LinkType, NoteOrigin, Notice
from merchants.services import Refused
from merchants.tests.factories import (
    make_membership,
    make_participation,
    make_policy,
    make_store,
    make_user,
)
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope

ADMIN = "/admin/campaigns/link/"
AUTO = {"auto_link_types": [*LinkType], "auto_link_sources": [*NoteOrigin]}
MARKED = {"marked_as_ad_at": known_now()}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def waiting(store) -> Link:
    return make_link(note_of(store), LinkStatus.IN_REVIEW, handed_in_at=known_now(), **MARKED)


@pytest.fixture
def reviewer():
    return make_user("reviewer@example.test")


def draft(store, number=1, **fields) -> Link:
    note = {name: fields.pop(name) for name in ("title", "source") if name in fields}
    return make_link(note_of(store, number, **note), LinkStatus.DRAFT, **MARKED | fields)


def handed_in(*links, by=None) -> list[str]:
    person = by or make_user("marketer@example.test")
    with scope(Hat.WEB, brand=links[0].brand_id, user=person.pk):
        put_forward(links, by=person)
        return [Link.objects.get(pk=link.pk).status for link in links]


def last_event(link) -> LinkEvent:
    with scope(Hat.NIGHT):
        return LinkEvent.objects.filter(link=link).select_related("actor").latest("pk")


def now(link) -> Link:
    with scope(Hat.NIGHT):
        return Link.objects.select_related("policy").get(pk=link.pk)


def test_without_a_word_in_the_policy_a_reviewer_decides_every_link(store):
    make_policy()
    assert handed_in(draft(store)) == ["in_review"]


def test_a_plain_link_is_approved_by_the_policy_and_nobody(store):
    make_policy(**AUTO)
    link = draft(store)

    assert handed_in(link) == ["approved"]

    event = last_event(link)
    with translation.override("en"):
        assert (event.actor, event.said) == (None, "Without a reviewer, by policy version 2025-06")
    assert str(now(link).policy) == "2025-06"


@pytest.mark.parametrize(
    "said", [{"auto_link_types": ["store"]}, {"auto_link_sources": [1]}, {"auto_link_types": []}]
)
def test_only_the_types_and_sources_it_names_are_approved_alone(store, said):
    make_policy(**AUTO | said)
    assert handed_in(draft(store)) == ["in_review"]


@pytest.mark.parametrize(
    "fields",
    [
        {"item_title": "褪黑素软糖 保健食品"},
        {"title": "睡前养生的三件事"},
        {"shares_health": True},
        {"item_title": "电子烟"},
    ],
    ids=["goods", "title", "declared", "barred"],
)
def test_what_needs_a_persons_judgement_is_never_approved_alone(store, fields):
    make_policy(**AUTO)
    link = draft(store, **fields)

    assert handed_in(link) == ["in_review"]
    assert now(link).questions != []


def test_the_catalogues_title_counts_before_the_links_own(store):
    make_policy(**AUTO)
    make_item(store, num_iid="739204418852", title="国食健注 褪黑素")
    assert handed_in(draft(store)) == ["in_review"]


def test_ten_links_are_handed_in_by_as_many_queries_as_one(store):
    make_policy(**AUTO)
    one, *ten = [draft(store, number) for number in range(1, 12)]
    person = make_user("marketer@example.test")

    def queries(links) -> int:
        with scope(Hat.WEB, brand=store.brand_id), CaptureQueriesContext(connection) as captured:
            put_forward(links, by=person)
        return len(captured)

    assert queries(ten) == queries([one])
    assert now(ten[9]).status == "approved"


def test_a_reviewer_approves_what_waits_and_only_once(waiting, reviewer):
    with scope(Hat.ADMIN):
        approve_link(waiting, by=reviewer)
        stale = Link.objects.select_related("note", "store").get(pk=waiting.pk)
        with pytest.raises(Refused):
            approve_link(stale, by=reviewer)

    assert (now(waiting).status, last_event(waiting).actor) == ("approved", reviewer)


def test_what_the_rules_forbid_meanwhile_no_reviewer_approves(store, waiting, reviewer):
    make_participation(store, "restricted")

    with scope(Hat.ADMIN), pytest.raises(Refused):
        approve_link(waiting, by=reviewer)

    assert now(waiting).status == "in_review"


def test_goods_that_no_link_may_sell_can_be_approved_only_against_a_guess(
    store, waiting, reviewer, settings
):
    settings.GOODS_BY_TMALL_CATEGORY = {"tobacco": ["1"]}
    make_item(store, num_iid=waiting.item_id, title="雪茄", cid="1")

    with scope(Hat.ADMIN), pytest.raises(Refused):
        approve_link(waiting, by=reviewer)


def test_a_rejection_is_told_in_the_readers_language(brand, waiting, reviewer):
    reader = make_user("reader@example.test")
    make_membership(brand, reader)

    with scope(Hat.ADMIN):
        reject_link(waiting, reasons=["link_claim"], words="“第一”", by=reviewer)
        notice = Notice.objects.get(user=reader)

    link = now(waiting)
    assert (link.status, notice.kind, notice.link) == (
        "rejected",
        "link_rejected",
        f"/b/shancha/links/{link.pk}/",
    )
    with translation.override("en"):
        assert link.rejected_because == "The note or the item claims what it may not. “第一”"
    with translation.override("zh-hans"):
        assert link.rejected_because == "笔记或商品含违规宣传用语。 “第一”"


@pytest.mark.parametrize("said", ["by the platform", "", "edited by hand"])
def test_plain_remarks_are_read_as_they_are(said):
    assert link_reasons.in_words(said) == said


def versions_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(seen_\d+)" value="(\d+)"', page))


def test_a_link_that_was_edited_since_it_was_listed_is_not_approved_with_the_others(
    waiting, client
):
    staff = signed_in(client, is_superuser=True)
    asked = {"action": "approve_all", "_selected_action": [waiting.pk]}
    page = staff.post(ADMIN, asked).text
    with scope(Hat.NIGHT):
        waiting.move_to(LinkStatus.DRAFT)
        waiting.move_to(LinkStatus.IN_REVIEW)

    staff.post(ADMIN, asked | {"confirmed": "on"} | versions_in(page))

    assert now(waiting).status == "in_review"


def test_staff_find_the_queue_and_decide_in_one_go(store, waiting, client):
    other = make_link(note_of(store, 2), LinkStatus.IN_REVIEW, handed_in_at=known_now(), **MARKED)
    staff = signed_in(client, is_superuser=True)
    chosen = [waiting.pk, other.pk]
    assert waiting.code in staff.get(f"{ADMIN}?queue=waiting").text

    asked = {"action": "approve_all", "_selected_action": chosen}
    page = staff.post(ADMIN, asked).text
    assert [now(link).status for link in (waiting, other)] == ["in_review", "in_review"]
    staff.post(ADMIN, asked | {"confirmed": "on"} | versions_in(page))

    assert [now(link).status for link in (waiting, other)] == ["approved", "approved"]


def test_staff_reject_many_with_reasons_asked_for_once(waiting, client):
    staff = signed_in(client, is_superuser=True)
    asked = {"action": "reject_all", "_selected_action": [waiting.pk]}

    assert "Not valid" not in staff.post(ADMIN, asked).text
    assert staff.post(ADMIN, asked | {"words": ""}).status_code == 422
    assert now(waiting).status == "in_review"
    staff.post(ADMIN, asked | {"words": "", "reasons": ["link_claim"]})

    assert (now(waiting).status, now(waiting).rejection) == ("rejected", "link_claim")


@pytest.mark.parametrize(
    ("step", "fields", "status"),
    [
        ("approve", {"confirmed": "on"}, "approved"),
        ("reject", {"reasons": ["link_other"], "words": "不清楚"}, "rejected"),
        ("reject", {"reasons": ["link_other"], "words": ""}, "in_review"),
    ],
)
def test_staff_decide_on_the_page_of_a_link(waiting, client, step, fields, status):
    staff = signed_in(client, is_superuser=True)
    page = staff.get(f"{ADMIN}{waiting.pk}/change/", headers={"accept-language": "en"}).text
    assert "Health and barred goods" in page
    step_url = f"{ADMIN}{waiting.pk}/{step}/"

    assert staff.get(step_url).status_code == 200
    staff.post(step_url, fields)

    assert now(waiting).status == status


@pytest.mark.parametrize(
    ("step", "fields"), [("approve", {"confirmed": "on"}), ("reject", {"reasons": ["link_claim"]})]
)
def test_nobody_decides_what_was_edited_since_they_saw_it(waiting, client, step, fields):
    staff = signed_in(client, is_superuser=True)
    step_url = f"{ADMIN}{waiting.pk}/{step}/"
    seen = staff.get(step_url).context["form"]["seen"].value()
    with scope(Hat.WEB, brand=waiting.brand_id):
        waiting.move_to(LinkStatus.DRAFT)
        waiting.move_to(LinkStatus.IN_REVIEW)

    page = staff.post(
        step_url, fields | {"seen": seen}, follow=True, headers={"accept-language": "en"}
    )

    assert "meanwhile. Look at it again." in page.text
    assert now(waiting).status == "in_review"
    with scope(Hat.ADMIN):
        assert not LogEntry.objects.exists()


def test_a_link_with_an_odd_number_is_not_found(waiting, client):
    staff = signed_in(client, is_superuser=True)
    assert staff.get(f"{ADMIN}²/approve/").status_code == 404


def test_staff_without_the_right_decide_nothing(waiting, client):
    staff = signed_in(client)

    assert staff.post(f"{ADMIN}{waiting.pk}/approve/", {"confirmed": "on"}).status_code == 403
    staff.post(ADMIN, {"action": "approve_all", "_selected_action": [waiting.pk]})

    assert now(waiting).status == "in_review"


def test_the_landing_counts_the_links_that_wait(waiting, client):
    page = signed_in(client, is_superuser=True).get("/admin/", headers={"accept-language": "en"})
    assert ("Links to review", 1) in [(w.name, w.number) for w in page.context["waiting"]]
